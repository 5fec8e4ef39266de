"""Unmanaged scopes, mappers, gates and roles, and unmanaged members of managed roles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from flow_mcp.operations.drift.drift import Appeared, AppearedKind
from flow_mcp.operations.drift.keycloak.appeared_clients import audiences, opened
from flow_mcp.operations.drift.keycloak.managed import Managed
from flow_mcp.operations.drift.keycloak.realm import MAX_MEMBERS, Realm, Representation
from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.changes.quoting import quoted, quoted_list

# The scopes and roles that Keycloak 26 creates in every realm.
_SCOPES = frozenset(
    {
        *("AuthnContextClassRef", "acr", "address", "basic", "email", "microprofile-jwt", "offline_access"),
        *("organization", "phone", "profile", "role_list", "roles", "saml_organization", "service_account"),
        "web-origins",
    }
)
_ROLES = frozenset({"offline_access", "uma_authorization"})
# The default scope of every client of the stack.
_DEFAULT_SCOPE = "basic"
_DEFAULT_MAPPERS = frozenset({"auth_time", "sub"})


def scopes(realm: Realm, managed: Managed) -> Iterator[Appeared]:
    """Yield client scopes; in an existing realm, only those that give access to a protected resource."""
    for scope in realm.scopes:
        name, opens = str(scope["name"]), tuple(sorted(opened(scope, managed)))
        if scope["id"] in managed.scopes or name in _SCOPES:
            continue
        if managed.server.realm.create or opens:
            reaches = (
                f"tokens with it are valid for {quoted_list(opens)}"
                if opens
                else "it opens no protected resource"
            )
            risk = Risk.HIGH if opens else Risk.LOW
            yield Appeared("client-scope", name, "", f"{quoted(name)}: {reaches}.", risk, opens)


def scopes_of_new_clients(realm: Realm, managed: Managed) -> Iterator[Appeared]:
    """Yield scopes that open a protected resource and that new clients get although no method declares it."""
    granted = {
        str(scope)
        for registration in managed.refreshed.of("KeycloakClientRegistration")
        for scope in registration.before.get("realmOptionalScopes") or ()
    }
    effects: tuple[tuple[Literal["default", "optional"], str], ...] = (
        ("default", "every new client gets it"),
        ("optional", "every new client can request it"),
    )
    for kind, effect in effects:
        ids = realm.scopes_of_new_clients(kind)
        for scope in realm.scopes:
            name, opens = str(scope["name"]), tuple(sorted(opened(scope, managed)))
            if scope["id"] in ids and opens and not (kind == "optional" and name in granted):
                text = (
                    f"{quoted(name)} is a{'n' if kind == 'optional' else ''} {kind} scope of the realm: "
                    f"{effect}, and tokens with it are valid for {quoted_list(opens)}."
                )
                yield Appeared("realm-scope", name, kind, text, Risk.HIGH, opens)


def mappers(realm: Realm, managed: Managed) -> Iterator[Appeared]:
    """Yield mappers of managed scopes and clients, of `basic`, and those of built-in scopes that open one."""
    for scope in realm.scopes:
        name, own = str(scope["name"]), scope["id"] in managed.scopes
        for mapper in scope.get("protocolMappers") or ():
            known = name == _DEFAULT_SCOPE and mapper["name"] in _DEFAULT_MAPPERS
            opens = tuple(sorted(audiences((mapper,), managed)))
            # An unmanaged scope is listed as a whole.
            added = name == _DEFAULT_SCOPE and not known
            if mapper["id"] not in managed.mappers and (own or added or (name in _SCOPES and opens)):
                yield _mapper(mapper, f"the scope {quoted(name)}", name, opens)
    for client in realm.clients:
        if client["id"] in managed.clients:
            for mapper in client.get("protocolMappers") or ():
                opens = tuple(sorted(audiences((mapper,), managed)))
                label = f"the client {managed.clients[str(client['id'])]}"
                yield _mapper(mapper, label, str(client["clientId"]), opens)


def _mapper(mapper: Representation, where: str, within: str, opens: tuple[str, ...]) -> Appeared:
    name = str(mapper["name"])
    what = (
        f"it adds the audience of {quoted_list(opens)}"
        if opens
        else f"it changes tokens ({quoted(str(mapper['protocolMapper']))})"
    )
    risk = Risk.HIGH if opens else Risk.MEDIUM
    return Appeared("mapper", name, within, f"{quoted(name)} on {where}: {what}.", risk, opens)


def gates(realm: Realm, managed: Managed) -> Iterator[Appeared]:
    """Yield unmanaged roles that grant the scope of a protected resource."""
    for scope in realm.scopes:
        key = managed.scopes.get(str(scope["id"]))
        # A scope without a gate is open to everyone: a role only restricts it.
        if key is None or not managed.gates.get(str(scope["id"])):
            continue
        mappings = realm.gates(str(scope["id"]))
        clients = (client.get("mappings") or () for client in (mappings.get("clientMappings") or {}).values())
        for role in (*(mappings.get("realmMappings") or ()), *(role for roles in clients for role in roles)):
            if str(role["id"]) not in managed.gates[str(scope["id"])]:
                name = str(role["name"])
                text = f"{quoted(name)}: everyone with this role gets the scope of {key}."
                yield Appeared("gate", name, str(scope["name"]), text, Risk.HIGH, (key,))


def roles(realm: Realm, managed: Managed) -> Iterator[Appeared]:
    """Yield roles that contain a managed role; in the stack's own realm, all other roles too."""
    for role in realm.roles:
        name = str(role["name"])
        if name in managed.roles:
            continue
        contained = realm.composites(str(role["id"])) if role.get("composite") else ()
        opens = tuple(
            sorted({managed.roles[str(c["name"])] for c in contained if c["name"] in managed.roles})
        )
        built_in = name in _ROLES or name.casefold() == f"default-roles-{realm.name}".casefold()
        if opens or (managed.server.realm.create and not built_in):
            reaches = (
                f"everyone with it reaches {quoted_list(opens)}"
                if opens
                else "it opens no protected resource"
            )
            risk = Risk.HIGH if opens else Risk.LOW
            yield Appeared("role", name, "", f"{quoted(name)}: {reaches}.", risk, opens)


