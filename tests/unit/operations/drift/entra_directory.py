"""A stack on Entra, and the Entra tenant in memory to which objects are added by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date
from types import TracebackType
from typing import Any, Self, cast

from flow_mcp.authorization_servers.entra import Entra
from flow_mcp.authorization_servers.errors import RightsError
from flow_mcp.authorization_servers.representations import listed
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.operations.drift.drift import Appeared
from flow_mcp.operations.drift.entra.server_drift import drift_at
from flow_mcp.operations.drift.refresh import Refreshed, Resource
from flow_mcp.operations.drift.server_drift import Inputs, ServerDrift
from flow_mcp.review.diff.change import Risk
from tests.engine.directory_by_hand import BEN, PLANNERS, DirectoryByHand, guid, role, scope
from tests.standin import graph_objects
from tests.standin.server import Account
from tests.unit.authorization_servers.entra import contoso

PRODUCTION, TEST = "7/production", "7/test"
INPUTS = Inputs(dict, date(2026, 11, 30), lambda _: None)
_NAMED = ("Application", "ServicePrincipal")


@dataclass
class Directory:
    """An Entra tenant in memory, and the tenant's stack that applied a part of it.

    Attributes:
        declaration: the tenant's declaration.
        forbidden: paths that may not be read.
    """

    declaration: Declaration
    account: Account = field(default_factory=lambda: Account(contoso.TENANT))
    forbidden: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.by_hand = DirectoryByHand(self.account)
        api = {"oauth2PermissionScopes": [scope("mcp.access"), scope("mcp.other")]}
        roles = [role("mcp.program", "Application"), role("mcp.person", "User"), role("Auditor", "User")]
        for key in (PRODUCTION, TEST):
            self.by_hand.application(key, api=api, appRoles=roles, owners=[BEN])
            self.by_hand.assignment(PLANNERS, "Group", key, guid("mcp.person"))
            self.by_hand.preauthorize(guid("desktop"), key, guid("mcp.access"))
        self.by_hand.application("agent")
        self.by_hand.assignment("agent", "ServicePrincipal", PRODUCTION, guid("mcp.program"))
        self.by_hand.password("agent", "flow-mcp 2026-11-01", "2026-11-01", "2027-04-30")
        self.by_hand.application("desktop")
        self.by_hand.federated("desktop", "flow-mcp-desktop", "https://issuer.example", "desktop")
        self.comparison = Refreshed(self.declaration, tuple(self.resources()))

    def resources(self) -> Iterator[Resource]:
        """Yield the state of a stack to which all objects of now belong."""
        for token, objects in deepcopy(self.account.objects).items():
            for state in objects.values():
                named = token.rpartition(":")[2] in _NAMED
                name = state["displayName"] if named else state["id"]
                yield Resource(f"urn:pulumi:contoso::flow-mcp::{token}::{name}", "same", state, state, ())

    def drift(self) -> ServerDrift:
        """Return the drift of the stack at the directory as it is now."""
        entra, connected = (
            cast("Entra", self.declaration.server),
            cast("Callable[[Entra], Any]", lambda _: self),
        )
        return drift_at(self.comparison, entra, INPUTS, connected)

    def reverse(self) -> None:
        """Let Graph return its collections in the opposite order."""
        for token, objects in self.account.objects.items():
            self.account.objects[token] = dict(reversed(objects.items()))
        self.account.given.get("grants", []).reverse()

    def delete(self, name: str) -> None:
        """Let the comparison find that an application and its service principal were deleted."""
        resources = tuple(
            replace(item, op="delete", after=None) if item.name == name else item
            for item in self.comparison.resources
        )
        self.comparison = Refreshed(self.declaration, resources)
        for objects in self.account.objects.values():
            for object_id in [key for key, state in objects.items() if state.get("displayName") == name]:
                del objects[object_id]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def find(self, path: str, **_: str) -> Any:
        return self._answer(path, "")

    def listed(self, path: str, **parameters: str) -> Iterator[Any]:
        yield from listed(self._answer(path, parameters.get("filter", "")))

    def _answer(self, path: str, filtered: str) -> Any:
        if path in self.forbidden:
            raise RightsError(f"Microsoft Graph does not permit to read {path}.")
        return graph_objects.at(self.account, path, filtered)


def directory(**parts: Any) -> Directory:
    """Return a directory with the objects of a stack, by default with a program and a client for people."""
    return Directory(contoso.load(contoso.tenant(**parts)).declaration)


def high(kind: Any, name: str, within: str, text: str, *opens: str) -> Appeared:
    """Return an unmanaged object that opens protected resources."""
    return Appeared(kind, name, within, text, Risk.HIGH, opens)


def low(kind: Any, name: str, within: str, text: str) -> Appeared:
    """Return an unmanaged object that opens none."""
    return Appeared(kind, name, within, text, Risk.LOW)
