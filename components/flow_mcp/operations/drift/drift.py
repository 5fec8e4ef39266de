"""Drift of one tenant, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from flow_mcp.engine.stacks import Update
from flow_mcp.review.diff.change import Risk, worst
from flow_mcp.review.diff.kinds import KINDS

_RISKS = {kind.id: kind.risk for kind in KINDS}

AppearedKind = Literal[
    "client",
    "client-policy",
    "client-scope",
    "gate",
    "initial-access-token",
    "mapper",
    "registration-policy",
    "role",
    "role-member",
]


@dataclass(frozen=True)
class Drift:
    """One property of a managed thing that is not as the stack left it, or a managed thing that is gone.

    Attributes:
        resource: Pulumi's name of the resource.
        type: what it is: `client`, `client scope`, `mapper`, `role`, `registration`, `realm`, …
        op: whether it was changed or deleted.
        property: the property's name in Pulumi; empty if the whole thing is gone.
        text: one sentence, with the server's own texts in it: whoever shows it must escape it.
        risk: how much it matters.
        kind: the ID of the kind of change in docs/diff.md that fits; None if none does.
        before: the value that the stack left; None if there was none, or if it is a secret.
        after: the value at the server, likewise.
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
    """Something beside the managed things that no declaration names.

    Attributes:
        kind: what it is.
        name: its name at the server.
        within: the managed or unmanaged thing that it is a part of; empty if of none.
        text: one sentence, to be escaped likewise.
        risk: how much it matters; none for what the declared registration methods allow.
        opens: keys of the protected resources that are reached by it.
        redirect_uris: addresses to which a client has authorization codes sent.
        grants: a client's grants.
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
        since: the stack's last update; None if the backend knows of none, as after an import of its state.
        drifts: managed things that were changed or deleted.
        appeared: what was found beside them.
        unread: why nothing beside the managed things was looked for; empty if it was.
        notes: what limits this result.
        lost: what cannot be brought back by an update.
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
        """The greatest risk of anything in it."""
        return worst([*(each.risk for each in self.drifts), *(each.risk for each in self.appeared)])

    @property
    def found(self) -> bool:
        """Whether anything is not as declared."""
        return bool(self.drifts) or any(each.risk is not Risk.NONE for each in self.appeared)


def risk_of(kind: str) -> Risk:
    """The risk of a kind of change in docs/diff.md."""
    return _RISKS[kind]
