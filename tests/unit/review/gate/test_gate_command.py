"""Arguments that `flow-mcp gate` rejects before it runs Pulumi."""

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
def test_an_invalid_digest_is_rejected(digest: str) -> None:
    result = run("apply", "--approved", digest)

    assert result.exit_code == 2
    assert "--approved is not a digest: use sha256: and 64 hexadecimal digits" in result.output


@pytest.mark.parametrize("arguments", [("preview",), ("apply", "--approved", DIGEST), ("analyze",)])
def test_a_project_without_tenants_is_an_error(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)

    assert isinstance(result.exception, FlowMcpError)
    assert (result.exception.exit_code, "there is no tenant" in str(result.exception)) == (2, True)


def test_a_tenant_without_a_file_is_an_error() -> None:
    result = run("preview", "globex")

    assert "there is no stack globex" in str(result.exception)
