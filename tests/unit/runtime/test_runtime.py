"""Tests of the package's imports."""

from __future__ import annotations

import subprocess
import sys


def test_importing_the_runtime_imports_neither_pulumi_nor_the_command_line_nor_an_http_client() -> None:
    program = "import sys, flow_mcp.runtime; print(sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout
    for heavy in ("pulumi", "click", "rich", "yaml", "httpx", "pydantic", "opentelemetry", "anyio", "mcp"):
        assert f"'{heavy}'" not in loaded
