"""The sample stack on Entra's stand-in, with a marker as a secret that no output may contain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from flow_mcp.local.scratch_project import ScratchProject
from tests.conftest import REPOSITORY
from tests.engine.conftest import StandInProject

ENTRA_TENANT = "3f0c6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11"
STACK = "contoso"
SAMPLE = (REPOSITORY / "stacks" / f"Pulumi.{STACK}.yaml").read_text("utf-8")
# importer gets a new secret, and nightly-agent loses its access to 200/production.
NARROWED = SAMPLE.replace(
    'access: ["200/test"]\n        secret: {issued: "2026-11-01"',
    'access: ["200/test"]\n        secret: {issued: "2026-11-20"',
).replace('["200/production", "200/test"]', '["200/test"]')
AS_OF = "2026-11-25"
MARKER = "MARKER-1f0c6f0e"


def contoso_scratch(
    stand_in: Callable[[str], StandInProject], monkeypatch: pytest.MonkeyPatch
) -> tuple[ScratchProject, StandInProject]:
    """Return a scratch project with the empty stack, and its stand-in. Set the environment for the test."""
    project = stand_in("azuread")
    planners = "aaaaaaaa-0000-4000-8000-000000000001"
    project.prepare(ENTRA_TENANT, groups={"planners": planners}, domains=["contoso.example"])
    credentials = {**project.scratch.credentials, "ARM_CLIENT_SECRET": MARKER}
    scratch = replace(project.scratch, credentials=credentials)
    scratch.declare(STACK, SAMPLE)
    scratch.pulumi("stack", "select", "--create", STACK)
    for name, value in scratch.environment().items():
        monkeypatch.setenv(name, value)
    return scratch, project
