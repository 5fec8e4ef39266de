"""What `flow-mcp gate` refuses before Pulumi is asked."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from flow_mcp.cli.gate import command
from flow_mcp.common.errors import FlowMcpError
from tests.unit.declared import Stacks

DIGEST = f"sha256:{'0' * 64}"


@pytest.fixture(autouse=True)
def in_a_project_without_tenants(stacks: Stacks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(stacks.project.directory)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


@pytest.mark.parametrize("digest", ["", "sha256:", DIGEST[:-1], f"{DIGEST}0", DIGEST.upper(), f"{DIGEST}\n"])
def test_what_is_no_digest_is_refused(digest: str) -> None:
    ended = run("apply", "--approved", digest)

    assert ended.exit_code == 2
    assert "--approved is not a digest: use sha256: and 64 hexadecimal digits" in ended.output


@pytest.mark.parametrize("arguments", [("preview",), ("apply", "--approved", DIGEST), ("analyze",)])
def test_without_a_tenant_there_is_nothing_to_judge(arguments: tuple[str, ...]) -> None:
    ended = run(*arguments)

    assert isinstance(ended.exception, FlowMcpError)
    assert (ended.exception.exit_code, "There is no tenant" in str(ended.exception)) == (2, True)


def test_a_tenant_without_a_file_is_named() -> None:
    ended = run("preview", "globex")

    assert "there is no stack globex" in str(ended.exception)
