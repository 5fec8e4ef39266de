"""The results of operations that Keycloak did not answer, with a stand-in for the recovery of a state."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from flow_mcp.authorization_servers.keycloak import interrupted as keycloak
from flow_mcp.engine.fleet.interrupted import Operation
from flow_mcp.review.fleet import unanswered
from flow_mcp.review.fleet.fleet import Fleet
from flow_mcp.review.preview.engine import Engine
from flow_mcp.review.preview.errors import UnansweredError

CLIENT = Operation("creating", {"urn": "urn:a::b::c::web", "type": "keycloak:openid/client:Client"})
GROUP = Operation("deleting", {"urn": "urn:a::b::c::planners", "type": "keycloak:index/group:Group"})
OTHER = Operation("creating", {"urn": "urn:a::b::c::api", "type": "azuread:index/application:Application"})


class Recovery:
    """Keeps the operations that it resolves."""

    resolved: list[Operation]

    def __init__(self, fleet: Fleet, engine: Engine) -> None:
        self.fleet, self.engine = fleet, engine

    def exported(self, stack: str, file: Path) -> dict[str, Any]:
        del stack, file
        return {"deployment": {}}

    def resolve(self, stack: str, detail: object, operations: Sequence[Operation]) -> None:
        del stack, detail
        Recovery.resolved.extend(operations)


@pytest.fixture(autouse=True)
def recovery(monkeypatch: pytest.MonkeyPatch) -> type[Recovery]:
    Recovery.resolved = []
    monkeypatch.setattr(unanswered, "Recovery", Recovery)
    monkeypatch.setattr(unanswered, "_POLL_SECONDS", 0)
    return Recovery


def report(*operations: Operation, interrupts: int = 0) -> str:
    fleet = cast(Fleet, SimpleNamespace(interruption=SimpleNamespace(count=interrupts)))
    error = UnansweredError("no answer", operations)
    return str(unanswered.resolved(fleet, cast(Engine, None), "acme", error, lambda _: None))


def test_the_run_waits_until_keycloak_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter((False, False, True))
    monkeypatch.setattr(keycloak, "answers", lambda *_: next(answers))
    assert report(CLIENT, OTHER, GROUP) == (
        "no answer. The state now contains the server's changes. Run the command again"
    )
    assert Recovery.resolved == [CLIENT, GROUP]
    assert next(answers, None) is None


def test_a_server_that_does_not_answer_in_time_is_reported_with_the_resources(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keycloak, "answers", lambda *_: False)
    monkeypatch.setattr(unanswered, "_WAIT_SECONDS", 0)
    expected = (
        "no answer. It is unknown whether the server changed planners, web: {}. Run the command again when "
        "the server answers. If it fails because an object exists, check that nobody else created the "
        "object, and delete it at the server"
    )
    assert report(CLIENT, GROUP) == expected.format("it did not answer again")
    monkeypatch.setattr(unanswered, "_WAIT_SECONDS", 1e9)
    assert report(CLIENT, GROUP, interrupts=1) == expected.format("the run was interrupted")
    assert Recovery.resolved == []


def test_a_ctrl_c_during_the_recovery_is_reported_with_the_resources(
    monkeypatch: pytest.MonkeyPatch, recovery: type[Recovery]
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(keycloak, "answers", lambda *_: True)
    monkeypatch.setattr(recovery, "resolve", interrupt)
    assert "whether the server changed web: the run was interrupted." in report(CLIENT)


def test_operations_at_other_servers_are_reported_as_they_failed() -> None:
    assert report(OTHER) == "no answer"
