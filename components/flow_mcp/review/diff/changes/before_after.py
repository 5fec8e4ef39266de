"""A tenant before and after, as every comparison looks at it."""

from __future__ import annotations

from dataclasses import dataclass

from flow_mcp.declaration.access import ClientAccess, TenantAccess, snapshot
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.setting_changes import SettingChange
from flow_mcp.review.diff.changes.field_changes import FieldChanges

_NOTHING = TenantAccess("", "", None, (), (), (), (), {}, {})


@dataclass(frozen=True)
class BeforeAfter:
    """The two sides.

    Attributes:
        before: the declaration; None where there was none.
        after: likewise.
        was: who reached what.
        will: who will reach what.
        leaves: the values that differ and that no change tells of yet.
    """

    before: Declaration | None
    after: Declaration | None
    was: TenantAccess
    will: TenantAccess
    field_changes: FieldChanges

    @classmethod
    def of(cls, before: Declaration | None, after: Declaration | None) -> BeforeAfter:
        """The two sides of two declarations."""
        was, will = (snapshot(side) if side else _NOTHING for side in (before, after))
        return cls(before, after, was, will, FieldChanges(before, after))

    @property
    def stays(self) -> bool:
        """Whether there is a tenant on both sides."""
        return self.before is not None and self.after is not None

    @property
    def same_kind(self) -> bool:
        """Whether the kind of authorization server stays."""
        return self.was.kind == self.will.kind

    @property
    def setting_changes(self) -> tuple[SettingChange, ...]:
        """What settings of the authorization server decide that will be."""
        return self.after.kind.setting_changes if self.after else ()

    def registration_methods_at(self, kind: str) -> Path:
        """Where the ways to become a client stand, of the side with that kind of server."""
        side = next(side for side in (self.after, self.before) if side and side.kind.key == kind)
        return ("authorizationServer", kind, side.kind.registration_methods_at)

    def clients(self) -> dict[tuple[str, str], tuple[ClientAccess | None, ClientAccess | None]]:
        """Clients before and after, by registration and name."""
        old = {(client.registration, client.name): client for client in self.was.clients}
        new = {(client.registration, client.name): client for client in self.will.clients}
        return {key: (old.get(key), new.get(key)) for key in sorted({*old, *new})}
