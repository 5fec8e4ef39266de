"""Undeclared clients, and the protected resources that they can reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from flow_mcp.authorization_servers.keycloak.grants import allowed_grants
from flow_mcp.authorization_servers.keycloak.names import BUILT_IN_CLIENTS
from flow_mcp.operations.drift.drift import Appeared
from flow_mcp.operations.drift.keycloak.managed import Managed
from flow_mcp.operations.drift.keycloak.realm import Realm, Representation
from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.changes.quoting import quoted, quoted_list


def clients(realm: Realm, managed: Managed) -> Iterator[Appeared]:
    """Yield undeclared clients; in an existing realm, only those that reach a protected resource."""
    reached = {str(scope["name"]): opened(scope, managed) for scope in realm.scopes}
    for client in realm.clients:
        if client["id"] in managed.clients:
            continue
        client_id = str(client["clientId"])
        declared = client_id in managed.client_ids
        opens = _opens(client, reached, managed)
        if client_id in BUILT_IN_CLIENTS or (declared and not _is_replaced(client_id, managed)):
            continue
        if managed.server.realm.create or opens:
            yield _appeared(client, opens, managed)


def opened(scope: Representation, managed: Managed) -> frozenset[str]:
    """Return the keys of the protected resources for which tokens with this scope are valid."""
    own = managed.scopes.get(str(scope["id"]))
    return audiences(scope.get("protocolMappers") or (), managed) | ({own} if own else frozenset())


def audiences(mappers: Iterable[Representation], managed: Managed) -> frozenset[str]:
    """Return the keys of the protected resources whose audience these mappers add to access tokens."""
    configurations = [mapper.get("config") or {} for mapper in mappers]
    return frozenset(
        managed.urls[text]
        for config in configurations
        if config.get("access.token.claim", "true") == "true"
        for text in map(str, config.values())
        if text in managed.urls
    )


def _is_replaced(client_id: str, managed: Managed) -> bool:
    """Return whether a client with the client ID of a managed client was recreated without Pulumi."""
    return client_id in {managed.declaration.client_id(name) for name in managed.declaration.tenant.clients}


def _opens(client: Representation, reached: dict[str, frozenset[str]], managed: Managed) -> tuple[str, ...]:
    names = (*(client.get("defaultClientScopes") or ()), *(client.get("optionalClientScopes") or ()))
    keys = audiences(client.get("protocolMappers") or (), managed)
    for name in names:
        keys |= reached.get(str(name), frozenset())
    return tuple(sorted(keys))


def _appeared(client: Representation, opens: tuple[str, ...], managed: Managed) -> Appeared:
    client_id, grants = str(client["clientId"]), tuple(allowed_grants(client))
    redirects = tuple(sorted(map(str, client.get("redirectUris") or ())))
    replaced = _is_replaced(client_id, managed)
    if replaced:
        risk, note = (
            Risk.HIGH,
            " It has the client ID of a declared client, but was recreated without Pulumi.",
        )
    elif not client.get("enabled"):
        risk, note = Risk.LOW, " It is disabled."
    elif _allowed(client, opens, managed):
        risk, note = Risk.NONE, " A declared registration method allows it."
    else:
        risk, note = (Risk.HIGH if opens else Risk.LOW), ""
    addresses = f" Redirect URIs: {quoted_list(redirects)}." if redirects else ""
    reaches = quoted_list(opens) if opens else "no protected resource"
    text = f"It reaches {reaches}. Grants: {' and '.join(grants) or 'none'}.{addresses}{note}"
    return Appeared("client", client_id, "", f"{quoted(client_id)}: {text}", risk, opens, redirects, grants)


def _allowed(client: Representation, opens: tuple[str, ...], managed: Managed) -> bool:
    """Return whether a declared registration method permits everything that the client can reach."""
    if allowed_grants(client) not in ([], ["authorization code"]) or client.get("fullScopeAllowed"):
        return False
    registration, declaration = managed.server.registration, managed.declaration
    documents, dynamic = registration.metadata_documents, registration.dynamic

    def within(access: tuple[str, ...], hosts: tuple[str, ...]) -> bool:
        keys = {resource.key for resource in declaration.reached_by(access)}
        return keys.issuperset(opens) and _redirects_within(client, hosts)

    if documents and _host(client["clientId"]) in documents.domains:
        return within(documents.access, (*documents.domains, *documents.redirect_hosts))
    return dynamic is not None and within(dynamic.access, dynamic.redirect_hosts)


def _redirects_within(client: Representation, hosts: tuple[str, ...]) -> bool:
    return all("*" not in str(uri) and _host(uri) in hosts for uri in client.get("redirectUris") or ())


def _host(uri: Any) -> str | None:
    try:
        return urlsplit(str(uri)).hostname
    except ValueError:
        return None
