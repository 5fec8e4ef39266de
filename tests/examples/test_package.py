"""The Pulumi package from the wheel, from a folder and from a git tag, by Pulumi's own commands."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY
from tests.examples.forge import HOST, forge
from tests.examples.workplace import Workplace
from tests.live.authority import Authority

PUBLISHED = REPOSITORY / "docs" / "schemas" / "pulumi-package.schema.json"
# No proxy listens there: a connection to another machine fails.
OFFLINE = {"HTTPS_PROXY": "http://127.0.0.1:1", "HTTP_PROXY": "http://127.0.0.1:1", "NO_PROXY": "127.0.0.1"}


def published() -> dict[str, Any]:
    """Return the schema that the repository publishes."""
    schema: dict[str, Any] = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    return schema


def without_empty(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without empty lists and mappings, which Pulumi's command adds and removes."""
    return {
        key: without_empty(value) if isinstance(value, dict) else value
        for key, value in schema.items()
        if value not in ([], {})
    }


def test_the_wheels_program_has_the_published_schema_without_internet(workplace: Workplace) -> None:
    assert without_empty(workplace.schema(str(workplace.plugin), OFFLINE)) == without_empty(published())


def test_a_folder_has_the_published_schema_without_internet(workplace: Workplace) -> None:
    plugin = REPOSITORY / "components"
    assert without_empty(workplace.schema(str(plugin), OFFLINE)) == without_empty(published())


def test_a_git_tag_has_the_published_schema(
    workplace: Workplace, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    authority = Authority(tmp_path_factory.mktemp("forge-authority"))
    repository = tmp_path / "acme" / "flow-mcp.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", REPOSITORY, repository], check=True)
    subprocess.run(["git", "tag", "--force", "v9.9.9", "HEAD"], cwd=repository, check=True)
    environment = {
        # Git trusts the forge alone, and pip its own bundle.
        "SSL_CERT_FILE": str(authority.certificate),
        # The clone's environment gets this package alone: pip finds its dependencies in the tests' own.
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PYTHONPATH": sysconfig.get_path("purelib"),
    }
    with forge(authority, tmp_path) as proxy:
        source = f"https://{HOST}/acme/flow-mcp.git/plugin@9.9.9"
        schema = workplace.schema(source, {**environment, "HTTPS_PROXY": proxy})
    of_the_tag = {
        "version": "9.9.9",
        "namespace": "acme",
        "pluginDownloadURL": f"git://{HOST}/acme/flow-mcp.git/plugin",
    }
    assert without_empty(schema) == without_empty({**published(), **of_the_tag})


@pytest.mark.parametrize(
    ("language", "module"),
    [("python", "pulumi_flow_mcp/mcp_server_settings.py"), ("nodejs", "mcpServerSettings.ts")],
)
def test_an_sdk_is_generated_without_internet(
    workplace: Workplace, tmp_path: Path, language: str, module: str
) -> None:
    generate = ("pulumi", "package", "gen-sdk", str(workplace.plugin))
    workplace.run(*generate, "--language", language, "--out", str(tmp_path), environment=OFFLINE)
    assert "McpServerSettings" in (tmp_path / language / module).read_text(encoding="utf-8")
