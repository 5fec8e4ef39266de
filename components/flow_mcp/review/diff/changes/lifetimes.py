"""Changes of the lifetimes of tokens and secrets."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.quoting import duration
from flow_mcp.review.diff.kinds import change

_NOUNS = {
    "tokens.access": "Access tokens",
    "tokens.refresh.lifetime": "Refresh tokens",
    "tokens.refresh.idle": "Unused refresh tokens",
}
_REFRESH = "tokens.refresh."


def lifetime_changes(before_after: BeforeAfter) -> Iterator[Change]:
    """Yield the changes of lifetimes declared before and after, and of refresh tokens being issued or not."""
    old, new = before_after.access_before.lifetimes, before_after.access_after.lifetimes
    for key in (key for key in new if key in old):
        path = _path(before_after, key)
        before, after = old[key], new[key]
        noun, subject = _noun(key), _subject(key)
        # With another kind of server, `authority-changes` takes the server's settings as a whole.
        field_changes = (
            before_after.field_changes.take(*path) if before_after.same_kind or path[0] == "clients" else {}
        )
        if before == after and not field_changes:
            continue
        if before == after:
            text = f"{noun} are valid for {duration(after)} as before; only the notation changes."
            yield change("lifetime-written-differently", subject, path, text, before=before, after=after)
            continue
        text = f"{noun} are valid for {duration(after)}; before, for {duration(before)}."
        kind = "lifetime-grows" if after > before else "lifetime-shrinks"
        yield change(kind, subject, path, text, before=before, after=after)
    if before_after.stays and before_after.same_kind:
        yield from _refresh(before_after)


def _refresh(before_after: BeforeAfter) -> Iterator[Change]:
    old, new = (
        _refresh_lifetimes(access.lifetimes)
        for access in (before_after.access_before, before_after.access_after)
    )
    path = ("authorizationServer", before_after.access_after.kind, "tokens", "refresh")
    if new and not old:
        before_after.field_changes.take(*path)
        text = f"Clients that act for people receive refresh tokens, valid for {duration(new['lifetime'])}."
        yield change("refresh-tokens-begin", "refresh tokens", path, text, after=new)
    if old and not new:
        before_after.field_changes.take(*path)
        text = "Clients that act for people no longer receive refresh tokens."
        yield change("refresh-tokens-end", "refresh tokens", path, text, before=old)


def _refresh_lifetimes(lifetimes: object) -> dict[str, int]:
    items = lifetimes.items() if isinstance(lifetimes, dict) else ()
    return {key.removeprefix(_REFRESH): value for key, value in items if key.startswith(_REFRESH)}


def _path(before_after: BeforeAfter, key: str) -> tuple[str, ...]:
    first, *rest = key.split(".")
    if first == "clients":
        return (first, *rest, "lifetime")
    return ("authorizationServer", before_after.access_after.kind, first, *rest)


def _noun(key: str) -> str:
    return _NOUNS.get(key) or f"Secrets of {_client_name(key)}"


def _subject(key: str) -> str:
    return f"client {_client_name(key)}" if key.startswith("clients.") else _NOUNS[key].lower()


def _client_name(key: str) -> str:
    """Return the client's name in `clients.<name>.secret`; a name contains no dot."""
    return key.split(".")[1]
