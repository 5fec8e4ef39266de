"""The declarations of a stack's state and program, read from the engine's events."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.preview import declarations
from flow_mcp.review.preview.values import UNKNOWN
from tests.unit.review.preview.events import URN, pre_event

REALM = {"name": "acme", "create": True}
INSTANCE = {"server": "https://app.profitbase.biz/flow"}


def inputs(tenant: str = "acme", **more: Any) -> dict[str, Any]:
    """Return the inputs that the component registers, in the order of `_normalized`."""
    declaration = {
        "id": tenant,
        "workspaces": {"456": {"environments": ["production"]}},
        "authorizationServer": {"keycloak": {"url": "https://id.acme.example", "realm": REALM}},
        **more,
    }
    return {"tenant": declaration, "instance": INSTANCE, "clientIdsOf": {"crm": "https://id.acme.example"}}


def declared(tenant: str = "acme") -> Any:
    return from_configuration(inputs(tenant)["tenant"], INSTANCE, source="").declaration


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (None, inputs(), (None, declared())),
        (inputs(), inputs("other"), (declared(), declared("other"))),
        (inputs(), None, (declared(), None)),
    ],
    ids=["created", "changed", "removed"],
)
def test_both_declarations_are_returned(old: Any, new: Any, expected: Any) -> None:
    assert declarations([pre_event("update", old=old, new=new)], "acme") == expected


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ([], "the stack acme has no McpServerSettings, neither in its program nor in its state"),
        (
            [pre_event("create", new=inputs()), pre_event("create", f"{URN}2", new=inputs())],
            "the stack acme has more than one McpServerSettings; give each tenant its own stack",
        ),
        (
            [pre_event("update", old={"tenant": {"name": "acme"}, "instance": INSTANCE}, new=inputs())],
            "the state of the stack acme contains a declaration that this version cannot read: ",
        ),
        (
            [pre_event("create", new=inputs(manualRegistrations={"crm": {"clientId": UNKNOWN}}))],
            "whose tenant.manualRegistrations.crm.clientId is not known yet",
        ),
        ([pre_event("create", new={"tenant": UNKNOWN})], "whose tenant is not known yet"),
    ],
)
def test_declarations_that_cannot_be_read_are_an_error(events: list[Any], message: str) -> None:
    with pytest.raises(PreviewError) as raised:
        declarations(events, "acme")

    assert message in str(raised.value)


def test_a_declaration_that_an_older_version_accepted_is_read() -> None:
    # The declaration is not validated: this access entry matches no resource.
    client = {"grant": "client-credentials", "access": ["789/production"]}

    before, _ = declarations([pre_event("delete", old=inputs(clients={"agent": client}))], "acme")

    assert before is not None
    assert before.tenant.clients["agent"].access == ("789/production",)
