"""FLOWMCP-028: clients at Keycloak have only the roles that the declaration grants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flow_mcp.review.policy.references import keycloak, rfc
from flow_mcp.review.policy.resources.properties import is_on, must
from flow_mcp.review.policy.resources.types import (
    KEYCLOAK_CLIENT,
    KEYCLOAK_CLIENT_ROLE,
    KEYCLOAK_REALM_ROLE,
)
from flow_mcp.review.policy.rule import Context, Resource, Rule, Severity, Unknown, Violation

_PROGRAM = {"fullScopeAllowed": False, "serviceAccountsEnabled": True}


class KeycloakClients(Rule):
    """Reject clients at Keycloak with roles that the declaration does not grant.

    By default, a client's tokens carry every role of the signed-in user.
    """

    id = "FLOWMCP-028"
    severity = Severity.HIGH
    message = (
        "A client at Keycloak must not have full scope, undeclared roles, or both people and a program as "
        "users."
    )
    remedy = (
        "Set fullScopeAllowed: false, grant roles to programs with access in the declaration, and use "
        "separate clients for people and programs."
    )
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
            # The provider's default is true.
            yield from must(
                resource,
                ("fullScopeAllowed",),
                _is_off,
                "is not false, so tokens carry every role of their user",
            )
            flow = resource.values.get("standardFlowEnabled")
            if isinstance(flow, Unknown):
                yield flow
            elif is_on(flow):
                yield from must(
                    resource,
                    ("serviceAccountsEnabled",),
                    lambda value: not is_on(value),
                    "makes a client for people a program too, which gets tokens without a sign-in",
                )
        elif resource.type == KEYCLOAK_REALM_ROLE:
            yield from must(
                resource, ("role",), _is_program_role, "is not a role of a protected resource for programs"
            )
        elif resource.type == KEYCLOAK_CLIENT_ROLE:
            yield from must(
                resource,
                ("role",),
                lambda _: False,
                "is a role of another client, possibly one that administers Keycloak",
            )


def _is_off(value: Any) -> bool:
    return value is False or (isinstance(value, str) and value.lower() == "false")


def _is_program_role(role: Any) -> bool:
    """Return whether a role has a name that the component gives to roles of programs."""
    return isinstance(role, str) and role.startswith("flow-mcp:") and role.endswith(":programs")
