"""Lifetimes of tokens and secrets that grow or shrink."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.quoting import lasting
from flow_mcp.review.diff.kinds import change

_NOUNS = {
    "tokens.access": "Access tokens",
    "tokens.refresh.lifetime": "Refresh tokens",
    "tokens.refresh.idle": "Refresh tokens that are not used",
}
_REFRESH = "tokens.refresh."


def lifetimes(before_after: BeforeAfter) -> Iterator[Change]:
    """Those that are declared on both sides, and refresh tokens that begin or end."""
    old, new = before_after.was.lifetimes, before_after.will.lifetimes
    for key in (key for key in new if key in old):
        path = _path(before_after, key)
        before, after = old[key], new[key]
        noun, subject = _noun(key), _subject(key)
        # At another kind of server the settings as a whole are others.
        written = (
            before_after.field_changes.take(*path) if before_after.same_kind or path[0] == "clients" else {}
        )
        if before == after and not written:
            continue
        if before == after:
            text = f"{noun} last {lasting(after)} as before, written differently."
            yield change("lifetime-written-differently", subject, path, text, before=before, after=after)
            continue
        text = f"{noun} last {lasting(after)}; before, {lasting(before)}."
        kind = "lifetime-grows" if after > before else "lifetime-shrinks"
        yield change(kind, subject, path, text, before=before, after=after)
    if before_after.stays and before_after.same_kind:
        yield from _refresh(before_after)


def _refresh(before_after: BeforeAfter) -> Iterator[Change]:
    was, will = (_of_refresh(side.lifetimes) for side in (before_after.was, before_after.will))
    path = ("authorizationServer", before_after.will.kind, "tokens", "refresh")
    if will and not was:
        before_after.field_changes.take(*path)
        text = f"Clients of people get refresh tokens, which last {lasting(will['lifetime'])}."
        yield change("refresh-tokens-begin", "refresh tokens", path, text, after=will)
    if was and not will:
        before_after.field_changes.take(*path)
        text = "Clients of people get no refresh tokens any more."
        yield change("refresh-tokens-end", "refresh tokens", path, text, before=was)


def _of_refresh(lifetimes: object) -> dict[str, int]:
    items = lifetimes.items() if isinstance(lifetimes, dict) else ()
    return {key.removeprefix(_REFRESH): value for key, value in items if key.startswith(_REFRESH)}


def _path(before_after: BeforeAfter, key: str) -> tuple[str, ...]:
    first, *rest = key.split(".")
    if first == "clients":
        return (first, *rest, "lifetime")
    return ("authorizationServer", before_after.will.kind, first, *rest)


def _noun(key: str) -> str:
    return _NOUNS.get(key) or f"Secrets of {_name(key)}"


def _subject(key: str) -> str:
    return f"client {_name(key)}" if key.startswith("clients.") else _NOUNS[key].lower()


def _name(key: str) -> str:
    """The client in `clients.<name>.secret`; a name has no dot."""
    return key.split(".")[1]
