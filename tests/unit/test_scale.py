"""docs/scale.md has the tables that benchmarks/scale.py computes from the measured figures."""

from __future__ import annotations

import pytest

from benchmarks import scale
from tests.conftest import REPOSITORY

PAGE = REPOSITORY / "docs" / "scale.md"


def test_the_page_has_the_computed_tables() -> None:
    shown = PAGE.read_text(encoding="utf-8").partition("<!-- tables -->\n")[2]
    assert shown.partition("<!-- /tables -->")[0] == scale.tables()


def test_the_tables_follow_the_measurements(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = {
        "… listed by Pulumi: `flow-mcp up --all`": 3.0,
        "… listed by Pulumi, processor time": 5.0,
        "6 tenants forced, none changed: a tenant": 1.0,
    }
    monkeypatch.setattr(scale, "measured", figures.__getitem__)
    assert scale.tables().splitlines()[2:6] == [
        "| 1 | 100,000 | 5.0 min | 8.3 min | 28 h |",
        "| 10 | 10,000 | 5.0 min | 83 min | 2.9 h |",
        "| 50 | 2,000 | 5.0 min | 6.9 h | 38 min |",
        "| 100 | 1,000 | 5.0 min | 14 h | 22 min |",
    ]


def test_a_measurement_that_is_missing_is_an_error() -> None:
    with pytest.raises(ValueError, match="has no row 'unknown'"):
        scale.measured("unknown")
