"""Tests of the gate with the golden corpus on a real Keycloak."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import httpx
import pytest

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.review.gate.plan import Planner
from tests.live.command import flow_mcp
from tests.unit.review.diff.corpus import CORPUS, Case, compared_parts
from tests.unit.review.diff.corpus.case import sample

STACK = "acme"
URL = "http://127.0.0.1:8180"
CHANGES = (
    "nothing",
    "a client loses an environment",
    "a secret is replaced by a key",
    "registration accepts more hosts and clients, and gains access",
    "another realm",
    "hostile texts are quoted",
)
CASES = tuple(case for case in CORPUS if case.name in CHANGES)


@pytest.fixture
def acme(
    module_scratch: ScratchProject,
    keycloak: LocalKeycloak,
    monkeypatch: pytest.MonkeyPatch,
    admin: httpx.Client,
) -> Iterator[ScratchProject]:
    for name, value in module_scratch.environment().items():
        monkeypatch.setenv(name, value)
    module_scratch.declare(STACK, sample(STACK).yaml().replace(URL, keycloak.url))
    module_scratch.pulumi("stack", "select", "--create", STACK)
    yield module_scratch
    admin.delete(STACK)


def test_the_preview_matches_the_declarations_and_the_update(
    acme: ScratchProject, keycloak: LocalKeycloak, admin: httpx.Client
) -> None:
    shown = flow_mcp(acme, "gate", "preview", STACK, "--format", "json")
    assert shown.returncode in {0, 3}, shown.stderr
    approved = ("--approved", json.loads(shown.stdout)["digest"])
    applied = flow_mcp(acme, "gate", "apply", STACK, *approved, "--json")
    assert applied.returncode == 0, applied.stderr
    assert {"nightly-agent", "desktop"} <= {
        entry["clientId"].removeprefix("flow-mcp-acme-") for entry in admin.get("acme/clients").json()
    }
    secrets = [*acme.outputs(STACK, secrets=True)["clientSecrets"].values(), keycloak.admin_password]
    printed = shown.stdout + shown.stderr + applied.stdout + applied.stderr
    assert [secret for secret in secrets if secret in printed] == []

    observed, replaced = {}, {}
    for case in CASES:
        assert case.after is not None
        acme.declare(STACK, case.after.yaml().replace(URL, keycloak.url))
        with Planner.of(acme.project, acme.project.stack_files((STACK,)), date(2026, 11, 25)) as planner:
            diff = planner.plan(STACK).diff
        observed[case.name] = compared_parts(diff.changes)
        replaced[case.name] = any(operation.op == "replace" for operation in diff.operations)
        assert [secret for secret in secrets if secret in repr(diff)] == []

    assert observed == {case.name: _here(case, keycloak.url) for case in CASES}
    assert {name for name, is_replaced in replaced.items() if is_replaced} == {"another realm"}


def _here(case: Case, url: str) -> object:
    return tuple(entry._replace(text=entry.text.replace(URL, url)) for entry in case.expected)
