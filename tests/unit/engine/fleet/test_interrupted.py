"""The state after a killed update: what the server created is added, and no operation remains open."""

from __future__ import annotations

from typing import Any

from flow_mcp.engine.fleet.interrupted import Operation, operations, resolved, resources, with_operations

URN = "urn:pulumi:acme::flow-mcp::keycloak:index/role:Role::reader"
ROLE = {"urn": URN, "type": "keycloak:index/role:Role", "custom": True, "inputs": {"name": "reader"}}
STACK = {
    "urn": "urn:pulumi:acme::flow-mcp::pulumi:pulumi:Stack::flow-mcp-acme",
    "type": "pulumi:pulumi:Stack",
}
PREVIOUS = {**ROLE, "id": "r-1", "outputs": {"name": "reader", "composite": False}}
CREATED = {**ROLE, "id": "r-2", "outputs": {"name": "reader"}}


def state(*content: dict[str, Any], pending: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    deployment: dict[str, Any] = {"manifest": {"magic": "m"}, "resources": list(content)}
    if pending:
        deployment["pending_operations"] = list(pending)
    return {"version": 3, "deployment": deployment}


CREATING = {"type": "creating", "resource": ROLE}


def test_the_operations_of_a_killed_update_are_read_from_the_state() -> None:
    (operation,) = operations(state(STACK, pending=(CREATING,)))
    assert operation == Operation("creating", ROLE)
    assert (operation.urn, operation.type, operation.inputs) == (URN, ROLE["type"], {"name": "reader"})
    assert operation.creates
    assert operations(state(STACK)) == ()
    assert operations({"version": 3, "deployment": {}}) == ()
    assert resources({"version": 3, "deployment": {}}) == ()


def test_a_resource_that_the_server_created_is_added_with_its_inputs() -> None:
    assert resolved(state(STACK, pending=(CREATING,)), {URN: "r-2"}) == state(STACK, CREATED)


def test_a_resource_that_the_server_did_not_create_is_forgotten() -> None:
    assert resolved(state(STACK, pending=(CREATING,)), {}) == state(STACK)


def test_an_interrupted_update_or_deletion_leaves_the_resource_in_the_state() -> None:
    pending = tuple({"type": kind, "resource": PREVIOUS} for kind in ("updating", "deleting"))
    assert resolved(state(STACK, PREVIOUS, pending=pending), {}) == state(STACK, PREVIOUS)


def test_a_replacement_that_had_deleted_the_previous_resource_keeps_only_the_new_one() -> None:
    deleted = {**PREVIOUS, "pendingReplacement": True}
    assert resolved(state(STACK, deleted, pending=(CREATING,)), {URN: "r-2"}) == state(STACK, CREATED)


def test_a_replacement_that_creates_first_deletes_the_previous_resource_later() -> None:
    expected = state(STACK, CREATED, {**PREVIOUS, "delete": True})
    assert resolved(state(STACK, PREVIOUS, pending=(CREATING,)), {URN: "r-2"}) == expected


def test_operations_that_pulumi_recorded_as_failed_are_added_to_the_interrupted_ones() -> None:
    deleting = Operation("deleting", PREVIOUS)
    both = with_operations(state(STACK, pending=(CREATING,)), [deleting])
    assert operations(both) == (Operation("creating", ROLE), deleting)
    assert resolved(both, {URN: "r-2"}) == state(STACK, CREATED)
    assert operations(with_operations(state(STACK), ())) == ()
