"""Credentials come from environment variables, or else from the stack's configuration."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flow_mcp.engine.plugin import configuration


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    yield
    configuration.configure({})


def test_the_environment_has_precedence(monkeypatch: pytest.MonkeyPatch) -> None:
    configuration.configure({"someSecret": "configured"})
    monkeypatch.setenv("SOME_SECRET", "environment")
    assert configuration.credential("SOME_SECRET", "someSecret") == "environment"
    monkeypatch.setenv("SOME_SECRET", "")
    assert configuration.credential("SOME_SECRET", "someSecret") == "configured"


def test_a_new_configuration_replaces_the_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOME_SECRET", raising=False)
    configuration.configure({"someSecret": "configured"})
    configuration.configure({})
    assert configuration.credential("SOME_SECRET", "someSecret") is None
