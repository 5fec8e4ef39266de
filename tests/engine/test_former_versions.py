"""A stack and a settings document of each published version are taken over without a change."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flow_mcp.settings import SettingsDocument
from tests.engine.conftest import StandInProject
from tests.engine.former_states import STACK, restore

STATES = Path(__file__).parent / "former_states"
VERSIONS = sorted(file.stem for file in STATES.glob("version_*.json"))
CONTRACT = ("authority", "clientIds", "settings")


def recorded_outputs(version: str) -> dict[str, Any]:
    """Return the outputs of the stack that a version left."""
    recorded = json.loads((STATES / f"{version}.json").read_text(encoding="utf-8"))
    resources = recorded["state"]["deployment"]["resources"]
    (outputs,) = (item["outputs"] for item in resources if item["type"] == "pulumi:pulumi:Stack")
    return {name: outputs[name] for name in CONTRACT}


@pytest.mark.parametrize("version", VERSIONS)
def test_a_stack_of_a_former_version_is_taken_over_without_a_change(
    stand_in: Callable[[str], StandInProject], version: str
) -> None:
    auth0 = stand_in("auth0")
    restore(auth0, version)
    before = json.loads(auth0.server.file.read_text(encoding="utf-8"))
    auth0.scratch.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", STACK)
    assert json.loads(auth0.server.file.read_text(encoding="utf-8")) == before
    outputs = auth0.scratch.outputs(STACK)
    assert {name: outputs[name] for name in CONTRACT} == recorded_outputs(version)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_settings_document_of_a_former_version_is_read_and_written_alike(version: str) -> None:
    settings = recorded_outputs(version)["settings"]
    assert SettingsDocument.from_json(settings).canonical_json() == settings
