"""Messages of errors, which can contain text of a server."""

from __future__ import annotations

from typing import NoReturn

import pytest

from flow_mcp import cli
from flow_mcp.common.errors import FlowMcpError


def test_a_file_that_cannot_be_read_is_named_and_ends_with_the_code_of_a_command_that_could_not_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> NoReturn:
        raise PermissionError(13, "Permission denied", "settings/acme.json")

    monkeypatch.setattr(cli.cli, "main", fail)
    with pytest.raises(SystemExit) as raised:
        cli.main()
    assert raised.value.code == 2
    assert capsys.readouterr().err == "flow-mcp: Permission denied: settings/acme.json\n"


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
