"""Paths of the same property in resources of different types: redirect URIs, grants, settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, Final

from flow_mcp.declaration.findings import Path
from flow_mcp.review.policy.resources.types import (
    AUTH0_CLIENT,
    ENTRA_APPLICATION,
    KEYCLOAK_CLIENT,
    REGISTERED_CLIENT,
    SCALEKIT_CLIENT,
)
from flow_mcp.review.policy.resources.values import document
from flow_mcp.review.policy.rule import SETTINGS, Resource, Unknown


class _Each(Enum):
    EACH = "each"


EACH: Final = _Each.EACH
"""Wildcard in a place: every key of a mapping and every item of a list."""

Place = tuple[str | _Each, ...]
"""A path of keys, starting at a resource's properties."""

Places = Mapping[str, tuple[Place, ...]]
"""Places by resource type."""


def found(resource: Resource, places: Places) -> Iterator[tuple[Path, Any]]:
    """Yield the existing values at the places of the resource's type, each with its path.

    A scalar in place of a list or mapping is yielded itself, so that rules evaluate it too.
    """
    for place in places.get(resource.type, ()):
        yield from below(resource.values, place)


def below(value: Any, place: Place, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield the values at a place below a value; `Unknown` if a value on the path is unknown."""
    if value is None:
        return
    if not place or isinstance(value, Unknown):
        yield path, value
    elif place[0] is EACH:
        parts = _parts(value)
        if parts is None:
            yield path, value
        else:
            for key, part in parts:
                yield from below(part, place[1:], (*path, key))
    elif isinstance(value, Mapping):
        yield from below(value.get(place[0]), place[1:], (*path, place[0]))


def _parts(value: Any) -> Iterator[tuple[str | int, Any]] | None:
    if isinstance(value, Mapping):
        return iter(value.items())
    return iter(enumerate(value)) if isinstance(value, list) else None


REDIRECT_URIS: Places = {
    SETTINGS: (("tenant", "clients", EACH, "redirectUris", EACH),),
    KEYCLOAK_CLIENT: (("validRedirectUris", EACH),),
    ENTRA_APPLICATION: (
        ("web", "redirectUris", EACH),
        ("singlePageApplication", "redirectUris", EACH),
        ("publicClient", "redirectUris", EACH),
    ),
    "azuread:index/applicationRedirectUris:ApplicationRedirectUris": (("redirectUris", EACH),),
    AUTH0_CLIENT: (("callbacks", EACH),),
    "auth0:index/clientCimd:ClientCimd": (("callbacks", EACH),),
    REGISTERED_CLIENT: (("redirectUris", EACH),),
    SCALEKIT_CLIENT: (("redirectUris", EACH),),
}


_GRANT_TYPES: Places = {
    AUTH0_CLIENT: (("grantTypes", EACH),),
    "auth0:index/clientCimd:ClientCimd": (("grantTypes", EACH),),
    REGISTERED_CLIENT: (("grantTypes", EACH),),
}


def grant_types(resource: Resource) -> Iterator[tuple[Path, Any]]:
    """Yield the grant types of a client (RFC 7591, section 2), each with its path."""
    yield from found(resource, _GRANT_TYPES)


_HOLDERS = (SETTINGS, "pulumi:pulumi:Stack")


def in_document(resource: Resource, *place: Any) -> Iterator[tuple[Path, Any]]:
    """Yield the values at a place of the settings document, if the resource is the component or the stack.

    Yields `Unknown` while the whole document is unknown.
    """
    if resource.type in _HOLDERS:
        keys: Place = place
        yield from below(document(resource.outputs.get("settings")), keys, ("settings",))
