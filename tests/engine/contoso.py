"""The sample stack on Entra's stand-in, with secrets that are looked for in all that is written."""

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
# importer's secret is made anew, and nightly-agent loses 200/production.
NARROWED = SAMPLE.replace(
    'access: ["200/test"]\n        secret: {issued: "2026-11-01"',
    'access: ["200/test"]\n        secret: {issued: "2026-11-20"',
).replace('["200/production", "200/test"]', '["200/test"]')
AS_OF = "2026-11-25"
MARKER = "MARKER-1f0c6f0e"


def contoso_scratch(
    stand_in: Callable[[str], StandInProject], monkeypatch: pytest.MonkeyPatch
) -> tuple[ScratchProject, StandInProject]:
    """The trial with the empty stack, in whose environment the test runs, and its stand-in."""
    given = stand_in("azuread")
    planners = "aaaaaaaa-0000-4000-8000-000000000001"
    given.give(ENTRA_TENANT, groups={"planners": planners}, domains=["contoso.example"])
    scratch = replace(given.scratch, credentials={**given.scratch.credentials, "ARM_CLIENT_SECRET": MARKER})
    scratch.declare(STACK, SAMPLE)
    scratch.pulumi("stack", "select", "--create", STACK)
    for name, value in scratch.environment().items():
        monkeypatch.setenv(name, value)
    return scratch, given
