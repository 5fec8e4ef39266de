"""Changes of a client's declared secret: rotated, withdrawn, or with another expiry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flow_mcp.declaration.access import ClientAccess
from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.texts import UNKNOWN_DAY
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.field_changes import Values, before_and_after
from flow_mcp.review.diff.changes.quoting import quoted
from flow_mcp.review.diff.kinds import change


def secret_changes(
    before_after: BeforeAfter, subject: str, path: tuple[str, str], old: ClientAccess, new: ClientAccess
) -> Iterator[Change]:
    """Yield the changes of a client's secret, except for changes of `rotateAfter` and `overlap` alone."""
    take, secret = before_after.field_changes.take, (*path, "secret")
    if old.secret_expires and not new.secret_expires:
        text = f"The secret of {new.name} no longer expires; before, it expired on {old.secret_expires}."
        yield value_change("lifetime-grows", subject, secret, text, take(*secret))
        return
    if new.secret_expires and not old.secret_expires:
        values = take(*secret)
        text = (
            f"The secret of {new.name} is replaced by one that expires{new_values(values)}; "
            "the old secret becomes invalid."
        )
        yield value_change("secret-rotates", subject, secret, text, values)
        return
    rotated = old.secret_issued != new.secret_issued and (old.secret_issued or new.secret_previous)
    if rotated and new.secret_previous:
        values = take(*secret, "issued") | take(*secret, "previous")
        text = (
            f"The secret of {new.name} is rotated{new_values(values)}; the previous secret stays valid until "
            "the rotation is finished."
        )
        yield value_change("secret-rotates", subject, (*secret, "issued"), text, values)
    elif rotated and new.secret_issued:
        values = take(*secret, "issued") | take(*secret, "previous")
        text = f"The secret of {new.name} is rotated{new_values(values)}; the old secret becomes invalid."
        yield value_change("secret-rotates", subject, (*secret, "issued"), text, values)
    elif rotated and old.secret_previous == UNKNOWN_DAY:
        values = take(*secret, "issued") | take(*secret, "previous")
        text = (
            f"The rotation of {new.name}'s secret is reverted: its previous secret becomes the present one."
        )
        yield value_change("secret-rotates", subject, (*secret, "issued"), text, values)
    elif old.secret_previous and not new.secret_previous:
        values = take(*secret, "previous")
        text = f"The previous secret of {new.name} becomes invalid, which ends its rotation."
        yield value_change("previous-secret-ends", subject, (*secret, "previous"), text, values)


def value_change(kind: str, subject: str, path: Path, text: str, values: Mapping[Path, Values]) -> Change:
    """Return a change with the values before and after."""
    before, after = before_and_after(values)
    return change(kind, subject, path, text, before=before, after=after)


def new_values(values: Mapping[Path, Values]) -> str:
    """Return the new values in brackets."""
    new = [f"{path[-1]} {quoted(str(pair.after))}" for path, pair in values.items() if pair.after is not None]
    return f" ({', '.join(new)})" if new else ""
