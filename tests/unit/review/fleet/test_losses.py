"""What is named before a tenant is destroyed."""

from __future__ import annotations

from typing import Any

from flow_mcp.review.fleet.losses import losses
from flow_mcp.review.policy.rule import SETTINGS
from tests.unit.declaration.access.samples import sample


def deletion(inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the event of a preview in which the component of a tenant is deleted."""
    metadata = {"type": SETTINGS, "op": "delete", "urn": "u", "old": {"inputs": inputs}}
    return {"resourcePreEvent": {"metadata": metadata}}


def applied(stack: str) -> dict[str, Any]:
    declaration = sample(stack)
    return {
        "tenant": declaration.tenant.model_dump(mode="json", by_alias=True, exclude_none=True),
        "instance": declaration.instance.model_dump(mode="json", by_alias=True, exclude_none=True),
    }


def test_assigned_client_ids_and_secrets_are_lost_at_auth0() -> None:
    assert losses([deletion(applied("initech"))], "initech") == (
        "The secrets of portal, test-agent. If the tenant is created again, they are replaced by new ones.",
        "The client IDs of desktop, nightly-agent, portal, test-agent, which auth0 assigned.",
        "The sign-in of people through clients.desktop, clients.portal, registration.dynamic, "
        "registration.metadataDocuments.",
    )


def test_a_tenant_without_resources_loses_nothing() -> None:
    assert losses([], "acme") == ()


def test_a_declaration_that_cannot_be_read_is_reported() -> None:
    (loss,) = losses([deletion({"tenant": {"id": "acme"}, "instance": {}})], "acme")
    assert loss.startswith("Unknown, because the declaration in the state cannot be read: ")
