"""Messages of errors, which can contain text of a server."""

from __future__ import annotations

from typing import NoReturn

import pytest

from flow_mcp import cli
from flow_mcp.common.errors import FlowMcpError


def test_text_of_a_server_in_an_error_cannot_control_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> NoReturn:
        raise FlowMcpError(f"The server answered 400 (\x1b]0;x\x07 \u202e).\n{'x' * 2000}")

    monkeypatch.setattr(cli.cli, "main", fail)
    with pytest.raises(SystemExit):
        cli.main()
    expected = f"flow-mcp: The server answered 400 (\\x1b]0;x\\x07 \\u202e).\n{'x' * 2000}\n"
    assert capsys.readouterr().err == expected
