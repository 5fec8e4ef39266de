"""Whether the tenants' authorization servers answer, and how far their clocks differ from this machine's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

from flow_mcp.declaration.base import is_loopback
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.operations.doctor.finding import Finding
from flow_mcp.operations.verify.web import NoAnswerError, Web

Clock = Callable[[], float]
"""Seconds since 1970."""

_METADATA = "/.well-known/openid-configuration"
_TOLERATED = 60
"""Seconds by which the runtime lets a token's times differ, unless the tenant's settings say otherwise."""
_NOTABLE = 10
_UNKNOWN_CLOCK = (
    "Make sure that the server synchronizes its clock (NTP). After `pulumi up`, `flow-mcp verify` shows "
    "whether its tokens are accepted."
)


def servers(
    declarations: Iterable[Declaration], web: Web, progress: Callable[[str], None], clock: Clock = time.time
) -> Iterator[Finding]:
    """Ask each authorization server once for its metadata; any answer shows that it can be reached.

    Args:
        declarations: of the tenants.
        web: sends the requests.
        progress: is told the server that is asked.
        clock: of this machine.
    """
    urls: dict[str, str] = {}
    for declaration in (side for declared in declarations for side in declared.at_servers):
        url_of = declaration.kind.authority or declaration.kind.server_url
        if url_of:
            url = url_of(declaration)
            urls.setdefault(f"{urlsplit(url).scheme}://{urlsplit(url).netloc}", url)
    for origin, url in sorted(urls.items()):
        progress(origin)
        yield from _server(origin, url, web, clock)


def _server(origin: str, url: str, web: Web, clock: Clock) -> Iterator[Finding]:
    before = clock()
    try:
        answer = web.ask("GET", url.rstrip("/") + _METADATA)
    except NoAnswerError as error:
        remedy = "Check that it is running, that its URL is correct and that this machine can reach it."
        if is_loopback(urlsplit(origin).hostname):
            remedy = "Start it: `flow-mcp dev start` starts a Keycloak on this machine."
        yield Finding(origin, "problem", str(error).removeprefix(f"{urlsplit(origin).netloc} "), remedy)
        return
    after = clock()
    if answer.is_server_error:
        remedy = "Ask its administrator; `flow-mcp verify` tries again with details."
        yield Finding(origin, "problem", f"answers with status {answer.status_code}", remedy)
    else:
        yield Finding(origin, "ok", "answers")
    yield _clock_difference(origin, answer, before, after)


def _clock_difference(origin: str, answer: httpx.Response, before: float, after: float) -> Finding:
    subject = f"clock of {origin}"
    try:
        # A cache that repeats an answer says for how long it has had it (RFC 9111, section 5.1).
        sent = parsedate_to_datetime(answer.headers["Date"]).timestamp() + int(answer.headers.get("Age", "0"))
    except (KeyError, ValueError, TypeError):
        # Keycloak 26 sends none itself; proxies add one.
        message = "is unknown: the answer has no valid Date header"
        return Finding(subject, "warning", message, _UNKNOWN_CLOCK)
    # Date has whole seconds: it was sent within the second that it names.
    difference = 0.0
    if sent > after:
        difference = sent - after
    elif sent + 1 < before:
        difference = sent + 1 - before
    seconds = round(difference)
    if abs(seconds) < _NOTABLE:
        return Finding(subject, "ok", "agrees with this machine's")
    message = f"is {abs(seconds)} seconds {'ahead of' if seconds > 0 else 'behind'} this machine's"
    remedy = (
        "Synchronize the clock of this machine or of the server (NTP): tokens seem to expire early or late."
    )
    return Finding(subject, "problem" if abs(seconds) > _TOLERATED else "warning", message, remedy)
