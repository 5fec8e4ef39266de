"""HTTP to authorization servers: bounded in time, patient with what passes, clear about what does not."""

from __future__ import annotations

import ipaddress
import logging
import ssl
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from flow_mcp.authorization_servers.errors import UnreachableError
from flow_mcp.common.deadline import limited_client, within

_LOG = logging.getLogger(__name__)
_TIMEOUT = httpx.Timeout(20, connect=5)
_SECONDS = 30.0
"""For one attempt, from the name's resolution to the answer's last byte."""
_ATTEMPTS = 4
_BACK_OFF = wait_exponential(multiplier=0.5, max=2)
_REPEATABLE = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PUT"})
_PASSING = frozenset({502, 503, 504})
_TOO_MANY = 429
_LONGEST_WAIT = 30.0
"""Seconds that a server may ask to wait (`Retry-After`); where it asks for more, its answer is final."""


class _PassingError(Exception):
    """An answer that a moment later may be another."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer


def http_client(base_url: str = "", transport: httpx.BaseTransport | None = None) -> httpx.Client:
    """A client for `send`.

    The environment names proxies, but not to this machine, and what certificates are trusted
    (SSL_CERT_FILE, SSL_CERT_DIR), to this machine too.

    Args:
        base_url: prefix of relative URLs.
        transport: only for tests.
    """
    return limited_client(
        base_url=base_url,
        timeout=_TIMEOUT,
        transport=transport,
        # Reading the certificates takes a tenth of a second; a transport of its own needs none.
        verify=True if transport else httpx.create_ssl_context(),
        trust_env=not _on_loopback(urlsplit(base_url).hostname),
    )


def send(client: httpx.Client, method: str, url: str, *, who: str, **arguments: Any) -> httpx.Response:
    """Send a request; again, up to 4 times in about 4 seconds, where nothing can have happened twice.

    A request that was refused for being too many (RFC 6585, section 4) is sent again after the time that the
    server asks for, if that is at most half a minute.

    Args:
        client: of `http_client`.
        method: HTTP method.
        url: absolute, or below the client's base URL.
        who: the server, as a message calls it, with its address.
        arguments: of `httpx.Client.request`.

    Raises:
        UnreachableError: no answer.
    """
    retried: tuple[type[Exception], ...] = (httpx.ConnectError, httpx.ConnectTimeout, _PassingError)
    if method in _REPEATABLE:
        retried = (*retried, httpx.NetworkError, httpx.RemoteProtocolError)

    def waiting(state: RetryCallState) -> None:
        _LOG.info("waiting for %s (attempt %d of %d)", who, state.attempt_number + 1, _ATTEMPTS)

    attempts = Retrying(
        stop=stop_after_attempt(_ATTEMPTS),
        wait=_wait,
        retry=retry_if_exception_type(retried),
        before_sleep=waiting,
        reraise=True,
    )

    def once() -> httpx.Response:
        with within(_SECONDS):
            answer = client.request(method, url, **arguments)
        repeatable = method in _REPEATABLE and answer.status_code in _PASSING
        if repeatable or (answer.status_code == _TOO_MANY and retry_after(answer) <= _LONGEST_WAIT):
            raise _PassingError(answer)
        return answer

    try:
        return attempts(once)
    except _PassingError as passing:
        return passing.answer
    except httpx.HTTPError as error:
        raise UnreachableError(
            f"{who} cannot be reached: {_reason(error)}. "
            "Check that it runs, that its address is right and that this machine may reach it."
        ) from error


def retry_after(answer: httpx.Response) -> float:
    """Seconds that the server asks to wait (RFC 9110, section 10.2.3); 0 where it gives no number."""
    asked = answer.headers.get("Retry-After", "")
    return float(asked) if asked.isascii() and asked.isdigit() else 0.0


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = retry_after(error.answer) if isinstance(error, _PassingError) else 0.0
    return max(asked, _BACK_OFF(state)) if asked <= _LONGEST_WAIT else _BACK_OFF(state)


def json_object(answer: httpx.Response) -> dict[str, Any]:
    """The answer's JSON object; empty when it has none."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _reason(error: httpx.HTTPError) -> str:
    """What happened, in the words of the layer that knows."""
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
        return "no answer in time"
    return str(error).rstrip(".") or type(error).__name__


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exceptions that led to this one, the first one first."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None:
        chain.append(current)
        current = current.__cause__ or current.__context__
    return reversed(chain)


def _on_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
