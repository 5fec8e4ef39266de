"""Calls of the `pulumi` command, with a stand-in for it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flow_mcp.engine.stacks import Stacks
from tests.unit.declared import Stacks as Declared

# Lists one stack, whose number of resources is the number of processors that Go would use.
PULUMI = """#!/bin/sh
echo "[{\\"name\\": \\"acme\\", \\"resourceCount\\": $GOMAXPROCS}]"
"""


@pytest.mark.parametrize(
    ("parallel", "limit", "processors", "expected"),
    [
        (None, None, 2, 6),
        (None, None, 64, 64),
        ("40", None, 2, 21),
        ("1", None, 2, 2),
        ("0", None, 2, 6),
        ("many", None, 2, 6),
        (None, "8", 64, 8),
        (None, "2", 64, 6),
    ],
)
def test_pulumi_gets_a_connection_more_than_stacks_that_it_reads_at_the_same_time(
    parallel: str | None,
    limit: str | None,
    processors: int,
    expected: int,
    stacks: Declared,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = tmp_path / "pulumi"
    program.write_text(PULUMI, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    for name, value in (("PULUMI_DIY_BACKEND_PARALLEL", parallel), ("GOMAXPROCS", limit)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    assert Stacks(stacks.project, program).list_stacks()["acme"].resources == expected
    # Twice as many connections as processors, and each stack that is read has one already.
    read = int(parallel) if parallel in {"1", "40"} else 10
    assert 2 * expected > read
