"""The declarations in a stack's state and in its program, among what the engine reports."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.preview import declarations
from flow_mcp.review.preview.values import UNKNOWN
from tests.unit.review.preview.events import URN, begins

REALM = {"name": "acme", "create": True}
INSTANCE = {"server": "https://app.profitbase.biz/flow"}


def inputs(tenant: str = "acme", **more: Any) -> dict[str, Any]:
    """What the component registers, in the order of `_normalized`."""
    declared = {
        "id": tenant,
        "workspaces": {"456": {"environments": ["production"]}},
        "authorizationServer": {"keycloak": {"url": "https://id.acme.example", "realm": REALM}},
        **more,
    }
    return {"tenant": declared, "instance": INSTANCE, "clientIdsOf": {"crm": "https://id.acme.example"}}


def declared(tenant: str = "acme") -> Any:
    return from_configuration(inputs(tenant)["tenant"], INSTANCE, source="").declaration


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (None, inputs(), (None, declared())),
        (inputs(), inputs("other"), (declared(), declared("other"))),
        (inputs(), None, (declared(), None)),
    ],
    ids=["made", "changed", "removed"],
)
def test_both_are_told(old: Any, new: Any, told: Any) -> None:
    assert declarations([begins("update", old=old, new=new)], "acme") == told


@pytest.mark.parametrize(
    ("events", "why"),
    [
        ([], "the stack acme has no McpServerSettings, in its program or in its state"),
        (
            [begins("create", new=inputs()), begins("create", f"{URN}2", new=inputs())],
            "the stack acme has more than one McpServerSettings; give each tenant its own",
        ),
        (
            [begins("update", old={"tenant": {"name": "acme"}, "instance": INSTANCE}, new=inputs())],
            "the state of the stack acme holds a declaration that this version cannot read: ",
        ),
        (
            [begins("create", new=inputs(manualRegistrations={"crm": {"clientId": UNKNOWN}}))],
            "whose tenant.manualRegistrations.crm.clientId is not known yet",
        ),
        ([begins("create", new={"tenant": UNKNOWN})], "whose tenant is not known yet"),
    ],
)
def test_what_cannot_be_told_is_an_error(events: list[Any], why: str) -> None:
    with pytest.raises(PreviewError) as raised:
        declarations(events, "acme")

    assert why in str(raised.value)


def test_what_an_older_version_accepted_is_told_all_the_same() -> None:
    # No rule is asked: here an access that means nothing.
    client = {"grant": "client-credentials", "access": ["789/production"]}

    before, _ = declarations([begins("delete", old=inputs(clients={"agent": client}))], "acme")

    assert before is not None
    assert before.tenant.clients["agent"].access == ("789/production",)
