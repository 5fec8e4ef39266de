"""Managed objects that were deleted and recreated without Pulumi, with the same name and another ID."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.operations.drift.keycloak.managed import Managed
from flow_mcp.operations.drift.keycloak.realm import Realm
from flow_mcp.operations.drift.refresh import Resource
from flow_mcp.review.diff.changes.quoting import quoted


def recreated(realm: Realm, managed: Managed) -> Iterator[str]:
    """Yield kind and name of each. An update can neither adopt them nor create others with the same name."""
    deleted = [resource for resource in managed.refreshed.drifted if resource.after is None]
    by_name = {
        ("Client", "client"): {str(client["clientId"]) for client in realm.clients},
        ("ClientScope", "client scope"): {str(scope["name"]) for scope in realm.scopes},
        ("Role", "role"): {str(role["name"]) for role in realm.roles},
    }
    for (type_, word), present in by_name.items():
        for resource in deleted:
            name = str(resource.before.get("clientId" if type_ == "Client" else "name"))
            if resource.type == type_ and name in present:
                yield f"{word} {quoted(name)}"
    for resource in deleted:
        if resource.type in {"AudienceProtocolMapper", "GenericProtocolMapper"}:
            yield from _mapper(realm, resource)


def _mapper(realm: Realm, resource: Resource) -> Iterator[str]:
    scopes = (scope for scope in realm.scopes if scope["id"] == resource.before.get("clientScopeId"))
    for scope in scopes:
        mappers = scope.get("protocolMappers") or ()
        if any(mapper["name"] == resource.before.get("name") for mapper in mappers):
            name, scope_name = str(resource.before.get("name")), str(scope["name"])
            yield f"mapper {quoted(name)} of the scope {quoted(scope_name)}"
