"""Operations of a failed update that the server may have carried out."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.engine.fleet.interrupted import Operation
from flow_mcp.review.preview.unanswered import unanswered
from flow_mcp.review.preview.values import SECRET_MARK, SIGNATURE

CLIENT = "keycloak:openid/client:Client"
SCOPE = "keycloak:openid/clientScope:ClientScope"
URN = "urn:pulumi:acme::flow-mcp::keycloak:openid/client:Client::web"
RESOURCE: dict[str, Any] = {
    "urn": URN,
    "type": CLIENT,
    "custom": True,
    "parent": "urn:pulumi:acme::flow-mcp::pulumi:pulumi:Stack::flow-mcp-acme",
    "provider": "urn:pulumi:acme::flow-mcp::pulumi:providers:keycloak::admin::6f1c",
    "inputs": {"realmId": "acme", "clientId": "web"},
}
SECRET = {SIGNATURE: SECRET_MARK, "ciphertext": "[secret]"}
EVENT = {**RESOURCE, "id": "", "outputs": {}, "inputs": {**RESOURCE["inputs"], "clientSecret": SECRET}}
NO_ANSWER = [
    'error sending request: Post "http://id.example/admin/realms/acme/clients": EOF',
    "Keycloak at https://id.example cannot be reached: the connection was refused.",
    "error sending POST request to /admin/realms/acme/clients: 502 Bad Gateway.",
]
CONFLICT = "error sending POST request to /admin/realms/acme/clients: 409 Conflict."
GONE = "error sending DELETE request to /admin/realms/acme/clients/6f1c: 404 Not Found."


def failed(op: str, message: str, urn: str = URN, type_: str = CLIENT) -> tuple[dict[str, Any], ...]:
    deletes = op.startswith("delete")
    metadata = {
        "op": op,
        "urn": URN,
        "type": type_,
        "old": EVENT if deletes else None,
        "new": None if deletes else EVENT,
    }
    return (
        {"diagnosticEvent": {"urn": urn, "severity": "error", "message": message}},
        {"resOpFailedEvent": {"metadata": metadata, "status": 0, "steps": 1}},
    )


@pytest.mark.parametrize("message", NO_ANSWER)
@pytest.mark.parametrize("op", ["create", "create-replacement"])
def test_a_creation_without_an_answer_may_have_been_carried_out(op: str, message: str) -> None:
    assert unanswered(failed(op, message)) == (Operation("creating", RESOURCE),)


def test_an_existing_client_can_come_from_an_update_without_an_answer() -> None:
    assert unanswered(failed("create", CONFLICT)) == (Operation("creating", RESOURCE),)


@pytest.mark.parametrize("message", [*NO_ANSWER, GONE])
def test_a_deletion_without_an_answer_may_have_been_carried_out(message: str) -> None:
    assert unanswered(failed("delete", message)) == (Operation("deleting", RESOURCE),)


@pytest.mark.parametrize(
    "events",
    [
        failed("create", CONFLICT, type_=SCOPE),
        failed("create", GONE),
        failed("update", NO_ANSWER[0]),
        failed("create", NO_ANSWER[0], urn="urn:pulumi:acme::flow-mcp::other::x"),
        (),
    ],
    ids=["refused", "a part was missing", "an update is made again", "another resource", "no failure"],
)
def test_other_failures_are_final(events: tuple[dict[str, Any], ...]) -> None:
    assert unanswered(events) == ()
