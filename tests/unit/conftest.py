"""Fixtures for unit tests, and the same made-up examples on every run and machine, however slow it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from flow_mcp.engine.project import Project
from tests.unit.declared import POLICIES, PROJECT_FILE, Stacks

settings.register_profile("flow", deadline=None, database=None, derandomize=True, max_examples=300)
settings.load_profile("flow")


@pytest.fixture
def stacks(tmp_path: Path) -> Stacks:
    """A project without tenants, whose policy pack has two rules."""
    (tmp_path / "stacks").mkdir()
    (tmp_path / "policies" / "rules").mkdir(parents=True)
    (tmp_path / "policies" / "rules" / "__init__.py").write_text(POLICIES, encoding="utf-8")
    (tmp_path / "Pulumi.yaml").write_text(PROJECT_FILE, encoding="utf-8")
    return Stacks(Project(tmp_path))
