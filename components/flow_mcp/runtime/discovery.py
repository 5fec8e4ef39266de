"""Fetch an authorization server's public keys by its metadata."""

from __future__ import annotations

import ipaddress
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from joserfc.jwk import KeySet

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.runtime.jwks import public_keys

if TYPE_CHECKING:
    import httpx

    from flow_mcp.settings import AuthorizationServer

MAX_RESPONSE_BYTES = 256 * 1024
"""Maximum size of a metadata document or a key set; real ones have 2 to 20 KiB."""
DEADLINE_SECONDS = 5.0
"""Maximum time to fetch the keys, for all requests together."""


class KeysUnavailableError(FlowMcpError):
    """An authorization server's keys could not be fetched."""


class _AddressError(Exception):
    """An address does not return usable metadata or keys; the message is the reason."""


class _UnreachableError(_AddressError):
    """The host did not answer; its other addresses are skipped."""


def discovery_addresses(server: AuthorizationServer) -> tuple[str, ...]:
    """List the addresses at which metadata is requested, in order.

    The first is the address in the settings: it worked when they were applied, and some servers (Entra)
    answer 404 at the others. Then follow those of the MCP authorization specification (2026-07-28,
    Authorization Server Metadata Discovery): RFC 8414 with the path inserted, OpenID Connect with the path
    inserted, and OpenID Connect with its suffix appended.
    """
    scheme, netloc, path, *_ = urlsplit(server.authority)
    origin, path = f"{scheme}://{netloc}", path.rstrip("/")
    addresses = (
        server.metadata_url,
        f"{origin}/.well-known/oauth-authorization-server{path}",
        f"{origin}/.well-known/openid-configuration{path}",
        f"{origin}{path}/.well-known/openid-configuration",
    )
    return tuple(dict.fromkeys(addresses))


def fetch_keys(
    server: AuthorizationServer,
    client: httpx.Client | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> KeySet:
    """Fetch an authorization server's keys from the `jwks_uri` of its metadata. Redirects are not followed.

    Private and symmetric keys, and keys that are not for signatures, are left out; the set can be empty.

    Args:
        server: Authority and metadata address; the metadata's issuer must be the authority, byte for byte.
        client: HTTP client for tests and special transports; without one, a client is created and closed.
        clock: Returns seconds, for the deadline.

    Raises:
        KeysUnavailableError: no address gave usable metadata, or the key set could not be read.
    """
    try:
        addresses = discovery_addresses(server)
    except ValueError as error:
        raise KeysUnavailableError(
            f"The authority {server.authority} is not a valid URL: {error}."
        ) from error
    end = clock() + DEADLINE_SECONDS
    problems = []
    with _http(client, clock) as http:
        unreachable: set[str] = set()
        for address in addresses:
            if urlsplit(address).netloc in unreachable:
                continue
            try:
                jwks_uri = _jwks_uri(server, _json(http, address, server, lambda: end - clock()))
                return public_keys(_json(http, jwks_uri, server, lambda: end - clock()))
            except _UnreachableError as error:
                unreachable.add(urlsplit(address).netloc)
                problems.append(f"{address}: {error}")
            except (_AddressError, ValueError) as error:
                problems.append(f"{address}: {error}")
    raise KeysUnavailableError(
        f"Cannot fetch the keys of the authorization server {server.authority}: {'; '.join(problems)}. "
        "Check that it runs and that this machine can reach it."
    )


def _jwks_uri(server: AuthorizationServer, metadata: dict[str, Any]) -> str:
    issuer, jwks_uri = metadata.get("issuer"), metadata.get("jwks_uri")
    if issuer != server.authority:
        raise _AddressError(f"the metadata's issuer {issuer!r:.200} is not the authority")
    if not isinstance(jwks_uri, str):
        raise _AddressError("the metadata has no jwks_uri")
    return jwks_uri


def _json(
    http: httpx.Client, url: str, server: AuthorizationServer, remaining: Callable[[], float]
) -> dict[str, Any]:
    """Fetch a JSON object, with limits of size and time."""
    from httpx import HTTPError, InvalidURL, TransportError

    if not _allowed(url, server.authority):
        raise _AddressError(
            f"{url:.200} is not https (http is allowed on loopback only, for an authority on loopback)"
        )
    if remaining() <= 0:
        raise _UnreachableError(f"not tried: the limit of {DEADLINE_SECONDS:g} seconds has passed")
    body = bytearray()
    try:
        # Uncompressed, so that the size limit also limits memory.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        with http.stream(
            "GET", url, headers=headers, timeout=remaining(), follow_redirects=False
        ) as response:
            if response.status_code != 200:
                raise _AddressError(f"{url:.200} answered {response.status_code}")
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > MAX_RESPONSE_BYTES:
                    raise _AddressError(f"{url:.200} answered more than {MAX_RESPONSE_BYTES} bytes")
                if remaining() <= 0:
                    raise _UnreachableError(f"no complete answer within {DEADLINE_SECONDS:g} seconds")
    except TransportError as error:
        raise _UnreachableError(f"{type(error).__name__} at {url:.200}") from error
    except (HTTPError, InvalidURL) as error:
        raise _AddressError(f"{type(error).__name__} at {url:.200}") from error
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _AddressError(f"the answer of {url:.200} is not JSON") from error
    if not isinstance(value, dict):
        raise _AddressError(f"the answer of {url:.200} is not a JSON object")
    return value


def _allowed(url: str, authority: str) -> bool:
    """Return whether a URL is https, or http on loopback with an authority on loopback (development)."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    loopback = _on_loopback(parts.hostname) and _on_loopback(urlsplit(authority).hostname)
    return parts.scheme == "http" and loopback


def _on_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


@contextmanager
def _http(client: httpx.Client | None, clock: Callable[[], float]) -> Iterator[httpx.Client]:
    if client is not None:
        yield client
        return
    # Imported here: the import takes as long as the rest of this package, and most processes do not need it
    # at the start.
    from flow_mcp.common.deadline import limited_client, within

    with limited_client() as own, within(DEADLINE_SECONDS, clock):
        yield own
