"""Changes of the authorization server: another server, or other settings of the same one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flow_mcp.declaration.access import TenantAccess
from flow_mcp.declaration.findings import Path, dotted
from flow_mcp.declaration.setting_changes import SettingChange
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.clients import path_of, subject_of
from flow_mcp.review.diff.changes.field_changes import Values, before_and_after
from flow_mcp.review.diff.changes.quoting import quoted, quoted_value
from flow_mcp.review.diff.kinds import change

_BOOLEANS = {
    "ownership": ("stack-owns-more", "stack-owns-less"),
    "creation": ("stack-owns-more", "stack-owns-less"),
    "protection": ("protection-weakens", "protection-strengthens"),
}
_LISTS = {
    "owners": (
        "owner",
        "becomes an owner of the stack's Entra applications",
        "is no longer an owner of the stack's Entra applications",
    ),
    "verified-domains": (
        "verified-domain",
        "is treated as a verified domain of the Entra tenant",
        "is no longer treated as a verified domain of the Entra tenant",
    ),
}
_WHOLES = {"administration": "administration-changes", "token-reading": "token-reading-changes"}


def server_changes(before_after: BeforeAfter) -> Iterator[Change]:
    """Yield the changes of the server's settings, of the authority and of client IDs."""
    for setting in before_after.setting_changes:
        yield from _setting(before_after, setting)
    authority_change = None
    if before_after.stays:
        yield from _protection(before_after)
    if before_after.stays and before_after.same_kind:
        yield from _state_label(before_after)
    if before_after.stays:
        authority_change = _authority(before_after)
        yield from (authority_change,) if authority_change else ()
    yield from _client_ids(before_after, authority_changes=authority_change is not None)
    uses_flow_entra = {before_after.access_before.kind, before_after.access_after.kind} & {"flow-entra"}
    if (
        before_after.stays
        and not uses_flow_entra
        and (values := before_after.field_changes.take("instance", "flowEntra"))
    ):
        before, after = before_and_after(values)
        text = "The Flow instance's Entra tenant changes; this tenant does not use it."
        subject = "Flow instance"
        path = ("instance", "flowEntra")
        yield change("unused-instance-changes", subject, path, text, before=before, after=after)


def _setting(before_after: BeforeAfter, setting: SettingChange) -> Iterator[Change]:
    path = tuple(map(str, setting.path))
    if setting.effect in _BOOLEANS:
        yield from _boolean(before_after, setting, path)
    elif setting.effect in _LISTS:
        noun, added, removed = _LISTS[setting.effect]
        for before, after in before_after.field_changes.take(*path).values():
            for item in sorted({*(after or ())} - {*(before or ())}):
                text = f"{quoted(item)} {added}."
                yield change(f"{noun}-added", f"{noun.replace('-', ' ')} {item}", path, text, after=item)
            for item in sorted({*(before or ())} - {*(after or ())}):
                text = f"{quoted(item)} {removed}."
                yield change(f"{noun}-removed", f"{noun.replace('-', ' ')} {item}", path, text, before=item)
    elif setting.effect in _WHOLES and before_after.stays and before_after.same_kind:
        if values := before_after.field_changes.take(*path):
            before, after = before_and_after(values)
            text = f"{setting.true}{_values(values, path)}."
            kind = _WHOLES[setting.effect]
            yield change(kind, "authorization server", path, text, before=before, after=after)
    elif setting.effect == "recognition" and before_after.stays and before_after.same_kind:
        yield from _recognition(before_after, path)


def _boolean(before_after: BeforeAfter, setting: SettingChange, path: tuple[str, ...]) -> Iterator[Change]:
    """Yield the change of a switch, which is off unless declared.

    A new tenant, or one with another kind of server, needs no change for a part that the stack creates.
    """
    if setting.effect == "creation" and not (before_after.stays and before_after.same_kind):
        return
    for before, after in before_after.field_changes.below(*path).values():
        if bool(before) != bool(after):
            before_after.field_changes.take(*path)
            kind = _BOOLEANS[setting.effect][0 if after else 1]
            text = f"{setting.true if after else setting.false}."
            yield change(kind, "authorization server", path, text, before=before, after=after)


