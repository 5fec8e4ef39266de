"""Fixtures for unit tests, and the same made-up examples on every run and machine, however slow it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from flow_mcp.engine.project import Project
from tests.unit.declared import PROJECT_FILE, Stacks, write_pack

settings.register_profile("flow", deadline=None, database=None, derandomize=True, max_examples=300)
settings.load_profile("flow")


@pytest.fixture
def stacks(tmp_path: Path) -> Stacks:
    """A project without tenants, whose policy pack has two rules of its own; the package's are disabled."""
    (tmp_path / "stacks").mkdir()
    write_pack(tmp_path / "policies")
    (tmp_path / "Pulumi.yaml").write_text(PROJECT_FILE, encoding="utf-8")
    return Stacks(Project(tmp_path))
