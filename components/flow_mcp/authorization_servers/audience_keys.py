"""Which audiences at an authorization server are those of a tenant's MCP servers."""

from __future__ import annotations

import re

from flow_mcp.authorization_servers.adoption import AdoptionRequest

_RESOURCE = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]{0,62})/environments/([A-Za-z0-9][A-Za-z0-9_-]{0,62})")


class AudienceKeys:
    """The audiences of a tenant.

    Args:
        request: the tenant and its Flow instance.
    """

    def __init__(self, request: AdoptionRequest) -> None:
        self._flow = request.flow_server.rstrip("/")
        self._tenant = f"{self._flow}/mcp/tenants/{request.tenant_id}"

    def key(self, audience: str) -> str | None:
        """Return `<workspace>/<environment>` of the audience of a protected resource of the tenant."""
        prefix = f"{self._tenant}/workspaces/"
        match = _RESOURCE.fullmatch(audience[len(prefix) :]) if audience.startswith(prefix) else None
        return f"{match[1]}/{match[2]}" if match else None

    def is_inexact(self, audience: str) -> bool:
        """Return whether an audience is the tenant's or the Flow instance's, but no environment's."""
        plain, above = audience.rstrip("/"), {self._flow, f"{self._flow}/mcp", self._tenant}
        return self.key(audience) is None and (plain in above or plain.startswith(f"{self._tenant}/"))
