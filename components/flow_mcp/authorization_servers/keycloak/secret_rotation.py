"""Creates the client policies with which Keycloak keeps a client's previous secret valid."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pulumi

from flow_mcp.authorization_servers.keycloak import client_policies, names
from flow_mcp.authorization_servers.keycloak.names import OVERLAP_ATTRIBUTE, OWNER_ATTRIBUTE
from flow_mcp.declaration.base import seconds
from flow_mcp.declaration.declaration import Declaration

_UNLIMITED = "3153600000"
"""A hundred years in seconds: the declaration decides when a secret is rotated, not the server's clock."""


def overlaps(declaration: Declaration) -> tuple[str, ...]:
    """Return the different overlaps of the tenant's secrets, sorted."""
    clients = declaration.tenant.clients.values()
    return tuple(
        sorted({overlap for client in clients if client.secret and (overlap := client.secret.overlap)})
    )


def create_policies(
    declaration: Declaration, realm: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> Sequence[pulumi.Resource]:
    """Create a client policy for each overlap; it applies to the tenant's clients with that overlap."""
    policies: list[pulumi.Resource] = []
    for overlap in overlaps(declaration):
        attributes = [
            {"key": OWNER_ATTRIBUTE, "value": names.owner(declaration)},
            {"key": OVERLAP_ATTRIBUTE, "value": overlap},
        ]
        executor = {
            "expiration-period": _UNLIMITED,
            # Keycloak's own limit. `flow-mcp rotate --finish` ends the previous secret earlier.
            "rotated-expiration-period": str(seconds(overlap)),
            # For dynamic registration only; without it Keycloak would apply a default.
            "remaining-rotation-period": "1",
        }
        policies.append(
            client_policies.create(
                declaration,
                f"secret-overlap-{overlap}",
                description=f"Flow MCP: previous client secrets stay valid for {overlap}",
                executors=(("secret-rotation", executor),),
                condition="client-attributes",
                configuration={"attributes": json.dumps(attributes, separators=(",", ":"))},
                realm=realm,
                opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[*policies])),
            )
        )
    return policies