def _recognition(before_after: BeforeAfter, path: tuple[str, ...]) -> Iterator[Change]:
    """Yield the changes of accepted tokens of protected resources that exist before and after."""
    keys = sorted(
        {str(field[len(path)]) for field in before_after.field_changes.below(*path) if len(field) > len(path)}
    )
    for key in keys:
        values = before_after.field_changes.take(*path, key)
        before, after = before_and_after(values)
        text = f"The tokens accepted for {key} change{_values(values, (*path, key))}."
        subject = f"protected resource {key}"
        yield change("resource-recognition-changes", subject, (*path, key), text, before=before, after=after)


def _protection(before_after: BeforeAfter) -> Iterator[Change]:
    for before, after in before_after.field_changes.take("protected").values():
        kind = "protection-strengthens" if after else "protection-weakens"
        text = f"Pulumi {'refuses' if after else 'no longer refuses'} to delete the tenant."
        yield change(kind, "tenant", ("protected",), text, before=before, after=after)


def _state_label(before_after: BeforeAfter) -> Iterator[Change]:
    path = ("authorizationServer", before_after.access_after.kind, "stateLabel")
    for before, after in before_after.field_changes.take(*path).values():
        label = f"changes to {quoted(after)}" if after else "is removed"
        text = f"The state label {label}: the server's resources are created again."
        yield change("state-label-changes", "authorization server", path, text, before=before, after=after)


def _authority(before_after: BeforeAfter) -> Change | None:
    old, new = before_after.access_before, before_after.access_after
    values = {
        path: pair
        for setting in before_after.setting_changes
        if setting.effect == "identity"
        for path, pair in before_after.field_changes.take(*map(str, setting.path)).items()
    }
    if not before_after.same_kind:
        values |= before_after.field_changes.take("authorizationServer")
        if "flow-entra" in {old.kind, new.kind}:
            values |= before_after.field_changes.take("instance", "flowEntra")
    elif not values:
        return None
    before, after = before_and_after(values)
    old_authority, new_authority = _authority_name(old), _authority_name(new)
    if not (old.authority or new.authority) and before_after.same_kind:
        text = f"The authority becomes that of another {new.kind} server{_values(values)}."
    elif old_authority == new_authority:
        text = f"The same authority is served by another authorization server{_values(values)}."
    else:
        kinds = (
            "" if before_after.same_kind else f", and the authorization server from {old.kind} to {new.kind}"
        )
        text = f"The authority changes from {old_authority} to {new_authority}{kinds}."
    return change(
        "authority-changes",
        "authorization server",
        ("authorizationServer", new.kind) if new.kind != "flow-entra" else ("authorizationServer",),
        f"{text[:-1]}; tokens and client IDs of the old server become invalid.",
        before={"kind": old.kind, "authority": old.authority, **(before or {})},
        after={"kind": new.kind, "authority": new.authority, **(after or {})},
    )


def _client_ids(before_after: BeforeAfter, *, authority_changes: bool) -> Iterator[Change]:
    """Yield the changes of client IDs; with another authority, every client ID changes its meaning."""
    for old, new in before_after.clients().values():
        if not (old and new and (authority_changes or old.client_id != new.client_id)):
            continue
        before_after.field_changes.take(*path_of(new), "clientId")
        manual = new.registration == "manual"
        if new.client_id is None:
            text = f"{new.name} gets a new client ID, assigned by the new authorization server."
        elif authority_changes and manual:
            text = (
                f"{new.name} is the client with ID {quoted(new.client_id)} at the new authorization server."
            )
        elif authority_changes:
            text = (
                f"{new.name} is registered again at the new authorization server, "
                f"with client ID {quoted(new.client_id)}."
            )
        else:
            previous = quoted(old.client_id) if old.client_id else "one that the server assigned"
            text = f"The client ID of {new.name} changes from {previous} to {quoted(new.client_id)}."
        yield change(
            "client-id-changes",
            subject_of(new),
            (*path_of(new), "clientId"),
            text,
            before={"authority": before_after.access_before.authority, "clientId": old.client_id},
            after={"authority": before_after.access_after.authority, "clientId": new.client_id},
        )


def _values(values: Mapping[Path, Values], above: Path = ()) -> str:
    """Return the new values in brackets; a removed value is marked as removed."""
    parts = []
    for path, (_, after) in values.items():
        key = dotted(path[len(above) :] if above else path[-1:]) or str(path[-1])
        parts.append(f"{key} removed" if after is None else f"{key} {quoted_value(after)}")
    return f" ({'; '.join(parts)})" if parts else ""


def _authority_name(access: TenantAccess) -> str:
    return quoted(access.authority) if access.authority else f"one assigned by {access.kind}"
