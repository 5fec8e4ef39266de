"""The kinds of authorization servers that a tenant can declare; each is a package of the same structure."""

from __future__ import annotations

from flow_mcp.declaration.kinds import Kinds

_PACKAGE = __name__

KINDS = Kinds(
    {
        "flow-entra": f"{_PACKAGE}.flow_entra:FLOW_ENTRA",
        "entra": f"{_PACKAGE}.entra:ENTRA",
        "keycloak": f"{_PACKAGE}.keycloak:KEYCLOAK",
        "auth0": f"{_PACKAGE}.auth0:AUTH0",
        "scalekit": f"{_PACKAGE}.scalekit:SCALEKIT",
        "external": f"{_PACKAGE}.external:EXTERNAL",
    },
    default="flow-entra",
)
