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
    ("parallel", "processors", "expected"),
    [(None, 2, 6), (None, 64, 64), ("40", 2, 21), ("1", 2, 2), ("0", 2, 6), ("many", 2, 6)],
)
def test_pulumi_gets_a_connection_more_than_stacks_that_it_reads_at_the_same_time(
    parallel: str | None,
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
    monkeypatch.delenv("PULUMI_DIY_BACKEND_PARALLEL", raising=False)
    if parallel is not None:
        monkeypatch.setenv("PULUMI_DIY_BACKEND_PARALLEL", parallel)
    assert Stacks(stacks.project, program).list_stacks()["acme"].resources == expected
    # Twice as many connections as processors, and each stack that is read has one already.
    read = int(parallel) if parallel in {"1", "40"} else 10
    assert 2 * expected > read
