"""Changes of the known applications that a client or a registration method names."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.findings import Path
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.quoting import quoted_value
from flow_mcp.review.diff.kinds import change


def named(before_after: BeforeAfter, subject: str, path: Path) -> Iterator[Change]:
    """Yield the changes of the names at a path; redirect URIs, hosts and documents are separate changes."""
    for values in before_after.field_changes.take(*map(str, path)).values():
        before, after = (quoted_value(name) if name else "none" for name in (values.before, values.after))
        text = f"The known application of the {subject} is {after}; it was {before}."
        yield change(
            "known-application-changes", subject, path, text, before=values.before, after=values.after
        )
