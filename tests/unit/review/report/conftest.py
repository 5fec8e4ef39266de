"""A project for tests of the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.review.report.showcase import Showcase


@pytest.fixture
def showcase(tmp_path: Path) -> Showcase:
    """Return a project without tenants."""
    return Showcase.at(tmp_path / "project")
