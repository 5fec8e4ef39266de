"""Changes of a client's credentials: stronger, weaker, replaced or rotated."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.access import ClientAccess
from flow_mcp.review.diff.change import Change
from flow_mcp.review.diff.changes.before_after import BeforeAfter
from flow_mcp.review.diff.changes.field_changes import before_and_after
from flow_mcp.review.diff.changes.secrets import new_values, secret_changes, value_change
from flow_mcp.review.diff.kinds import change

_KEYS = ("privateKeyJwt", "secret", "federatedCredential", "clientType")
_STRENGTH = {None: 0, "none": 0, "client-secret": 1, "private-key-jwt": 2, "federated": 2}
_MEANS = {
    None: "in a way that is not declared",
    "client-secret": "with a secret",
    "private-key-jwt": "with a private key",
    "federated": "with a token of another issuer",
}


def authentication_phrase(authentication: str | None) -> str:
    """Return how a client authenticates, as the predicate of a sentence."""
    if authentication == "none":
        return "does not authenticate"
    return f"authenticates {_MEANS[authentication]}"


def credential_changes(
    before_after: BeforeAfter, subject: str, path: tuple[str, str], old: ClientAccess, new: ClientAccess
) -> Iterator[Change]:
    """Yield the changes of a client's credentials; none for manual registrations, which declare none."""
    if old.authentication != new.authentication:
        yield _authentication_change(before_after, subject, path, old, new)
        return
    if values := before_after.field_changes.take(*path, "privateKeyJwt"):
        text = f"The key of {new.name} changes{new_values(values)}."
        yield value_change("client-key-changes", subject, (*path, "privateKeyJwt"), text, values)
    if values := before_after.field_changes.take(*path, "federatedCredential"):
        text = f"The federated credential of {new.name} changes{new_values(values)}."
        yield value_change(
            "federated-credential-changes", subject, (*path, "federatedCredential"), text, values
        )
    yield from secret_changes(before_after, subject, path, old, new)


def _authentication_change(
    before_after: BeforeAfter, subject: str, path: tuple[str, str], old: ClientAccess, new: ClientAccess
) -> Change:
    values = {
        field: pair for key in _KEYS for field, pair in before_after.field_changes.take(*path, key).items()
    }
    before, after = before_and_after(values)
    difference = _STRENGTH[new.authentication] - _STRENGTH[old.authentication]
    kind = "strengthens" if difference > 0 else "weakens" if difference < 0 else "changes"
    now = "no longer authenticates"
    if new.authentication != "none":
        now = f"now {authentication_phrase(new.authentication)}"
    previous = "it did not authenticate" if old.authentication == "none" else _MEANS[old.authentication]
    text = f"{new.name} {now}{new_values(values)}; before, {previous}."
    return change(
        f"client-authentication-{kind}",
        subject,
        path,
        text,
        before={"authentication": old.authentication, **(before or {})},
        after={"authentication": new.authentication, **(after or {})},
    )
