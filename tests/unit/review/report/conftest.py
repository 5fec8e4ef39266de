"""A project for reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.review.report.showcase import Showcase


@pytest.fixture
def showcase(tmp_path: Path) -> Showcase:
    """A project without tenants."""
    return Showcase.at(tmp_path / "project")
