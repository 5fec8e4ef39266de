"""The authorization servers that a tenant can choose: one package each, all alike, and this list."""

from __future__ import annotations

from flow_mcp.declaration.kinds import Kinds

_HERE = __name__

KINDS = Kinds(
    {
        "flow-entra": f"{_HERE}.flow_entra:FLOW_ENTRA",
        "entra": f"{_HERE}.entra:ENTRA",
        "keycloak": f"{_HERE}.keycloak:KEYCLOAK",
        "auth0": f"{_HERE}.auth0:AUTH0",
        "scalekit": f"{_HERE}.scalekit:SCALEKIT",
        "external": f"{_HERE}.external:EXTERNAL",
    },
    default="flow-entra",
)
