"""FLOWMCP-028: a client at Keycloak has no rights but those that it was given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flow_mcp.review.policy.references import keycloak, rfc
from flow_mcp.review.policy.resources.keycloak_types import (
    KEYCLOAK_CLIENT,
    KEYCLOAK_CLIENT_ROLE,
    KEYCLOAK_REALM_ROLE,
)
from flow_mcp.review.policy.resources.properties import is_on, must
from flow_mcp.review.policy.rule import Context, Resource, Rule, Severity, Unknown, Violation

_PROGRAM = {"fullScopeAllowed": False, "serviceAccountsEnabled": True}


class KeycloakClients(Rule):
    """By Keycloak's defaults a client's tokens carry every role that its user has."""

    id = "FLOWMCP-028"
    severity = Severity.HIGH
    message = (
        "A client at Keycloak must not have full scope, roles beside its resources', or two kinds of users."
    )
    remedy = "Set fullScopeAllowed: false, and let the declaration's access give roles to programs."
    references = (
        rfc(9700, "2.3"),
        keycloak("Role scope mappings", "_role_scope_mappings"),
    )
    good = (
        Resource(KEYCLOAK_CLIENT, inputs=_PROGRAM),
        Resource(KEYCLOAK_REALM_ROLE, inputs={"role": "flow-mcp:acme:456:test:programs"}),
    )
    bad = (
        Resource(KEYCLOAK_CLIENT, inputs={"serviceAccountsEnabled": True}),
        Resource(
            KEYCLOAK_CLIENT,
            inputs={**_PROGRAM, "standardFlowEnabled": True, "pkceCodeChallengeMethod": "S256"},
        ),
        Resource(KEYCLOAK_REALM_ROLE, inputs={"role": "admin"}),
        Resource(KEYCLOAK_CLIENT_ROLE, inputs={"role": "manage-users"}),
    )

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        if not resource.values:
            return
        if resource.type == KEYCLOAK_CLIENT:
            # Left out, the provider allows it.
            yield from must(resource, ("fullScopeAllowed",), _is_off, "gives tokens every role of their user")
            flow = resource.values.get("standardFlowEnabled")
            if isinstance(flow, Unknown):
                yield flow
            elif is_on(flow):
                yield from must(
                    resource,
                    ("serviceAccountsEnabled",),
                    lambda value: not is_on(value),
                    "makes a client of people a program too, which nobody has to sign in for",
                )
        elif resource.type == KEYCLOAK_REALM_ROLE:
            yield from must(
                resource, ("role",), _is_of_resource, "is no role of a protected resource's programs"
            )
        elif resource.type == KEYCLOAK_CLIENT_ROLE:
            yield from must(
                resource, ("role",), lambda _: False, "is another client's, perhaps Keycloak's own"
            )


def _is_off(value: Any) -> bool:
    return value is False or (isinstance(value, str) and value.lower() == "false")


def _is_of_resource(role: Any) -> bool:
    """Whether a role is named as the component names those of programs."""
    return isinstance(role, str) and role.startswith("flow-mcp:") and role.endswith(":programs")
