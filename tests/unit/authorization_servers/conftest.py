"""Fixtures for tests of code that calls authorization servers."""

from __future__ import annotations

import time

import pytest


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Replace `time.sleep`, and return the list of the requested waits in seconds."""
    requested: list[float] = []
    monkeypatch.setattr(time, "sleep", requested.append)
    return requested
