"""What a client proves itself by: stronger, weaker, rotated, or somebody else's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flow_mcp.declaration.access import ClientAccess
from flow_mcp.declaration.findings import Path
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.field_changes import Values, told
from flow_mcp.review.diff.changes.quoting import shown
from flow_mcp.review.diff.kinds import change

_KEYS = ("privateKeyJwt", "secret", "federatedCredential", "clientType")
_STRENGTH = {None: 0, "none": 0, "client-secret": 1, "private-key-jwt": 2, "federated": 2}
_BY = {
    None: "in a way that is not declared",
    "none": "not at all",
    "client-secret": "with a secret",
    "private-key-jwt": "with a private key",
    "federated": "with another issuer's token",
}


def authenticates(authentication: str | None) -> str:
    """How a client authenticates, as a part of a sentence."""
    return "does not authenticate" if authentication == "none" else f"authenticates {_BY[authentication]}"


def credentials(
    before_after: BeforeAfter, subject: str, path: tuple[str, str], old: ClientAccess, new: ClientAccess
) -> Iterator[Change]:
    """What changes of a client's credentials; nothing for manual registrations, which declare none."""
    if old.authentication != new.authentication:
        yield _another_way(before_after, subject, path, old, new)
        return
    if key := before_after.field_changes.take(*path, "privateKeyJwt"):
        text = f"{new.name} is known by another key{_to(key)}."
        yield _told("client-key-changes", subject, (*path, "privateKeyJwt"), text, key)
    if token := before_after.field_changes.take(*path, "federatedCredential"):
        text = f"{new.name} is known by another token{_to(token)}."
        yield _told("federated-credential-changes", subject, (*path, "federatedCredential"), text, token)
    if not new.secret_issued and (ends := before_after.field_changes.take(*path, "secret")):
        text = f"The secret of {new.name} has no end any more; before, it ended on {old.secret_expires}."
        yield _told("lifetime-grows", subject, (*path, "secret"), text, ends)
    elif not old.secret_issued and (begins := before_after.field_changes.take(*path, "secret")):
        text = f"The secret of {new.name} is made anew, with an end{_to(begins)}; the old one ends."
        yield _told("secret-rotates", subject, (*path, "secret"), text, begins)
    elif issued := before_after.field_changes.take(*path, "secret", "issued"):
        text = f"The secret of {new.name} is made anew{_to(issued)}; the old one ends."
        yield _told("secret-rotates", subject, (*path, "secret", "issued"), text, issued)


def _another_way(
    before_after: BeforeAfter, subject: str, path: tuple[str, str], old: ClientAccess, new: ClientAccess
) -> Change:
    values = {
        leaf: each for key in _KEYS for leaf, each in before_after.field_changes.take(*path, key).items()
    }
    before, after = told(values)
    difference = _STRENGTH[new.authentication] - _STRENGTH[old.authentication]
    kind = "strengthens" if difference > 0 else "weakens" if difference < 0 else "changes"
    now, before_that = authenticates(new.authentication), _BY[old.authentication]
    text = f"{new.name} {now}{_to(values)}; before, {before_that}."
    return change(
        f"client-authentication-{kind}",
        subject,
        path,
        text,
        before={"authentication": old.authentication, **(before or {})},
        after={"authentication": new.authentication, **(after or {})},
    )


def _told(kind: str, subject: str, path: Path, text: str, values: Mapping[Path, Values]) -> Change:
    before, after = told(values)
    return change(kind, subject, path, text, before=before, after=after)


def _to(values: Mapping[Path, Values]) -> str:
    """The new values, in brackets."""
    new = [f"{path[-1]} {shown(str(each.after))}" for path, each in values.items() if each.after is not None]
    return f" ({', '.join(new)})" if new else ""
