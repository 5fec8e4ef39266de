"""Properties of adopted objects for which Keycloak stores no value, so that its default applies.

The official Keycloak plugin reads them as off, although Keycloak's default is on. The stack keeps them as
they are, so that an adoption changes nothing. But the plugin writes an object as a whole: an update of
another property would switch them off. So they are kept only while nothing else of the object changes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from flow_mcp.authorization_servers.keycloak.adoption.recreated import differences_of
from flow_mcp.authorization_servers.representations import Representation, mapping
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.enterprise import issuers_of

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""An ID of Keycloak, or `client-scope` in the import ID of a mapper: text that a path can contain."""

_UNSET: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "Client": ("attributes", {"useRefreshTokens": "use.refresh.tokens"}),
    "ClientScope": (
        "attributes",
        {
            "includeInOpenidProviderMetadata": "include.in.openid.provider.metadata",
            "includeInTokenScope": "include.in.token.scope",
        },
    ),
    "AudienceProtocolMapper": ("config", {"addToTokenIntrospection": "introspection.token.claim"}),
}
"""Member of the representation, and the properties with their keys in it, by type of the resource."""


def paths(declaration: Declaration) -> dict[str, str]:
    """Return the path below the realm of each adopted object with such properties, by resource."""
    return {
        f"{resource_type}/{name}": path
        for resource_type, name, adopted_id in _adopted(declaration)
        if (path := _path(resource_type, adopted_id.split("/")[1:]))
    }


def without_secrets(representation: Representation) -> str:
    """Return the JSON of a representation, without what is secret or not compared."""
    secret = {"secret", "registrationAccessToken"}
    attributes = mapping(representation, "attributes").items()
    plain = {key: value for key, value in attributes if not key.startswith("client.secret.")}
    kept = {key: value for key, value in representation.items() if key not in secret}
    return json.dumps({**kept, "attributes": plain} if attributes else kept)


def kept(declaration: Declaration, objects: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the properties that the stack keeps for now, by resource.

    Args:
        declaration: the tenant's declaration.
        objects: the JSON of each adopted object at the server, by resource.
    """
    properties: dict[str, tuple[str, ...]] = {}
    for resource_type, name, _ in _adopted(declaration):
        resource = f"{resource_type}/{name}"
        if resource not in objects:
            continue
        present = json.loads(objects[resource])
        member, keys = _UNSET[resource_type]
        unset = tuple(sorted(prop for prop, key in keys.items() if key not in mapping(present, member)))
        if unset and not _is_updated(declaration, resource_type, name, present):
            properties[resource] = unset
    return properties


def _is_updated(declaration: Declaration, resource_type: str, name: str, present: dict[str, Any]) -> bool:
    """Return whether the next update changes an adopted object."""
    if resource_type == "Client" and (
        declaration.tenant.clients[name].secret or list(issuers_of(declaration, name))
    ):
        return True
    differing = {entry.property for entry in differences_of(declaration, resource_type, name, present, {})}
    return not differing <= {*declaration.tenant.kept(resource_type, name)}


def _adopted(declaration: Declaration) -> Iterator[tuple[str, str, str]]:
    """Yield type, name and ID of the adopted resources that the declaration has."""
    names = {
        "Client": {*declaration.tenant.clients},
        "ClientScope": {resource.key for resource in declaration.resources},
        "AudienceProtocolMapper": {f"{resource.key}-audience" for resource in declaration.resources},
    }
    for resource, adopted in sorted((declaration.tenant.adopted or {}).items()):
        resource_type, _, name = resource.partition("/")
        if adopted.id and name in names.get(resource_type, ()):
            yield resource_type, name, adopted.id


def _path(resource_type: str, parts: list[str]) -> str:
    if not all(map(_ID.fullmatch, parts)):
        return ""
    if resource_type == "AudienceProtocolMapper":
        return f"client-scopes/{parts[1]}/protocol-mappers/models/{parts[2]}" if len(parts) == 3 else ""
    kind = "clients" if resource_type == "Client" else "client-scopes"
    return f"{kind}/{parts[0]}" if len(parts) == 1 else ""
