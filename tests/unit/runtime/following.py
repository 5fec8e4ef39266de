"""Helpers for tests of a settings directory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flow_mcp.runtime import Decision, Reason
from flow_mcp.runtime.directory import SettingsDirectory
from flow_mcp.runtime.tenants import Readiness
from flow_mcp.settings import SettingsDocument, SettingsEnvelope
from tests.unit.runtime import acme
from tests.unit.runtime.acme import PRODUCTION, TEST

KEPT = 3600.0
NO_SETTINGS = Decision(Reason.NO_SETTINGS, 'Bearer realm="Flow MCP"')
READY = Readiness(ready=True, alarms={})

Follow = Callable[[], SettingsDirectory]


def write(directory: Path, document: SettingsDocument | None = None, revision: int = 1) -> Path:
    """Write a tenant's file as an export does: a temporary file, then renamed."""
    document = document or acme.settings()
    file = directory / f"{document.tenant}.json"
    beside = directory / f".{document.tenant}.new"
    beside.write_text(SettingsEnvelope.of(document, revision).to_json())
    beside.rename(file)
    return file


def moved() -> SettingsDocument:
    """Return the tenant with another address of its test environment."""
    resources = (
        acme.resource("production"),
        acme.resource("test").model_copy(update={"url": TEST + "-2"}),
    )
    return acme.settings().model_copy(update={"protected_resources": resources})


def decide(directory: SettingsDirectory, address: str = PRODUCTION, text: str | None = None) -> Reason | None:
    """Return the reason of a decision; None if the address belongs to no tenant."""
    place = directory.find(address)
    return place.validator.decide(address, text).reason if place else None
