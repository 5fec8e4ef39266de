"""Previews of the changes in the golden corpus, after the former declaration was applied on stand-ins.

All of the corpus is previewed by tests/live/test_diff_corpus.py, from states that nothing was applied to.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from flow_mcp.review.gate.plan import Planner
from tests.engine.conftest import StandInProject
from tests.unit.review.diff.corpus import CORPUS, Case, compared_parts
from tests.unit.review.diff.corpus.case import sample

PLANNERS = "aaaaaaaa-0000-4000-8000-000000000001"
# By stack: the package, and what each account of the stand-in must have for the sample and its changes.
SERVERS: dict[str, tuple[str, dict[str, dict[str, Any]]]] = {
    "contoso": (
        "azuread",
        {
            "3f0c6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11": {
                "groups": {"planners": PLANNERS},
                "domains": ["contoso.example"],
            }
        },
    ),
    "initech": ("auth0", {"initech.eu.auth0.com": {"tenant": {}}}),
}


# Changes, and whether they make the engine replace a resource.
CHANGES = {
    "contoso": {
        "a secret is rotated and valid for longer": True,
        "a federated credential changes its subject": False,
        "a preauthorized application is removed": False,
    },
    "initech": {"refresh tokens are removed": False, "a certificate changes": False},
}


def cases(stack: str) -> list[Case]:
    return [case for case in CORPUS if case.name in CHANGES[stack]]


@pytest.mark.parametrize("stack", SERVERS)
def test_preview_and_declarations_give_the_same_changes(
    stand_in: Callable[[str], StandInProject], monkeypatch: pytest.MonkeyPatch, stack: str
) -> None:
    package, accounts = SERVERS[stack]
    server = stand_in(package)
    for account, given in accounts.items():
        server.prepare(account, **given)
    scratch = server.scratch
    for name, value in scratch.environment().items():
        monkeypatch.setenv(name, value)
    scratch.declare(stack, sample(stack).yaml())
    scratch.pulumi("stack", "select", "--create", stack)
    scratch.pulumi("up", "--yes", "--skip-preview", "--stack", stack)

    found, operations = {}, {}
    for case in cases(stack):
        assert case.after is not None
        scratch.declare(stack, case.after.yaml())
        stacks = scratch.project.stack_files((stack,))
        with Planner.of(scratch.project, stacks, date(2026, 11, 25)) as planner:
            diff = planner.plan(stack).diff
        found[case.name] = compared_parts(diff.changes)
        operations[case.name] = {operation.op for operation in diff.operations}

    assert found == {case.name: case.expected for case in cases(stack)}
    replaced = {name: "replace" in ops for name, ops in operations.items()}
    assert replaced == CHANGES[stack]
