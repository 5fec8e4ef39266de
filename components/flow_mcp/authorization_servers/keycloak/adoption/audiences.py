"""Which protected resources of the tenant a realm's scopes and clients reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flow_mcp.authorization_servers.adoption import AdoptionRequest
from flow_mcp.authorization_servers.keycloak.adoption.realm import Realm, audiences
from flow_mcp.authorization_servers.representations import (
    Representation,
    flag,
    mapping,
    objects,
    texts,
)
from flow_mcp.authorization_servers.resource_urls import resource_key


@dataclass(frozen=True)
class Reached:
    """Audiences of the Flow instance that a client's tokens can have.

    Attributes:
        resources: what adds each protected resource's audience, by the resource's key.
        inexact: what adds each audience of the Flow instance that is no URL of an environment's MCP server.
    """

    resources: Mapping[str, str]
    inexact: Mapping[str, str]


class Audiences:
    """The audiences of a tenant in a realm.

    Args:
        request: the tenant and its Flow instance.
        realm: the realm.
    """

    def __init__(self, request: AdoptionRequest, realm: Realm) -> None:
        self._request = request
        self._flow = request.flow_server.rstrip("/")
        self._tenant = f"{self._flow}/mcp/tenants/{request.tenant_id}"
        self._realm = realm
        self._by_scope = {
            name: audiences(objects(scope, "protocolMappers")) for name, scope in realm.scopes.items()
        }

    def key(self, audience: str) -> str | None:
        """Return `<workspace>/<environment>` of the audience of a protected resource of the tenant."""
        return resource_key(self._request, audience)

    def keys(self, clients: Iterable[Representation]) -> tuple[str, ...]:
        """Return the keys of all resources that a scope or one of the clients adds, sorted."""
        added = [audience for by_scope in self._by_scope.values() for audience in by_scope]
        added += [
            audience for client in clients for audience in audiences(objects(client, "protocolMappers"))
        ]
        return tuple(sorted({key for audience in added if (key := self.key(audience))}))

    def reached_by(self, client: Representation) -> Reached:
        """Return what a client's tokens can have as audience."""
        resources: dict[str, str] = {}
        inexact: dict[str, str] = {}
        sources = {
            f"the {kind} scope {name}": self._by_scope.get(name, {})
            for kind, key in (("default", "defaultClientScopes"), ("optional", "optionalClientScopes"))
            for name in texts(client, key)
        }
        sources["a mapper of its own"] = audiences(objects(client, "protocolMappers"))
        for source, added in sources.items():
            for audience in sorted(added):
                if key := self.key(audience):
                    resources.setdefault(key, source)
                elif self._is_of_tenant(audience):
                    inexact.setdefault(audience, source)
        return Reached(dict(sorted(resources.items())), inexact)

    def scopes_of(self, key: str) -> tuple[str, ...]:
        """Return the names of the scopes that add a resource's audience and no other resource's, sorted."""
        return tuple(
            name
            for name, added in self._by_scope.items()
            if {resource for audience in added if (resource := self.key(audience))} == {key}
        )

    def shared_scopes_of(self, key: str) -> tuple[str, ...]:
        """Return the names of the scopes that add a resource's audience and another resource's, sorted."""
        shared = []
        for name, added in self._by_scope.items():
            keys = {resource for audience in added if (resource := self.key(audience))}
            if key in keys and len(keys) > 1:
                shared.append(name)
        return tuple(shared)

    def is_in_tokens(self, scope: str) -> bool:
        """Return whether tokens name a scope in their claim `scope`."""
        attributes = mapping(self._realm.scopes[scope], "attributes")
        return "include.in.token.scope" not in attributes or flag(attributes, "include.in.token.scope")

    def mapper_of(self, scope: str, key: str) -> Representation | None:
        """Return the mapper with which a scope adds a resource's audience; None if it does not add it."""
        added = self._by_scope[scope].items()
        return next((mapper for audience, mapper in added if self.key(audience) == key), None)

    def _is_of_tenant(self, audience: str) -> bool:
        """Return whether an audience is the tenant's or the Flow instance's, but no environment's."""
        plain, above = audience.rstrip("/"), {self._flow, f"{self._flow}/mcp", self._tenant}
        return plain in above or plain.startswith(f"{self._tenant}/")
