"""Changes of protected resources: added, removed, opened and closed ones, and changes of their URLs."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.field_changes import before_and_after
from flow_mcp.review.diff.changes.quoting import quoted
from flow_mcp.review.diff.kinds import change


def resource_changes(before_after: BeforeAfter) -> Iterator[Change]:
    """Yield the changes of the tenant's protected resources."""
    before_after.field_changes.take("workspaces")
    old, new = before_after.access_before.resources, before_after.access_after.resources
    for key in sorted({*new} - {*old}):
        yield _resource(before_after, "resource-added", key, f"The MCP server of {key} is added.")
    for key in sorted({*old} - {*new}):
        yield _resource(
            before_after,
            "resource-removed",
            key,
            f"The MCP server of {key} is removed; every call to it is answered with 401.",
        )
    for key in (key for key in old if key in new):
        opens = key in before_after.access_before.pending and key not in before_after.access_after.pending
        closes = key in before_after.access_after.pending and key not in before_after.access_before.pending
        if opens:
            text = (
                f"{key} becomes reachable: it no longer waits for an administrator to create its application."
            )
            yield _resource(before_after, "resource-opens", key, text)
        if closes:
            text = f"{key} becomes unreachable until an administrator creates its application."
            yield _resource(before_after, "resource-closes", key, text)
    if before_after.before and before_after.after:
        yield from _url_changes(before_after)


def _resource(before_after: BeforeAfter, kind: str, key: str, text: str) -> Change:
    """Return a change of one resource, with the server's settings that are added or removed with it."""
    workspace, _, _ = key.partition("/")
    settings = {
        path: values
        for setting in (
            *before_after.setting_changes,
            *(before_after.before.kind.setting_changes if before_after.before else ()),
        )
        if setting.effect == "recognition" and before_after.stays
        for path, values in before_after.field_changes.take(*map(str, setting.path), key).items()
    }
    before, after = before_and_after(settings)
    path = ("workspaces", workspace, "environments")
    return change(kind, f"protected resource {key}", path, text, before=before, after=after)


def _url_changes(before_after: BeforeAfter) -> Iterator[Change]:
    values = before_after.field_changes.take("id") | before_after.field_changes.take("instance", "server")
    if values and before_after.before and before_after.after:
        old, new = map(_url_prefix, (before_after.before, before_after.after))
        text = f"The URLs of all protected resources begin with {quoted(new)} instead of {quoted(old)}."
        path = next(iter(values))
        yield change("resource-urls-change", "protected resources", path, text, before=old, after=new)


def _url_prefix(declaration: Declaration) -> str:
    return f"{declaration.instance.server}/mcp/tenants/{declaration.tenant.id}"
