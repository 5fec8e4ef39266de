"""Managed things that somebody deleted and made again by hand: the same name, another internal ID."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.operations.drift.keycloak.managed import Managed
from flow_mcp.operations.drift.keycloak.realm import Realm
from flow_mcp.operations.drift.refresh import Resource
from flow_mcp.review.diff.changes.quoting import quoted


def recreated(realm: Realm, managed: Managed) -> Iterator[str]:
    """What each is, with its name. An update cannot create a second one of the name, and takes none over."""
    gone = [each for each in managed.refreshed.drifted if each.after is None]
    by_name = {
        ("Client", "client"): {str(each["clientId"]) for each in realm.clients},
        ("ClientScope", "client scope"): {str(each["name"]) for each in realm.scopes},
        ("Role", "role"): {str(each["name"]) for each in realm.roles},
    }
    for (type_, word), present in by_name.items():
        for resource in gone:
            name = str(resource.before.get("clientId" if type_ == "Client" else "name"))
            if resource.type == type_ and name in present:
                yield f"{word} {quoted(name)}"
    for resource in gone:
        if resource.type in {"AudienceProtocolMapper", "GenericProtocolMapper"}:
            yield from _mapper(realm, resource)


def _mapper(realm: Realm, resource: Resource) -> Iterator[str]:
    scopes = (each for each in realm.scopes if each["id"] == resource.before.get("clientScopeId"))
    for scope in scopes:
        if any(each["name"] == resource.before.get("name") for each in scope.get("protocolMappers") or ()):
            name, scope_name = str(resource.before.get("name")), str(scope["name"])
            yield f"mapper {quoted(name)} of the scope {quoted(scope_name)}"
