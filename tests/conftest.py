"""Fixtures for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from flow_mcp.project import Project
from flow_mcp.trial import Trial

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture
def trial(tmp_path: Path) -> Trial:
    """A copy of the project with a backend of its own and no stacks; needs `make toolchain`."""
    return Trial.prepare(Project(REPOSITORY), tmp_path / "trial", {})
