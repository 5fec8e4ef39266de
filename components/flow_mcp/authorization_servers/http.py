"""HTTP requests to authorization servers, with time limits, retries and readable errors."""

from __future__ import annotations

import ipaddress
import logging
import ssl
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from flow_mcp.authorization_servers.errors import UnreachableError
from flow_mcp.common.deadline import limited_client, within

_LOG = logging.getLogger(__name__)
_TIMEOUT = httpx.Timeout(20, connect=5)
_SECONDS = 30.0
"""Time limit of one attempt, from name resolution to the last byte of the response."""
_ATTEMPTS = 4
_BACK_OFF = wait_exponential(multiplier=0.5, max=2)
_IDEMPOTENT = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PUT"})
_TRANSIENT = frozenset({502, 503, 504})
_TOO_MANY_REQUESTS = 429
_MAXIMUM_WAIT = 30.0
"""Longest `Retry-After`, in seconds, that is waited for; a response with a longer one is final."""


class _TransientError(Exception):
    """A response that a retry may change."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response


class Connection:
    """A connection to an administration API: a context manager that closes its HTTP client at the end."""

    _client: httpx.Client

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()


def http_client(base_url: str = "", transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """Return an HTTP client for `send`.

    Proxies come from the environment, except for requests to loopback and link-local addresses: a cloud's
    metadata service (169.254.169.254) returns tokens over plain http. Trusted certificates come from
    SSL_CERT_FILE and SSL_CERT_DIR, also for these addresses.

    Args:
        base_url: prefix of relative URLs.
        transport: replaces the network in tests.
    """
    return limited_client(
        base_url=base_url,
        timeout=_TIMEOUT,
        transport=transport,
        # Loading the certificates takes 0.1 seconds, and a custom transport does not use them.
        verify=True if transport else httpx.create_ssl_context(),
        trust_env=not _is_local(urlsplit(base_url).hostname),
    )


def send(client: httpx.Client, method: str, url: str, *, server: str, **arguments: Any) -> httpx.Response:
    """Send a request and return the response.

    The request is sent up to 4 times within about 4 seconds if a retry cannot repeat an effect at the server.
    After status 429 (RFC 6585, section 4) it is sent again when `Retry-After` has passed, or without one the
    time in `x-ratelimit-reset`, if that is at most 30 seconds.

    Args:
        client: a client of `http_client`.
        method: HTTP method.
        url: absolute, or relative to the client's base URL.
        server: name of the server for messages, with its address.
        arguments: further arguments of `httpx.Client.request`.

    Raises:
        UnreachableError: the server does not answer.
    """
    retryable: tuple[type[Exception], ...] = (httpx.ConnectError, httpx.ConnectTimeout, _TransientError)
    if method in _IDEMPOTENT:
        retryable = (*retryable, httpx.NetworkError, httpx.RemoteProtocolError)

    def log_retry(state: RetryCallState) -> None:
        _LOG.info("waiting for %s (attempt %d of %d)", server, state.attempt_number + 1, _ATTEMPTS)

    attempts = Retrying(
        stop=stop_after_attempt(_ATTEMPTS),
        wait=_wait,
        retry=retry_if_exception_type(retryable),
        before_sleep=log_retry,
        reraise=True,
    )

    def attempt() -> httpx.Response:
        with within(_SECONDS):
            response = client.request(method, url, **arguments)
        unavailable = method in _IDEMPOTENT and response.status_code in _TRANSIENT
        throttled = response.status_code == _TOO_MANY_REQUESTS and retry_after(response) <= _MAXIMUM_WAIT
        if unavailable or throttled:
            raise _TransientError(response)
        return response

    try:
        return attempts(attempt)
    except _TransientError as transient:
        return transient.response
    except httpx.HTTPError as error:
        raise UnreachableError(
            f"{server} cannot be reached: {_reason(error)}. "
            "Check that it is running, that its address is correct and that this machine can connect to it."
        ) from error


def retry_after(response: httpx.Response) -> float:
    """Return the seconds that a response asks its client to wait; 0 if it does not.

    They are in `Retry-After` (RFC 9110, section 10.2.3) or follow from `x-ratelimit-reset`, the seconds since
    1970 at which Auth0 accepts requests again
    (https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy).
    """
    requested = response.headers.get("Retry-After", "")
    if requested.isascii() and requested.isdigit():
        return float(requested)
    reset = response.headers.get("x-ratelimit-reset", "")
    if response.status_code != _TOO_MANY_REQUESTS or not (reset.isascii() and reset.isdigit()):
        return 0.0
    return max(0.0, float(reset) - time.time())


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    requested = retry_after(error.response) if isinstance(error, _TransientError) else 0.0
    return max(requested, _BACK_OFF(state)) if requested <= _MAXIMUM_WAIT else _BACK_OFF(state)


def json_object(response: httpx.Response) -> dict[str, Any]:
    """Return the JSON object in the response's body; an empty one if the body is anything else."""
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def json_list(response: httpx.Response) -> list[Any] | None:
    """Return the JSON list in the response's body; None if the body is anything else."""
    try:
        body = response.json()
    except ValueError:
        return None
    return body if isinstance(body, list) else None


def _reason(error: httpx.HTTPError) -> str:
    """Return why the connection failed, from the lowest layer that reports a reason."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its TLS certificate is not trusted ({cause.verify_message})"
        if isinstance(cause, ssl.SSLError):
            return f"no TLS connection ({cause})"
        if isinstance(cause, ConnectionRefusedError):
            return "connection refused"
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror
    if isinstance(error, httpx.TimeoutException):
        return "no response within the time limit"
    return str(error).rstrip(".") or type(error).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Return the chain of exceptions that led to this one, the earliest first."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None:
        chain.append(current)
        current = current.__cause__ or current.__context__
    return reversed(chain)


def _is_local(host: str | None) -> bool:
    """Return whether a host is this machine or on its own link, where no proxy of the environment applies."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return False
    return address.is_loopback or address.is_link_local
