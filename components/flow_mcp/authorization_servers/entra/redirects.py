"""Redirect URIs in an Entra application: on which platform they belong, and what Entra refuses.

https://learn.microsoft.com/entra/identity-platform/reply-url
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from urllib.parse import urlsplit

from flow_mcp.declaration.base import is_loopback
from flow_mcp.declaration.clients import Client
from flow_mcp.declaration.findings import Finding, Path
from flow_mcp.declaration.urls import is_private_use

_LONGEST = 256
_MOST = 256


class Platform(Enum):
    """Decides how Entra lets a code be redeemed."""

    WEB = "web"
    """With the client's credential."""
    SINGLE_PAGE = "single-page"
    """By a page, with CORS and PKCE, without a credential."""
    NATIVE = "native"
    """By an application on the person's machine, with PKCE, without a credential."""


def platform_of(client: Client) -> Platform | None:
    """The platform that a client's redirect URIs belong on; None if it has none."""
    if not client.redirect_uris:
        return None
    if client.confidential:
        return Platform.WEB
    return Platform.SINGLE_PAGE if client.web_origins else Platform.NATIVE


def check(path: Path, client: Client) -> Iterator[Finding]:
    """What Entra, or the azuread plugin, would refuse or ignore."""
    if len(client.redirect_uris) > _MOST:
        yield Finding((*path, "redirectUris"), f"has more than {_MOST} entries", "Use fewer.")
    without_port: dict[str, str] = {}
    for index, uri in enumerate(client.redirect_uris):
        here, parts = (*path, "redirectUris", index), urlsplit(uri)
        if len(uri) > _LONGEST:
            yield Finding(here, f"is longer than {_LONGEST} characters", "Use a shorter address.")
        if is_private_use(uri) and client.confidential:
            yield Finding(
                here,
                "has a private-use scheme, which Entra accepts for public clients only",
                "Remove the client's credential and clientType, or list the other redirect URIs.",
            )
        if parts.hostname == "::1":
            yield Finding(
                here, "is an IPv6 loopback address, which Entra refuses", "Use 127.0.0.1 or localhost."
            )
        if is_loopback(parts.hostname):
            bare = f"{parts.scheme}://{parts.hostname}{parts.path}?{parts.query}"
            other = without_port.setdefault(bare, uri)
            if other != uri:
                yield Finding(
                    here,
                    "differs from another only in its port, which Entra ignores on loopback",
                    "Keep one of them: it matches any port.",
                )
    yield from _origins(path, client)


def _origins(path: Path, client: Client) -> Iterator[Finding]:
    redirected = {f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, client.redirect_uris)}
    if client.web_origins and client.confidential:
        yield Finding(
            (*path, "webOrigins"),
            "lets pages call the token endpoint, but Entra allows that to public clients only",
            "Remove it, or the client's credential and clientType.",
        )
        return
    for index, origin in enumerate(client.web_origins):
        if origin not in redirected:
            yield Finding(
                (*path, "webOrigins", index),
                "is not the origin of a redirect URI, and Entra lets only those call the token endpoint",
                "Add a redirect URI there, or remove it.",
            )
    if client.web_origins:
        for index, uri in enumerate(client.redirect_uris):
            parts = urlsplit(uri)
            if f"{parts.scheme}://{parts.netloc}" not in client.web_origins:
                yield Finding(
                    (*path, "redirectUris", index),
                    "is not on one of webOrigins, and an application on Entra serves pages or programs",
                    "Add its origin to webOrigins, or declare two clients.",
                )
