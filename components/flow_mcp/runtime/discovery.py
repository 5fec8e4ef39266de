"""An authorization server's public keys, found by its metadata."""

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
"""Of a metadata document or a key set; real ones have 2 to 20 KiB."""
DEADLINE_SECONDS = 5.0
"""For finding the keys, all requests together."""


class KeysUnavailableError(FlowMcpError):
    """An authorization server's keys could not be fetched."""


class _AddressError(Exception):
    """One address does not give what is needed; says why."""


class _UnreachableError(_AddressError):
    """The host did not answer: the other addresses there need not be tried."""


def discovery_addresses(server: AuthorizationServer) -> tuple[str, ...]:
    """List where metadata is looked for, in order.

    First the address that the settings name: it was seen to work when they were applied, and some servers
    (Entra) answer 404 at the others. Then those of the MCP authorization specification (2026-07-28,
    Authorization Server Metadata Discovery): RFC 8414 with the path inserted, OpenID Connect likewise,
    OpenID Connect appended.
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
    """Fetch an authorization server's keys: metadata first, then its `jwks_uri`. Redirects are not followed.

    Private and symmetric keys, and keys that are not for signatures, are left out; the set can be empty.

    Args:
        server: Authority and metadata address; the metadata's issuer must be the authority, byte for byte.
        client: Only for tests and special transports; without one, a client is made and closed again.
        clock: Seconds, for the deadline.

    Raises:
        KeysUnavailableError: no address gave usable metadata, or the key set could not be read.
    """
    try:
        addresses = discovery_addresses(server)
    except ValueError as error:
        raise KeysUnavailableError(f"The authority {server.authority} is no URL: {error}.") from error
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
        f"No keys of the authorization server {server.authority}: {'; '.join(problems)}. "
        "Check that it runs and that this machine reaches it."
    )


def _jwks_uri(server: AuthorizationServer, metadata: dict[str, Any]) -> str:
    issuer, jwks_uri = metadata.get("issuer"), metadata.get("jwks_uri")
    if issuer != server.authority:
        raise _AddressError(f"its issuer is {issuer!r:.200}, which is not the authority")
    if not isinstance(jwks_uri, str):
        raise _AddressError("it names no jwks_uri")
    return jwks_uri


def _json(
    http: httpx.Client, url: str, server: AuthorizationServer, remaining: Callable[[], float]
) -> dict[str, Any]:
    """Read a JSON object, bounded in size and time."""
    from httpx import HTTPError, InvalidURL, TransportError

    if not _allowed(url, server.authority):
        raise _AddressError(
            f"{url:.200} is neither https nor, with an authority on loopback, http on loopback"
        )
    if remaining() <= 0:
        raise _UnreachableError(f"not tried, {DEADLINE_SECONDS:g} seconds are over")
    body = bytearray()
    try:
        # Uncompressed, so that the limit bounds what is held in memory.
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
                    raise _UnreachableError(f"no whole answer in {DEADLINE_SECONDS:g} seconds")
    except TransportError as error:
        raise _UnreachableError(f"{type(error).__name__} at {url:.200}") from error
    except (HTTPError, InvalidURL) as error:
        raise _AddressError(f"{type(error).__name__} at {url:.200}") from error
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _AddressError(f"{url:.200} did not answer JSON") from error
    if not isinstance(value, dict):
        raise _AddressError(f"{url:.200} did not answer a JSON object")
    return value


def _allowed(url: str, authority: str) -> bool:
    """Allow https; http only on loopback, and only where the authority itself is there (development)."""
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
    # Imported here: it takes as long as everything else of this package, and most processes start without
    # needing it.
    from flow_mcp.common.deadline import limited_client, within

    with limited_client() as own, within(DEADLINE_SECONDS, clock):
        yield own
