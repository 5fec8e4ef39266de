"""A tenant before and after a change: the input of every comparison."""

from __future__ import annotations

from dataclasses import dataclass

from flow_mcp.declaration.access import ClientAccess, TenantAccess, snapshot
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.setting_changes import SettingChange
from flow_mcp.review.diff.changes.field_changes import FieldChanges

_NO_ACCESS = TenantAccess("", "", None, (), (), (), (), {}, {})


@dataclass(frozen=True)
class BeforeAfter:
    """The declarations of a tenant before and after a change, with the access that each grants.

    Attributes:
        before: the declaration before; None if the tenant did not exist.
        after: the declaration after; None if the tenant is removed.
        access_before: the access that `before` grants.
        access_after: the access that `after` grants.
        field_changes: the values that differ and are not yet part of a change.
    """

    before: Declaration | None
    after: Declaration | None
    access_before: TenantAccess
    access_after: TenantAccess
    field_changes: FieldChanges

    @classmethod
    def of(cls, before: Declaration | None, after: Declaration | None) -> BeforeAfter:
        """Return the comparison of two declarations."""
        access_before, access_after = (
            snapshot(declaration) if declaration else _NO_ACCESS for declaration in (before, after)
        )
        return cls(before, after, access_before, access_after, FieldChanges(before, after))

    @property
    def stays(self) -> bool:
        """Whether the tenant exists before and after."""
        return self.before is not None and self.after is not None

    @property
    def same_kind(self) -> bool:
        """Whether the kind of authorization server is unchanged."""
        return self.access_before.kind == self.access_after.kind

    @property
    def setting_changes(self) -> tuple[SettingChange, ...]:
        """Settings of the new authorization server whose changes a reviewer must approve."""
        return self.after.kind.setting_changes if self.after else ()

    def registration_methods_at(self, kind: str) -> Path:
        """Return the path of the registration methods in the declaration that has this kind of server."""
        declaration = next(
            candidate for candidate in (self.after, self.before) if candidate and candidate.kind.key == kind
        )
        return ("authorizationServer", kind, declaration.kind.registration_methods_at)

    def clients(self) -> dict[tuple[str, str], tuple[ClientAccess | None, ClientAccess | None]]:
        """Return each client before and after, by registration and name; None if it does not exist."""
        old = {(client.registration, client.name): client for client in self.access_before.clients}
        new = {(client.registration, client.name): client for client in self.access_after.clients}
        return {key: (old.get(key), new.get(key)) for key in sorted({*old, *new})}
