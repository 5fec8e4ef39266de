"""Tests of the imports of commands, because unneeded modules slow every start."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import REPOSITORY

LOADED = """
import json, sys
from flow_mcp.cli import main
sys.argv = ["flow-mcp", *json.loads(sys.argv[1])]
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
print("\\n" + json.dumps(sorted(sys.modules)))
"""


def loaded(*arguments: str) -> set[str]:
    """Return the names of the modules that a command imports."""
    ended = subprocess.run(
        [sys.executable, "-c", LOADED, json.dumps(arguments)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(ended.stdout.splitlines()[-1]))


def test_help_imports_no_command() -> None:
    modules = loaded("--help")
    assert {name for name in modules if name.startswith("flow_mcp")} <= {
        "flow_mcp",
        "flow_mcp.cli",
        "flow_mcp.common",
        "flow_mcp.common.errors",
        "flow_mcp.common.exit_codes",
    }
    assert not modules & {"httpx", "pulumi", "pydantic", "rich", "yaml"}


@pytest.mark.parametrize("tenant", ["acme", "contoso"])
def test_check_imports_neither_pulumi_nor_http_clients(tenant: str) -> None:
    modules = loaded("check", tenant)
    assert not modules & {"cryptography", "grpc", "httpx", "jinja2", "joserfc", "pulumi", "rich"}
