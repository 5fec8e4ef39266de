"""A project whose Python programs run in forked language hosts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from flow_mcp.engine.project import Project

PROJECT = """\
name: flow-mcp
runtime: {name: python, options: {toolchain: pip, virtualenv: VENV}}
plugins: {providers: [{name: flow-mcp, path: plugin}]}
"""
EXECUTOR = """
import json, os, sys
assert os.environ["MARK"] == "of this run"
config = json.loads(os.environ["PULUMI_CONFIG"])
sys.stdout.buffer.write(config.get("flow-mcp:print", "").encode())
sys.exit(int(config["flow-mcp:code"]))
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project in this virtual environment, with the script of Pulumi's SDK on the path."""
    (tmp_path / "Pulumi.yaml").write_text(PROJECT.replace("VENV", sys.prefix), "utf-8")
    script = tmp_path / "pulumi-language-python-exec"
    script.write_text(EXECUTOR, "utf-8")
    script.chmod(0o755)
    return Project.at(tmp_path)
