"""The `application_type` of client metadata, which MCP clients must send when they register."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal
from urllib.parse import urlsplit

from flow_mcp.declaration.base import is_loopback


def application_type(redirect_uris: Iterable[str]) -> Literal["native", "web"] | None:
    """Return the type that follows from a client's redirect URIs; None for a client without any.

    A native application receives codes at a loopback address or by a private-use scheme (OpenID Connect
    Dynamic Client Registration 1.0, section 2). A server that assumes its default, `web`, rejects these.
    """
    parts = [urlsplit(uri) for uri in redirect_uris]
    if not parts:
        return None
    native = any(uri.scheme not in {"http", "https"} or is_loopback(uri.hostname) for uri in parts)
    return "native" if native else "web"
