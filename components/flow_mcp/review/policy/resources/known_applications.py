"""Recognize private-use redirect URIs of known applications."""

from __future__ import annotations

from typing import Any

from flow_mcp.declaration.applications.catalogue import package_catalogue
from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.urls import is_private_use
from flow_mcp.review.policy.resources.component import made_by_component
from flow_mcp.review.policy.resources.values import at
from flow_mcp.review.policy.rule import SETTINGS, Resource, Unknown


def is_of_known_application(resource: Resource, path: Path, uri: Any) -> bool | Unknown:
    """Return whether a private-use redirect URI belongs to the application that the client is declared as.

    The result is `Unknown` if the client's application is.

    Only the package's catalogue counts: a team's own file cannot permit a scheme. Below `McpServerSettings`,
    which makes only what its inputs declare, the inputs are what is evaluated, so the URI itself is enough.

    Args:
        resource: `McpServerSettings`, or a client of an authorization server.
        path: path of the redirect URI in the resource.
        uri: its value.
    """
    if not isinstance(uri, str) or not is_private_use(uri):
        return False
    catalogue = package_catalogue()
    if resource.type == SETTINGS:
        name = at(resource.values, *map(str, path[:3]), "application")
        if isinstance(name, Unknown):
            return name
        application = catalogue.get(name) if isinstance(name, str) else None
        return application is not None and uri in application.private_use_redirect_uris
    return made_by_component(resource) and any(
        uri in application.private_use_redirect_uris for application in catalogue.values()
    )
