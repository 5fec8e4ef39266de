"""Which protected resource of a tenant a URL of its Flow instance belongs to."""

from __future__ import annotations

import re

from flow_mcp.authorization_servers.adoption import AdoptionRequest

_RESOURCE = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]{0,62})/environments/([A-Za-z0-9][A-Za-z0-9_-]{0,62})")


def resource_key(request: AdoptionRequest, url: str) -> str | None:
    """Return `<workspace>/<environment>` of an MCP server's URL; None if it is none of the tenant's."""
    prefix = _prefix(request)
    match = _RESOURCE.fullmatch(url[len(prefix) :]) if url.startswith(prefix) else None
    return f"{match[1]}/{match[2]}" if match else None


def is_inexact(request: AdoptionRequest, url: str) -> bool:
    """Return whether a URL is the tenant's or the Flow instance's, but no MCP server's."""
    flow, plain = request.flow_server.rstrip("/"), url.rstrip("/")
    tenant = f"{flow}/mcp/tenants/{request.tenant_id}"
    above = {flow, f"{flow}/mcp", tenant}
    return resource_key(request, url) is None and (plain in above or plain.startswith(f"{tenant}/"))


def resource_url(request: AdoptionRequest, key: str) -> str:
    """Return the URL of an MCP server of the tenant, from `<workspace>/<environment>`."""
    workspace, _, environment = key.partition("/")
    return f"{_prefix(request)}{workspace}/environments/{environment}"


def _prefix(request: AdoptionRequest) -> str:
    return f"{request.flow_server.rstrip('/')}/mcp/tenants/{request.tenant_id}/workspaces/"


def environments(request: AdoptionRequest, keys: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the environments of each workspace: those of the request, and those of the keys."""
    known = {name: set(listed) for name, listed in request.workspaces.items()}
    for key in keys:
        workspace, _, environment = key.partition("/")
        known.setdefault(workspace, set()).add(environment)
    return {name: sorted(known[name]) for name in sorted(known)}
