"""Changes of registration methods: opened, closed, and with other access or limits."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.access import RegistrationMethodAccess
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import Path
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.access_changes import DeclaredAccess, access_changes
from flow_mcp.review.diff.changes.applications import named
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.field_changes import before_and_after
from flow_mcp.review.diff.changes.quoting import quoted_list
from flow_mcp.review.diff.kinds import change

_NOUNS = {
    "dynamic": "dynamic client registration",
    "metadataDocuments": "registration by client ID metadata document",
    "vscode": "preauthorization of Visual Studio Code",
}
_CLIENTS = {
    "dynamic": "A client from dynamic client registration",
    "metadataDocuments": "A client with a client ID metadata document",
    "vscode": "Visual Studio Code (preauthorized)",
}


def registration_changes(before_after: BeforeAfter) -> Iterator[Change]:
    """Yield the changes of registration methods.

    With another kind of authorization server, the old methods are closed and the new ones are opened.
    """
    old = {method.key: method for method in before_after.access_before.registration_methods}
    new = {method.key: method for method in before_after.access_after.registration_methods}
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        if before and not (after and before_after.same_kind):
            yield _closes(before_after, before)
        if after and not (before and before_after.same_kind):
            yield _opens(before_after, after)
        if before and after and before_after.same_kind:
            yield from _changes(before_after, before, after)


def noun(key: str) -> str:
    """Return the name of a registration method in sentences."""
    return _NOUNS.get(key, f"registration method {key}")


def _capitalized_noun(key: str) -> str:
    return noun(key)[:1].upper() + noun(key)[1:]


def _opens(before_after: BeforeAfter, method: RegistrationMethodAccess) -> Change:
    path = (*before_after.registration_methods_at(before_after.access_after.kind), method.key)
    _, after = before_and_after(before_after.field_changes.take(*map(str, path)))
    limits = "; ".join(f"{key} {quoted_list(value)}" for key, value in method.limits.items() if value)
    restriction = f", limited to {limits}" if limits else ", without limits"
    resources = quoted_list(method.resources) if method.resources else "no protected resource"
    text = f"{_capitalized_noun(method.key)} is opened for {resources}{restriction}."
    return change("registration-opens", noun(method.key), path, text, after=after)


def _closes(before_after: BeforeAfter, method: RegistrationMethodAccess) -> Change:
    path = (*before_after.registration_methods_at(before_after.access_before.kind), method.key)
    before, _ = before_and_after(before_after.field_changes.take(*map(str, path)))
    access = f"; it gave access to {quoted_list(method.resources)}" if method.resources else ""
    text = f"{_capitalized_noun(method.key)} is closed{access}."
    return change("registration-closes", noun(method.key), path, text, before=before)


def _changes(
    before_after: BeforeAfter, before: RegistrationMethodAccess, after: RegistrationMethodAccess
) -> Iterator[Change]:
    path = (*before_after.registration_methods_at(before_after.access_after.kind), after.key)
    yield from access_changes(
        before_after,
        "registration",
        noun(after.key),
        _CLIENTS.get(after.key, f"A client from {noun(after.key)}"),
        (*path, "access"),
        DeclaredAccess(_access(before_after.before, before.key), before.resources),
        DeclaredAccess(_access(before_after.after, after.key), after.resources),
    )
    yield from named(before_after, noun(after.key), (*path, "applications"))
    unlimited = {
        setting.path for setting in before_after.setting_changes if setting.effect == "unlimited-when-empty"
    }
    for key in after.limits:
        limit: Path = (*path, key)
        if before_after.field_changes.take(*map(str, limit)):
            yield from _limit_changes(
                after.key,
                key,
                limit,
                before.limits[key],
                after.limits[key],
                unlimited_if_empty=limit in unlimited,
            )


def _limit_changes(
    method: str,
    key: str,
    path: Path,
    before: tuple[str, ...],
    after: tuple[str, ...],
    *,
    unlimited_if_empty: bool,
) -> Iterator[Change]:
    values = {"before": list(before), "after": list(after)}
    wider: list[str] = []
    narrower: list[str] = []
    if all(value.isdigit() for value in (*before, *after)) and before and after:
        texts = wider if int(after[0]) > int(before[0]) else narrower
        texts.append(f"{key} changes from {before[0]} to {after[0]}")
    elif unlimited_if_empty and not after:
        wider.append(f"{key} is empty, so every value is accepted; before, only {quoted_list(before)}")
    elif unlimited_if_empty and not before:
        narrower.append(f"{key} accepts only {quoted_list(after)}; before, every value was accepted")
    else:
        if added := [value for value in after if value not in before]:
            wider.append(f"{key} now also contains {quoted_list(added)}")
        if removed := [value for value in before if value not in after]:
            narrower.append(f"{key} no longer contains {quoted_list(removed)}")
    for kind, texts in (("registration-widens", wider), ("registration-narrows", narrower)):
        for text in texts:
            yield change(kind, noun(method), path, f"{_capitalized_noun(method)}: {text}.", **values)


def _access(declaration: Declaration | None, key: str) -> tuple[str, ...]:
    method = declaration.server.registration_methods.get(key) if declaration else None
    return method.access if method else ()
