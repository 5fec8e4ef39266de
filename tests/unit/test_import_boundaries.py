"""What may import what, and how long a module may be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

COMPONENTS = Path(__file__).parents[2] / "components"
MODULES = sorted((COMPONENTS / "flow_mcp").rglob("*.py"))
DEPLOYING = ("pulumi", "pulumi_keycloak", "pulumi_auth0", "pulumi_azuread", "grpc")


def _loaded(module: str) -> set[str]:
    """The modules, and the packages above them, that a fresh interpreter has loaded after an import."""
    code = f"import sys, {module}; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = ran.stdout.split()
    return {*names, *(name.partition(".")[0] for name in names)}


@pytest.mark.parametrize(
    "module",
    [
        "flow_mcp.declaration.load",
        "flow_mcp.declaration.schema",
        "flow_mcp.settings",
        "flow_mcp.settings.schema",
        "flow_mcp.runtime",
        "flow_mcp.project",
        "flow_mcp.access",
        "flow_mcp.diff.base",
        "flow_mcp.commands.check",
        "flow_mcp.commands.report",
        "flow_mcp.commands.diff",
        "flow_mcp.policy.judge",
        "flow_mcp.policy.pack",
        "flow_mcp.commands.schema",
    ],
)
def test_what_declares_and_decides_imports_no_pulumi(module: str) -> None:
    assert _loaded(module).isdisjoint(DEPLOYING)


def test_the_runtime_needs_neither_yaml_nor_a_command_line() -> None:
    assert _loaded("flow_mcp.runtime").isdisjoint({*DEPLOYING, "yaml", "click", "rich"})


def test_the_settings_know_nothing_of_what_is_declared() -> None:
    assert _loaded("flow_mcp.settings").isdisjoint({"flow_mcp.declaration", "flow_mcp.authorization_servers"})


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(COMPONENTS)))
def test_a_module_fits_in_a_head(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 400
