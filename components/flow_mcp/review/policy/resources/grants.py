"""Find the grant types of clients, for every authorization server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flow_mcp.declaration.findings import Path
from flow_mcp.review.policy.resources.keycloak_types import REGISTERED_CLIENT
from flow_mcp.review.policy.resources.provider_types import AUTH0_CLIENT
from flow_mcp.review.policy.resources.shared_properties import EACH, Places, found
from flow_mcp.review.policy.rule import Resource

_GRANT_TYPES: Places = {
    AUTH0_CLIENT: (("grantTypes", EACH),),
    "auth0:index/clientCimd:ClientCimd": (("grantTypes", EACH),),
    REGISTERED_CLIENT: (("grantTypes", EACH),),
}


def grant_types(resource: Resource) -> Iterator[tuple[Path, Any]]:
    """Yield the grant types of a client (RFC 7591, section 2), each with its path."""
    yield from found(resource, _GRANT_TYPES)
