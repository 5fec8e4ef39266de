"""What changed of managed clients and realms, and what the Keycloak plugin does not read.

The plugin that this project builds reads neither a client's PKCE method nor the grants CIBA and JWT bearer.
It takes the roles that a role contains for computed, and a client's secret is masked in what the engine
reports. An update cannot put back what the state does not show as changed, so each of these has a repair of
its own, by the admin API.

A repair is also needed for a role that a service account has lost: the plugin finds an empty resource in its
place, and an update that follows fails for good, because it cannot delete that. And for the stack's mark,
without which the preflight takes a client or a realm for somebody else's. Settings of a realm are repaired
one by one, because an update would write the whole realm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, realm_path
from flow_mcp.authorization_servers.keycloak.grants import ATTRIBUTES
from flow_mcp.authorization_servers.keycloak.preflight import OWNER_ATTRIBUTE
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.operations.drift.drift import Drift
from flow_mcp.operations.drift.keycloak.client_changes import pkce
from flow_mcp.operations.drift.keycloak.realm import Realm, Representation
from flow_mcp.operations.drift.keycloak.values import Subject
from flow_mcp.operations.drift.refresh import Refreshed, Resource
from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.changes.quoting import quoted, quoted_list
from flow_mcp.settings import Grant

_PKCE = "pkce.code.challenge.method"
_REALM_SETTINGS = ("defaultSignatureAlgorithm", "enabled", "registrationAllowed", "sslRequired")
# Attributes that are properties of the plugin's resource, which the engine reports.
_READ = {
    "oauth2.device.authorization.grant.enabled": "oauth2DeviceAuthorizationGrantEnabled",
    "standard.token.exchange.enabled": "standardTokenExchangeEnabled",
}


@dataclass(frozen=True)
class Repair:
    """A change by the admin API that puts one thing back.

    Attributes:
        text: what it does, one sentence to be escaped; no secret is in it.
        drift: what it mends; None if the engine reports that as well.
        apply: does it, with a connection to the admin API.
    """

    text: str
    drift: Drift | None
    apply: Callable[[AdminApi], None]


def repairs(realm: Realm, refreshed: Refreshed, secrets: Callable[[], Mapping[str, str]]) -> Iterator[Repair]:
    """Repairs of everything that an update would not put back.

    Args:
        realm: as it is.
        refreshed: the state, compared with it.
        secrets: gives the clients' secrets by client name, as the stack has them.
    """
    by_id = {str(client["id"]): client for client in realm.clients}
    for resource in refreshed.of("Client"):
        if client := by_id.get(resource.id):
            yield from _client(realm, refreshed.declaration, resource, client, secrets)
    for resource in refreshed.of("Role"):
        yield from _contained_roles(realm, resource)
    for resource in refreshed.of("ClientServiceAccountRealmRole"):
        if resource.op == "update":
            yield from _service_account_role(realm, refreshed, resource)
    for resource in refreshed.of("Realm"):
        yield from _realm_settings(realm, resource)
        mark = (resource.before.get("attributes") or {}).get(OWNER_ATTRIBUTE)
        found = realm.representation or {}
        if mark and resource.after and (found.get("attributes") or {}).get(OWNER_ATTRIBUTE) is None:
            attributes = {**(found.get("attributes") or {}), OWNER_ATTRIBUTE: mark}
            yield Repair(
                f"Mark the realm {realm.name} as this stack's.", None, _put(realm, (), attributes=attributes)
            )


def _client(
    realm: Realm,
    declaration: Declaration,
    resource: Resource,
    client: Representation,
    secrets: Callable[[], Mapping[str, str]],
) -> Iterator[Repair]:
    name, attributes = resource.name, dict(client.get("attributes") or {})
    declared = declaration.tenant.clients.get(name)
    if declared is None:
        return
    subject, path = Subject(resource, "client"), ("clients", str(client["id"]))

    def attribute(key: str, value: str) -> Callable[[AdminApi], None]:
        return _put(realm, path, clientId=client["clientId"], attributes={key: value})

    mark = (resource.before.get("extraConfig") or {}).get(OWNER_ATTRIBUTE)
    if mark and attributes.get(OWNER_ATTRIBUTE) is None:
        yield Repair(f"Mark the client {name} as this stack's.", None, attribute(OWNER_ATTRIBUTE, mark))
    if declared.grant is Grant.AUTHORIZATION_CODE and attributes.get(_PKCE) != "S256":
        drift = (
            None if "pkceCodeChallengeMethod" in resource.changed else pkce(subject, attributes.get(_PKCE))
        )
        yield Repair(f"Require PKCE with S256 of {name}.", drift, attribute(_PKCE, "S256"))
    for key, grant in ATTRIBUTES.items():
        if attributes.get(key) == "true" and _READ.get(key) not in resource.before:
            text = f"{name} has the {grant} grant."
            drift = subject.changed(key, text, "client-grant-changes", before=None, after="true")
            yield Repair(f"Take the {grant} grant from {name}.", drift, attribute(key, "false"))
    if declared.confidential and not declared.private_key_jwt:
        yield from _secret(realm, subject, client, secrets)


def _secret(
    realm: Realm, subject: Subject, client: Representation, secrets: Callable[[], Mapping[str, str]]
) -> Iterator[Repair]:
    known = secrets().get(subject.name)
    path = ("clients", str(client["id"]))
    found = (realm.api.get(realm_path(realm.name, *path, "client-secret")) or {}).get("value")
    if known is None or found == known:
        return
    text = f"{subject.name} has another secret than the stack's output clientSecrets."
    drift = subject.changed("clientSecret", text, "secret-rotates")
    put = _put(realm, path, clientId=client["clientId"], secret=known)
    yield Repair(f"Give {subject.name} the secret of the stack's output clientSecrets again.", drift, put)


def _realm_settings(realm: Realm, resource: Resource) -> Iterator[Repair]:
    """Set these settings alone: an update writes the whole realm."""
    before, after = resource.before, resource.after or {}
    wanted = {name: before.get(name) for name in _REALM_SETTINGS if name in resource.changed}
    if "securityDefenses" in resource.changed and not after.get("securityDefenses"):
        wanted["bruteForceProtected"] = True
    if wanted and resource.after is not None:
        label = f"Set {quoted_list(sorted(wanted))} of the realm as declared."
        yield Repair(label, None, _put(realm, (), **wanted))


def _contained_roles(realm: Realm, resource: Resource) -> Iterator[Repair]:
    role = next((each for each in realm.roles if str(each["id"]) == resource.id), None)
    if role is None or not role.get("composite") or "compositeRoles" in resource.changed:
        return
    contained = realm.composites(resource.id)
    names = sorted(str(each["name"]) for each in contained)
    text = f"The role {quoted(str(role['name']))} contains {quoted_list(names)}."
    drift = Subject(resource, "role").changed("compositeRoles", text, None, risk=Risk.HIGH, after=names)
    path = realm_path(realm.name, "roles-by-id", resource.id, "composites")
    body = [{"id": each["id"], "name": each["name"]} for each in contained]
    label = f"Take {quoted_list(names)} out of the role {quoted(str(role['name']))}."
    yield Repair(label, drift, lambda api: api.delete(path, body))


def _service_account_role(realm: Realm, refreshed: Refreshed, resource: Resource) -> Iterator[Repair]:
    client, _, key = resource.name.partition("/")
    role = next((each for each in realm.roles if each["name"] == resource.before.get("role")), None)
    user = str(resource.before.get("serviceAccountUserId"))
    owner = next((each for each in refreshed.of("Client") if each.name == client), None)
    if role is None or owner is None or owner.after is None:
        return

    def give(api: AdminApi) -> None:
        path = realm_path(realm.name, "users", user, "role-mappings", "realm")
        api.post(path, [{"id": role["id"], "name": role["name"]}])

    yield Repair(f"Give the service account of {client} its role for {key} again.", None, give)


def _put(realm: Realm, path: tuple[str, ...], **properties: Any) -> Callable[[AdminApi], None]:
    """Set only these properties: Keycloak leaves those that a representation does not have."""
    return lambda api: api.put(realm_path(realm.name, *path), properties)


def drifts(found: Iterator[Repair] | tuple[Repair, ...]) -> tuple[Drift, ...]:
    """The drifts that the engine does not report."""
    return tuple(repair.drift for repair in found if repair.drift)
