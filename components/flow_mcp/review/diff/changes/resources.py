"""Workspaces and environments: protected resources that come, go, move, open and close."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.field_changes import told
from flow_mcp.review.diff.changes.quoting import shown
from flow_mcp.review.diff.kinds import change


def resources(before_after: BeforeAfter) -> Iterator[Change]:
    """All that changes of the tenant's protected resources themselves."""
    before_after.field_changes.take("workspaces")
    old, new = before_after.was.resources, before_after.will.resources
    for key in sorted({*new} - {*old}):
        yield _resource(before_after, "resource-added", key, f"The MCP server of {key} is new.")
    for key in sorted({*old} - {*new}):
        yield _resource(
            before_after,
            "resource-removed",
            key,
            f"The MCP server of {key} is gone: every call to it is answered 401.",
        )
    for key in (key for key in old if key in new):
        opens = key in before_after.was.pending and key not in before_after.will.pending
        closes = key in before_after.will.pending and key not in before_after.was.pending
        if opens:
            text = f"{key} can be reached: what it waited for was made."
            yield _resource(before_after, "resource-opens", key, text)
        if closes:
            text = f"{key} cannot be reached until somebody has made what it needs."
            yield _resource(before_after, "resource-closes", key, text)
    if before_after.before and before_after.after:
        yield from _moved(before_after)


def _resource(before_after: BeforeAfter, kind: str, key: str, text: str) -> Change:
    """With what is declared of it at the authorization server, as far as that begins or ends with it."""
    workspace, _, _ = key.partition("/")
    declared = {
        path: values
        for setting in (
            *before_after.setting_changes,
            *(before_after.before.kind.setting_changes if before_after.before else ()),
        )
        if setting.effect == "recognition" and before_after.stays
        for path, values in before_after.field_changes.take(*map(str, setting.path), key).items()
    }
    before, after = told(declared)
    path = ("workspaces", workspace, "environments")
    return change(kind, f"protected resource {key}", path, text, before=before, after=after)


def _moved(before_after: BeforeAfter) -> Iterator[Change]:
    values = before_after.field_changes.take("id") | before_after.field_changes.take("instance", "server")
    if values and before_after.before and before_after.after:
        old, new = map(_address, (before_after.before, before_after.after))
        text = f"The URLs of all protected resources begin with {shown(new)}; before, it was {shown(old)}."
        path = next(iter(values))
        yield change("resource-urls-change", "protected resources", path, text, before=old, after=new)


def _address(declaration: Declaration) -> str:
    return f"{declaration.instance.server}/mcp/tenants/{declaration.tenant.id}"
