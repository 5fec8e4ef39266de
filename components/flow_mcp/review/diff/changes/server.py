"""The authorization server: another one, or the same with other settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flow_mcp.declaration.findings import Path, dotted
from flow_mcp.declaration.setting_changes import SettingChange
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.clients import path_of, subject_of
from flow_mcp.review.diff.changes.field_changes import Values, told
from flow_mcp.review.diff.changes.quoting import shown, value
from flow_mcp.review.diff.kinds import change

_BOOLEANS = {
    "ownership": ("stack-owns-more", "stack-owns-less"),
    "creation": ("stack-owns-more", "stack-owns-less"),
    "protection": ("protection-weakens", "protection-strengthens"),
}
_LISTS = {
    "owners": ("owner", "owns the applications that are made"),
    "verified-domains": ("verified-domain", "is taken for verified in the Entra tenant"),
}
_WHOLES = {"administration": "administration-changes", "token-reading": "token-reading-changes"}


def server(before_after: BeforeAfter) -> Iterator[Change]:
    """What its settings mean, whether it is another one, and with that every client ID."""
    for setting in before_after.setting_changes:
        yield from _setting(before_after, setting)
    moved = None
    if before_after.stays:
        moved = _authority(before_after)
        yield from (moved,) if moved else ()
    yield from _client_ids(before_after, moves=moved is not None)
    uses_flow_entra = {before_after.was.kind, before_after.will.kind} & {"flow-entra"}
    if (
        before_after.stays
        and not uses_flow_entra
        and (values := before_after.field_changes.take("instance", "flowEntra"))
    ):
        before, after = told(values)
        text = "The Flow instance's Entra tenant changes, which this tenant does not use."
        subject = "Flow instance"
        path = ("instance", "flowEntra")
        yield change("unused-instance-changes", subject, path, text, before=before, after=after)


def _setting(before_after: BeforeAfter, setting: SettingChange) -> Iterator[Change]:
    path = tuple(map(str, setting.path))
    if setting.effect in _BOOLEANS:
        yield from _boolean(before_after, setting, path)
    elif setting.effect in _LISTS:
        noun, what = _LISTS[setting.effect]
        for before, after in before_after.field_changes.take(*path).values():
            for each in sorted({*(after or ())} - {*(before or ())}):
                text = f"{shown(each)} {what}."
                yield change(f"{noun}-added", f"{noun.replace('-', ' ')} {each}", path, text, after=each)
            for each in sorted({*(before or ())} - {*(after or ())}):
                text = f"{shown(each)} no longer {what}."
                yield change(f"{noun}-removed", f"{noun.replace('-', ' ')} {each}", path, text, before=each)
    elif setting.effect in _WHOLES and before_after.stays and before_after.same_kind:
        if values := before_after.field_changes.take(*path):
            before, after = told(values)
            text = f"{setting.true}{_values(values, path)}."
            kind = _WHOLES[setting.effect]
            yield change(kind, "authorization server", path, text, before=before, after=after)
    elif setting.effect == "recognition" and before_after.stays and before_after.same_kind:
        yield from _recognition(before_after, path)


def _boolean(before_after: BeforeAfter, setting: SettingChange, path: tuple[str, ...]) -> Iterator[Change]:
    """A switch that is off where nothing is declared; a part that is made with its tenant is no news."""
    if setting.effect == "creation" and not (before_after.stays and before_after.same_kind):
        return
    for before, after in before_after.field_changes.below(*path).values():
        if bool(before) != bool(after):
            before_after.field_changes.take(*path)
            kind = _BOOLEANS[setting.effect][0 if after else 1]
            text = f"{setting.true if after else setting.false}."
            yield change(kind, "authorization server", path, text, before=before, after=after)


def _recognition(before_after: BeforeAfter, path: tuple[str, ...]) -> Iterator[Change]:
    """By protected resource; those that come or go were told of with the resource."""
    keys = sorted(
        {str(leaf[len(path)]) for leaf in before_after.field_changes.below(*path) if len(leaf) > len(path)}
    )
    for key in keys:
        values = before_after.field_changes.take(*path, key)
        before, after = told(values)
        text = f"Other tokens are taken for {key}{_values(values, (*path, key))}."
        subject = f"protected resource {key}"
        yield change("resource-recognition-changes", subject, (*path, key), text, before=before, after=after)


def _authority(before_after: BeforeAfter) -> Change | None:
    was, will = before_after.was, before_after.will
    values = {
        path: each
        for setting in before_after.setting_changes
        if setting.effect == "identity"
        for path, each in before_after.field_changes.take(*map(str, setting.path)).items()
    }
    if not before_after.same_kind:
        values |= before_after.field_changes.take("authorizationServer")
        if "flow-entra" in {was.kind, will.kind}:
            values |= before_after.field_changes.take("instance", "flowEntra")
    elif not values:
        return None
    before, after = told(values)
    old, new = (
        was.authority or f"one that {was.kind} assigns",
        will.authority or f"one that {will.kind} assigns",
    )
    if not (was.authority or will.authority) and before_after.same_kind:
        text = f"The authority is that of another {will.kind}{_values(values)}."
    elif old == new:
        text = f"Another authorization server is behind the same authority{_values(values)}."
    else:
        kinds = (
            "" if before_after.same_kind else f", and the authorization server from {was.kind} to {will.kind}"
        )
        text = f"The authority changes from {_shown(old)} to {_shown(new)}{kinds}."
    return change(
        "authority-changes",
        "authorization server",
        ("authorizationServer", will.kind) if will.kind != "flow-entra" else ("authorizationServer",),
        f"{text[:-1]}; tokens and client IDs of the old one end.",
        before={"kind": was.kind, "authority": was.authority, **(before or {})},
        after={"kind": will.kind, "authority": will.authority, **(after or {})},
    )


def _client_ids(before_after: BeforeAfter, *, moves: bool) -> Iterator[Change]:
    """A client ID means something at one authority only."""
    for old, new in before_after.clients().values():
        if not (old and new and (moves or old.client_id != new.client_id)):
            continue
        before_after.field_changes.take(*path_of(new), "clientId")
        manual = new.registration == "manual"
        if new.client_id is None:
            text = f"{new.name} gets another client ID, which the new authorization server assigns."
        elif moves and manual:
            text = f"{new.name} is whoever has the client ID {shown(new.client_id)} there."
        elif moves:
            text = f"{new.name} is registered anew there, with client ID {shown(new.client_id)}."
        else:
            was = shown(old.client_id) if old.client_id else "one that was assigned"
            text = f"The client ID of {new.name} is {shown(new.client_id)}; before, it was {was}."
        yield change(
            "client-id-changes",
            subject_of(new),
            (*path_of(new), "clientId"),
            text,
            before={"authority": before_after.was.authority, "clientId": old.client_id},
            after={"authority": before_after.will.authority, "clientId": new.client_id},
        )


def _values(values: Mapping[Path, Values], above: Path = ()) -> str:
    """What the values become, in brackets; one that is gone is said to be."""
    parts = []
    for path, (_, after) in values.items():
        key = dotted(path[len(above) :] if above else path[-1:]) or str(path[-1])
        parts.append(f"{key} is gone" if after is None else f"{key} {value(after)}")
    return f" ({'; '.join(parts)})" if parts else ""


def _shown(authority: str) -> str:
    return authority if authority.startswith("one that ") else shown(authority)
