"""The drift of one tenant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from flow_mcp.engine.stacks import Update
from flow_mcp.review.diff.change import Risk, worst
from flow_mcp.review.diff.kinds import KINDS

_RISKS = {kind.id: kind.risk for kind in KINDS}

AppearedKind = Literal[
    "app-role",
    "app-role-assignment",
    "certificate",
    "client",
    "client-grant",
    "client-policy",
    "client-scope",
    "delegated-permission",
    "federated-credential",
    "gate",
    "identity-provider",
    "identity-provider-mapper",
    "initial-access-token",
    "mapper",
    "owner",
    "preauthorization",
    "realm-scope",
    "registration-policy",
    "role",
    "role-member",
    "scope",
    "secret",
]


@dataclass(frozen=True)
class Drift:
    """A changed property of a managed object, or a deleted managed object.

    Attributes:
        resource: Pulumi's name of the resource.
        type: the kind of object: `client`, `client scope`, `mapper`, `role`, `registration`, `realm`, …
        op: whether the object was changed or deleted.
        property: name of the property in Pulumi; empty for a deleted object.
        text: one sentence; it may contain unsafe text of the server and must be escaped.
        risk: the risk of the drift.
        kind: ID of the matching kind of change in docs/diff.md; None if there is none.
        before: the value in the state; None if there was none, or if it is secret.
        after: the value at the server; None if there is none, or if it is secret.
    """

    resource: str
    type: str
    op: Literal["changed", "deleted"]
    property: str
    text: str
    risk: Risk
    kind: str | None = None
    before: Any = None
    after: Any = None


@dataclass(frozen=True)
class Appeared:
    """An unmanaged object.

    Attributes:
        kind: the kind of object.
        name: its name at the server.
        within: name of the object of which it is a part; empty if there is none.
        text: one or more sentences; they may contain unsafe text of the server and must be escaped.
        risk: its risk; none if a declared registration method permits the object.
        opens: keys of the protected resources to which it gives access.
        redirect_uris: redirect URIs of a client.
        grants: grants of a client.
    """

    kind: AppearedKind
    name: str
    within: str
    text: str
    risk: Risk
    opens: tuple[str, ...] = ()
    redirect_uris: tuple[str, ...] = ()
    grants: tuple[str, ...] = ()


@dataclass(frozen=True)
class TenantDrift:
    """Drift of one tenant.

    Attributes:
        stack: the stack's name.
        since: the stack's last update; None if the backend has none, as after an import of the state.
        drifts: changes of managed objects.
        appeared: unmanaged objects.
        unread: why unmanaged objects were not listed; empty if they were.
        notes: limitations of this result.
        lost: what an update cannot restore.
    """

    stack: str
    since: Update | None
    drifts: tuple[Drift, ...]
    appeared: tuple[Appeared, ...] = ()
    unread: str = ""
    notes: tuple[str, ...] = ()
    lost: tuple[str, ...] = field(default=())

    @property
    def risk(self) -> Risk:
        """The highest risk of any drift or unmanaged object."""
        return worst([*(drift.risk for drift in self.drifts), *(item.risk for item in self.appeared)])

    @property
    def found(self) -> bool:
        """Whether there is drift, or an unmanaged object with a risk."""
        return bool(self.drifts) or any(item.risk is not Risk.NONE for item in self.appeared)


def risk_of(kind: str) -> Risk:
    """Return the risk of a kind of change in docs/diff.md."""
    return _RISKS[kind]
