"""Redirect URIs of Entra applications: their platform, and checks of Entra's restrictions.

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

_MAXIMUM_LENGTH = 256
_MAXIMUM_COUNT = 256


class Platform(Enum):
    """The platform of a redirect URI, which decides how the client redeems the authorization code."""

    WEB = "web"
    """With the client's credential."""
    SINGLE_PAGE = "single-page"
    """From a page in the browser, with CORS and PKCE and without a credential."""
    NATIVE = "native"
    """From an application on the person's computer, with PKCE and without a credential."""


def platform_of(client: Client) -> Platform | None:
    """Return the platform of a client's redirect URIs; None if it has no redirect URIs."""
    if not client.redirect_uris:
        return None
    if client.confidential:
        return Platform.WEB
    return Platform.SINGLE_PAGE if client.web_origins else Platform.NATIVE


def check(path: Path, client: Client) -> Iterator[Finding]:
    """Yield findings on redirect URIs and origins that Entra or the azuread plugin rejects or ignores."""
    if len(client.redirect_uris) > _MAXIMUM_COUNT:
        yield Finding(
            (*path, "redirectUris"), f"has more than {_MAXIMUM_COUNT} entries", "Remove some of them."
        )
    without_port: dict[str, str] = {}
    for index, uri in enumerate(client.redirect_uris):
        uri_path, parts = (*path, "redirectUris", index), urlsplit(uri)
        if len(uri) > _MAXIMUM_LENGTH:
            yield Finding(uri_path, f"is longer than {_MAXIMUM_LENGTH} characters", "Use a shorter URI.")
        if is_private_use(uri) and client.confidential:
            yield Finding(
                uri_path,
                "has a private-use scheme, which Entra accepts for public clients only",
                "Remove the client's credential and clientType, or list the other redirect URIs.",
            )
        if parts.hostname == "::1":
            yield Finding(
                uri_path, "is an IPv6 loopback address, which Entra rejects", "Use 127.0.0.1 or localhost."
            )
        if is_loopback(parts.hostname):
            bare = f"{parts.scheme}://{parts.hostname}{parts.path}?{parts.query}"
            first = without_port.setdefault(bare, uri)
            if first != uri:
                yield Finding(
                    uri_path,
                    "differs from another entry in the port only, which Entra ignores for loopback addresses",
                    "Keep one of them. It matches every port.",
                )
    yield from _origins(path, client)


def _origins(path: Path, client: Client) -> Iterator[Finding]:
    redirect_origins = {f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, client.redirect_uris)}
    if client.web_origins and client.confidential:
        yield Finding(
            (*path, "webOrigins"),
            "lets pages call the token endpoint, which Entra allows for public clients only",
            "Remove it, or remove the client's credential and clientType.",
        )
        return
    for index, origin in enumerate(client.web_origins):
        if origin not in redirect_origins:
            yield Finding(
                (*path, "webOrigins", index),
                "is not the origin of a redirect URI, and Entra lets only those call the token endpoint",
                "Add a redirect URI with this origin, or remove it.",
            )
    if client.web_origins:
        for index, uri in enumerate(client.redirect_uris):
            parts = urlsplit(uri)
            if f"{parts.scheme}://{parts.netloc}" not in client.web_origins:
                yield Finding(
                    (*path, "redirectUris", index),
                    "is not on an origin of webOrigins, and an Entra application has pages or native "
                    "applications, not both",
                    "Add its origin to webOrigins, or declare two clients.",
                )
