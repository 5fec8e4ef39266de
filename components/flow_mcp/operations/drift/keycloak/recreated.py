"""Managed objects that were deleted and recreated without Pulumi, with the same name and another ID."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from flow_mcp.operations.drift.keycloak.managed import Managed
from flow_mcp.operations.drift.keycloak.realm import Realm, Representation
from flow_mcp.operations.drift.refresh import Resource
from flow_mcp.review.diff.changes.quoting import quoted

_MAPPERS = frozenset({"AudienceProtocolMapper", "GenericProtocolMapper"})


@dataclass(frozen=True)
class Recreated:
    """An object of the realm that has the name of a managed object, which was deleted.

    Attributes:
        label: kind and name, such as `client "portal"`.
        resource: the managed object in the engine's comparison.
        representation: the object at the server.
        scope_id: ID of the scope of a mapper; empty for other objects.
    """

    label: str
    resource: Resource
    representation: Representation = field(compare=False)
    scope_id: str = ""


def recreated(realm: Realm, managed: Managed) -> Iterator[Recreated]:
    """Yield the recreated objects. An update can neither adopt them nor create others with the same name."""
    deleted = [resource for resource in managed.refreshed.drifted if resource.after is None]
    by_name = {
        ("Client", "client"): {str(client["clientId"]): client for client in realm.clients},
        ("ClientScope", "client scope"): {str(scope["name"]): scope for scope in realm.scopes},
        ("Role", "role"): {str(role["name"]): role for role in realm.roles},
    }
    for (type_, word), present in by_name.items():
        for resource in deleted:
            name = str(resource.before.get("clientId" if type_ == "Client" else "name"))
            if resource.type == type_ and name in present:
                yield Recreated(f"{word} {quoted(name)}", resource, present[name])
    for resource in deleted:
        if resource.type in _MAPPERS:
            yield from _mapper(realm, managed, resource)


def _mapper(realm: Realm, managed: Managed, resource: Resource) -> Iterator[Recreated]:
    """Yield the mapper of the same name, in the scope or in the one that was recreated for it."""
    scope_names = {
        str(scope.before.get("name"))
        for scope in managed.refreshed.of("ClientScope")
        if scope.id == resource.before.get("clientScopeId")
    }
    for scope in (scope for scope in realm.scopes if scope["name"] in scope_names):
        for mapper in scope.get("protocolMappers") or ():
            if mapper["name"] == resource.before.get("name"):
                name, scope_name = str(mapper["name"]), str(scope["name"])
                label = f"mapper {quoted(name)} of the scope {quoted(scope_name)}"
                yield Recreated(label, resource, mapper, str(scope["id"]))
