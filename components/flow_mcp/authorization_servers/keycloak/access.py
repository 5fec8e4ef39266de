"""What a tenant's access, and what a change of it means, are told from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from flow_mcp.authorization_servers.people import Ways
from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.setting_changes import Meaning

if TYPE_CHECKING:
    from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
    from flow_mcp.declaration.tenant import Declaration

_HERE: Path = ("authorizationServer", "keycloak")

MEANINGS = (
    Meaning((*_HERE, "url"), "identity"),
    Meaning((*_HERE, "realm", "name"), "identity"),
    Meaning(
        (*_HERE, "adminUrl"),
        "administration",
        "The admin API is called at another address, with the administrator's credentials",
    ),
    Meaning((*_HERE, "administration"), "administration", "The administrator signs in elsewhere"),
    Meaning(
        (*_HERE, "realm", "create"),
        "creation",
        "The stack makes the realm and owns it",
        "The stack no longer owns the realm, and uses one that exists",
    ),
    Meaning(
        (*_HERE, "registration", "manage"),
        "ownership",
        "The stack may change the registration policies of a realm that it does not own",
        "The stack leaves the registration policies of the realm alone",
    ),
    Meaning(
        (*_HERE, "realm", "deletable"),
        "protection",
        "The realm, with the people in it, may go when the stack does",
        "The realm stays when the stack goes",
    ),
    Meaning((*_HERE, "registration", "dynamic", "senderHosts"), "unlimited-when-empty"),
)


def ways(declaration: Declaration) -> Ways:
    """The ways to become a client whom no declaration names."""
    return cast("Keycloak", declaration.server).registration.ways


def lifetimes(declaration: Declaration) -> Mapping[str, str]:
    """Those of tokens."""
    return {"tokens.access": cast("Keycloak", declaration.server).tokens.access}