def members(realm: Realm, managed: Managed) -> Iterator[Appeared]:
    """Yield users and groups to which a managed role was assigned without Pulumi."""
    present = {str(role["name"]) for role in realm.roles}
    for role, key in sorted(managed.roles.items()):
        if role not in present:
            continue
        for kind, members_of_role, label in (
            ("user", realm.users_of(role), "username"),
            ("group", realm.groups_of(role), "path"),
        ):
            unmanaged = [
                member for member in members_of_role if (str(member["id"]), role) not in managed.assignments
            ]
            for member in unmanaged[:MAX_MEMBERS]:
                name = str(member.get(label) or member["id"])
                yield _member(kind, name, role, (key,), f"reaches {key} with the role {quoted(role)}")
            if len(unmanaged) > MAX_MEMBERS:
                yield _member(
                    kind,
                    "…",
                    role,
                    (key,),
                    f"list is incomplete: more than {MAX_MEMBERS} {kind}s reach {key}",
                )


def service_accounts(realm: Realm, managed: Managed) -> Iterator[Appeared]:
    """Yield unmanaged roles of managed service accounts that open no protected resource."""
    for user, client in sorted(managed.service_accounts.items(), key=lambda item: item[1]):
        mappings = realm.roles_of_user(user)
        own = [str(role["name"]) for role in mappings.get("realmMappings") or ()]
        others = [
            f"{owner}/{role['name']}"
            for owner, client_roles in sorted((mappings.get("clientMappings") or {}).items())
            for role in client_roles.get("mappings") or ()
        ]
        default = f"default-roles-{realm.name}".casefold()
        for role in sorted([*(name for name in own if name.casefold() != default), *others]):
            if role not in managed.roles:
                text = f"has the role {quoted(role)} through its service account"
                yield _member("program", client, role, (), text)


def _member(kind: str, name: str, role: str, opens: tuple[str, ...], text: str) -> Appeared:
    member: AppearedKind = "role-member"
    return Appeared(member, name, role, f"The {kind} {quoted(name)} {text}.", Risk.HIGH, opens)
