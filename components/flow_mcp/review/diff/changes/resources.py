"""Workspaces and environments: protected resources that come, go, move, open and close."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.before_after import Sides
from flow_mcp.review.diff.changes.field_changes import told
from flow_mcp.review.diff.changes.quoting import shown
from flow_mcp.review.diff.kinds import change


def resources(sides: Sides) -> Iterator[Change]:
    """All that changes of the tenant's protected resources themselves."""
    sides.leaves.take("workspaces")
    old, new = sides.was.resources, sides.will.resources
    for key in sorted({*new} - {*old}):
        yield _resource(sides, "resource-added", key, f"The MCP server of {key} is new.")
    for key in sorted({*old} - {*new}):
        yield _resource(
            sides,
            "resource-removed",
            key,
            f"The MCP server of {key} is gone: every call to it is answered 401.",
        )
    for key in (key for key in old if key in new):
        opens = key in sides.was.pending and key not in sides.will.pending
        closes = key in sides.will.pending and key not in sides.was.pending
        if opens:
            text = f"{key} can be reached: what it waited for was made."
            yield _resource(sides, "resource-opens", key, text)
        if closes:
            text = f"{key} cannot be reached until somebody has made what it needs."
            yield _resource(sides, "resource-closes", key, text)
    if sides.before and sides.after:
        yield from _moved(sides)


def _resource(sides: Sides, kind: str, key: str, text: str) -> Change:
    """With what is declared of it at the authorization server, as far as that begins or ends with it."""
    workspace, _, _ = key.partition("/")
    declared = {
        path: values
        for setting in (*sides.setting_changes, *(sides.before.kind.setting_changes if sides.before else ()))
        if setting.effect == "recognition" and sides.stays
        for path, values in sides.leaves.take(*map(str, setting.path), key).items()
    }
    before, after = told(declared)
    path = ("workspaces", workspace, "environments")
    return change(kind, f"protected resource {key}", path, text, before=before, after=after)


def _moved(sides: Sides) -> Iterator[Change]:
    values = sides.leaves.take("id") | sides.leaves.take("instance", "server")
    if values and sides.before and sides.after:
        old, new = map(_address, (sides.before, sides.after))
        text = f"The URLs of all protected resources begin with {shown(new)}; before, it was {shown(old)}."
        path = next(iter(values))
        yield change("resource-urls-change", "protected resources", path, text, before=old, after=new)


def _address(declaration: Declaration) -> str:
    return f"{declaration.instance.server}/mcp/tenants/{declaration.tenant.id}"
