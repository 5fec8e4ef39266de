"""Drift that an update cannot revert, and its repairs through the admin API.

The Keycloak plugin reads neither a client's PKCE method nor the grants CIBA and JWT bearer. It treats the
roles in a role as computed, and the engine masks a client's secret. An update reverts only drift that the
state shows, so each of these has its own repair.

Three other kinds need a repair:

- A role that a service account lost: the plugin reads an empty resource, which every later update fails to
  delete.
- The owner mark: without it, the preflight rejects a client or a realm as another owner's.
- Settings of a realm: an update would write the whole realm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, realm_path
from flow_mcp.authorization_servers.keycloak.grants import ATTRIBUTES, JWT_GRANT
from flow_mcp.authorization_servers.keycloak.names import OWNER_ATTRIBUTE
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.enterprise import issuers_of
from flow_mcp.operations.drift.drift import Drift
from flow_mcp.operations.drift.keycloak.client_changes import assertions, pkce
from flow_mcp.operations.drift.keycloak.realm import Realm, Representation
from flow_mcp.operations.drift.keycloak.values import Subject
from flow_mcp.operations.drift.refresh import Refreshed, Resource
from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.changes.quoting import quoted, quoted_list
from flow_mcp.settings import Grant

_ASSERTIONS = "oauth2.jwt.authorization.grant.idp"
_PKCE = "pkce.code.challenge.method"
_REALM_SETTINGS = ("defaultSignatureAlgorithm", "enabled", "registrationAllowed", "sslRequired")
# Attributes that the plugin reads as properties, whose drift the engine reports.
_READ = {
    "oauth2.device.authorization.grant.enabled": "oauth2DeviceAuthorizationGrantEnabled",
    "standard.token.exchange.enabled": "standardTokenExchangeEnabled",
}


@dataclass(frozen=True)
class Repair:
    """A change through the admin API that reverts one drift.

    Attributes:
        text: a sentence about the change; it may contain unsafe text, but no secret.
        drift: the drift that it reverts; None if the engine also reports it.
        apply: makes the change with a connection to the admin API.
    """

    text: str
    drift: Drift | None
    apply: Callable[[AdminApi], None]


def repairs(realm: Realm, refreshed: Refreshed, secrets: Callable[[], Mapping[str, str]]) -> Iterator[Repair]:
    """Yield the repairs of all drift that an update would not revert.

    Args:
        realm: the current realm.
        refreshed: the state compared with the server.
        secrets: returns the clients' secrets in the stack's output, by client name.
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
        representation = realm.representation or {}
        if mark and resource.after and (representation.get("attributes") or {}).get(OWNER_ATTRIBUTE) is None:
            attributes = {**(representation.get("attributes") or {}), OWNER_ATTRIBUTE: mark}
            yield Repair(
                f"Restore the owner mark of the realm {realm.name}.",
                None,
                _put(realm, (), attributes=attributes),
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
        yield Repair(f"Restore the owner mark of the client {name}.", None, attribute(OWNER_ATTRIBUTE, mark))
    kept = declaration.tenant.kept("Client", name)
    keeps_pkce, keeps_attributes = "pkceCodeChallengeMethod" in kept, "extraConfig" in kept
    person = declared.grant is Grant.AUTHORIZATION_CODE
    if person and not keeps_pkce and attributes.get(_PKCE) != "S256":
        drift = (
            None if "pkceCodeChallengeMethod" in resource.changed else pkce(subject, attributes.get(_PKCE))
        )
        yield Repair(f"Require PKCE with S256 for {name}.", drift, attribute(_PKCE, "S256"))
    declared_grants = {JWT_GRANT} if issuers_of(declaration, name) else set()
    if declared_grants:
        yield from _assertions(subject, attributes, attribute)
    for key, grant in ATTRIBUTES.items():
        enabled = attributes.get(key) == "true" and key not in declared_grants
        if not keeps_attributes and enabled and _READ.get(key) not in resource.before:
            text = f"{name} has the {grant} grant."
            drift = subject.changed(key, text, "client-grant-changes", before=None, after="true")
            yield Repair(f"Disable the {grant} grant of {name}.", drift, attribute(key, "false"))
    if declared.authentication == "client-secret":
        yield from _secret(realm, subject, client, secrets)


def _assertions(
    subject: Subject, attributes: Mapping[str, str], put: Callable[[str, str], Callable[[AdminApi], None]]
) -> Iterator[Repair]:
    """Yield the repairs of a client that may redeem assertions."""
    providers = str(subject.before("oauth2JwtAuthorizationGrantIdp"))
    present = attributes.get(_ASSERTIONS)
    if present != providers:
        reported = "oauth2JwtAuthorizationGrantIdp" in subject.resource.changed
        drift = None if reported else assertions(subject, providers, present)
        text = f"Let {subject.name} redeem the assertions of {providers} only."
        yield Repair(text, drift, put(_ASSERTIONS, providers))
    if attributes.get(JWT_GRANT) != "true":
        reported = "oauth2JwtAuthorizationGrantEnabled" in subject.resource.changed
        text = f"{subject.name} no longer has the JWT bearer grant."
        drift = subject.changed(JWT_GRANT, text, "client-grant-changes", before="true", after=None)
        label = f"Enable the JWT bearer grant of {subject.name}."
        yield Repair(label, None if reported else drift, put(JWT_GRANT, "true"))


def _secret(
    realm: Realm, subject: Subject, client: Representation, secrets: Callable[[], Mapping[str, str]]
) -> Iterator[Repair]:
    expected = secrets().get(subject.name)
    path = ("clients", str(client["id"]))
    secret = (realm.api.get(realm_path(realm.name, *path, "client-secret")) or {}).get("value")
    if expected is None or secret == expected:
        return
    text = f"The secret of {subject.name} differs from the stack's output clientSecrets."
    drift = subject.changed("clientSecret", text, "secret-rotates")
    put = _put(realm, path, clientId=client["clientId"], secret=expected)
    yield Repair(f"Reset the secret of {subject.name} to the stack's output clientSecrets.", drift, put)


def _realm_settings(realm: Realm, resource: Resource) -> Iterator[Repair]:
    """Yield a repair of only the changed settings: an update would write the whole realm."""
    before, after = resource.before, resource.after or {}
    settings = {name: before.get(name) for name in _REALM_SETTINGS if name in resource.changed}
    if "securityDefenses" in resource.changed and not after.get("securityDefenses"):
        settings["bruteForceProtected"] = True
    if settings and resource.after is not None:
        label = f"Reset {quoted_list(sorted(settings))} of the realm."
        yield Repair(label, None, _put(realm, (), **settings))


def _contained_roles(realm: Realm, resource: Resource) -> Iterator[Repair]:
    role = next((role for role in realm.roles if str(role["id"]) == resource.id), None)
    if role is None or not role.get("composite") or "compositeRoles" in resource.changed:
        return
    contained = realm.composites(resource.id)
    names = sorted(str(member["name"]) for member in contained)
    text = f"The role {quoted(str(role['name']))} contains {quoted_list(names)}."
    drift = Subject(resource, "role").changed("compositeRoles", text, None, risk=Risk.HIGH, after=names)
    path = realm_path(realm.name, "roles-by-id", resource.id, "composites")
    body = [{"id": member["id"], "name": member["name"]} for member in contained]
    label = f"Remove {quoted_list(names)} from the role {quoted(str(role['name']))}."
    yield Repair(label, drift, lambda api: api.delete(path, body))


def _service_account_role(realm: Realm, refreshed: Refreshed, resource: Resource) -> Iterator[Repair]:
    client, _, key = resource.name.partition("/")
    role = next((role for role in realm.roles if role["name"] == resource.before.get("role")), None)
    user = str(resource.before.get("serviceAccountUserId"))
    owner = next((owner for owner in refreshed.of("Client") if owner.name == client), None)
    if role is None or owner is None or owner.after is None:
        return

    def assign(api: AdminApi) -> None:
        path = realm_path(realm.name, "users", user, "role-mappings", "realm")
        api.post(path, [{"id": role["id"], "name": role["name"]}])

    yield Repair(f"Assign the role for {key} to the service account of {client}.", None, assign)


def _put(realm: Realm, path: tuple[str, ...], **properties: Any) -> Callable[[AdminApi], None]:
    """Return a change of only these properties: Keycloak keeps those that a representation omits."""
    return lambda api: api.put(realm_path(realm.name, *path), properties)


def drifts(repairs: tuple[Repair, ...]) -> tuple[Drift, ...]:
    """Return the drift that the engine does not report."""
    return tuple(repair.drift for repair in repairs if repair.drift)
