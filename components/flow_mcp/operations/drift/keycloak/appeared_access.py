"""Scopes, mappers, gates and roles that are not the stack's, and who has the stack's roles beside it."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.operations.drift.drift import Appeared, AppearedKind
from flow_mcp.operations.drift.keycloak.appeared_clients import audiences, opened
from flow_mcp.operations.drift.keycloak.managed import Managed
from flow_mcp.operations.drift.keycloak.realm import MOST_MEMBERS, Realm, Representation
from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.changes.quoting import quoted, quoted_list

# What Keycloak 26 makes in every realm.
_SCOPES = frozenset(
    {
        *("AuthnContextClassRef", "acr", "address", "basic", "email", "microprofile-jwt", "offline_access"),
        *("organization", "phone", "profile", "role_list", "roles", "saml_organization", "service_account"),
        "web-origins",
    }
)
_ROLES = frozenset({"offline_access", "uma_authorization"})
# Every client of the stack has it as a default scope.
_EVERYWHERE = "basic"
_MAPPERS_EVERYWHERE = frozenset({"auth_time", "sub"})


def scopes(realm: Realm, managed: Managed) -> Iterator[Appeared]:
    """Client scopes: in the stack's own realm all, elsewhere those that open a protected resource."""
    for scope in realm.scopes:
        name, opens = str(scope["name"]), tuple(sorted(opened(scope, managed)))
        if scope["id"] in managed.scopes or name in _SCOPES:
            continue
        if managed.server.realm.create or opens:
            reaches = (
                f"tokens with it open {quoted_list(opens)}" if opens else "it opens no protected resource"
            )
            risk = Risk.HIGH if opens else Risk.LOW
            yield Appeared("client-scope", name, "", f"{quoted(name)}: {reaches}.", risk, opens)


def mappers(realm: Realm, managed: Managed) -> Iterator[Appeared]:
    """Mappers on the stack's scopes and clients and on `basic`; on Keycloak's scopes, those that open one."""
    for scope in realm.scopes:
        name, own = str(scope["name"]), scope["id"] in managed.scopes
        for mapper in scope.get("protocolMappers") or ():
            known = name == _EVERYWHERE and mapper["name"] in _MAPPERS_EVERYWHERE
            opens = tuple(sorted(audiences((mapper,), managed)))
            # The scopes that are somebody else's are told as a whole.
            everywhere = name == _EVERYWHERE and not known
            if mapper["id"] not in managed.mappers and (own or everywhere or (name in _SCOPES and opens)):
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
        f"it opens {quoted_list(opens)}"
        if opens
        else f"it changes tokens ({quoted(str(mapper['protocolMapper']))})"
    )
    risk = Risk.HIGH if opens else Risk.MEDIUM
    return Appeared("mapper", name, within, f"{quoted(name)} on {where}: {what}.", risk, opens)


def gates(realm: Realm, managed: Managed) -> Iterator[Appeared]:
    """Roles, besides the stack's, with which somebody gets the scope of a protected resource."""
    for scope in realm.scopes:
        key = managed.scopes.get(str(scope["id"]))
        # A scope that is open to everyone has no gate: a role narrows it.
        if key is None or not managed.gates.get(str(scope["id"])):
            continue
        found = realm.gates(str(scope["id"]))
        clients = (each.get("mappings") or () for each in (found.get("clientMappings") or {}).values())
        for role in (*(found.get("realmMappings") or ()), *(role for roles in clients for role in roles)):
            if str(role["id"]) not in managed.gates[str(scope["id"])]:
                name = str(role["name"])
                text = f"{quoted(name)}: whoever has this role gets the scope of {key}."
                yield Appeared("gate", name, str(scope["name"]), text, Risk.HIGH, (key,))


def roles(realm: Realm, managed: Managed) -> Iterator[Appeared]:
    """Roles that contain one of the stack's; in its own realm, every other role."""
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
                f"whoever has it reaches {quoted_list(opens)}" if opens else "it gives no protected resource"
            )
            risk = Risk.HIGH if opens else Risk.LOW
            yield Appeared("role", name, "", f"{quoted(name)}: {reaches}.", risk, opens)


def members(realm: Realm, managed: Managed) -> Iterator[Appeared]:
    """Users and groups that have one of the stack's roles, and were not given it by the stack."""
    present = {str(role["name"]) for role in realm.roles}
    for role, key in sorted(managed.roles.items()):
        if role not in present:
            continue
        for kind, found, label in (
            ("user", realm.users_of(role), "username"),
            ("group", realm.groups_of(role), "path"),
        ):
            strangers = [each for each in found if (str(each["id"]), role) not in managed.given]
            for each in strangers[:MOST_MEMBERS]:
                name = str(each.get(label) or each["id"])
                yield _member(kind, name, role, (key,), f"reaches {key} by the role {quoted(role)}")
            if len(strangers) > MOST_MEMBERS:
                yield _member(kind, "…", role, (key,), f"and more than {MOST_MEMBERS} {kind}s reach {key}")


def service_accounts(realm: Realm, managed: Managed) -> Iterator[Appeared]:
    """Roles of the stack's service accounts that it did not give and that open no protected resource."""
    for user, client in sorted(managed.service_accounts.items(), key=lambda each: each[1]):
        found = realm.roles_of_user(user)
        own = [str(role["name"]) for role in found.get("realmMappings") or ()]
        others = [
            f"{owner}/{role['name']}"
            for owner, mappings in sorted((found.get("clientMappings") or {}).items())
            for role in mappings.get("mappings") or ()
        ]
        default = f"default-roles-{realm.name}".casefold()
        for role in sorted([*(name for name in own if name.casefold() != default), *others]):
            if role not in managed.roles:
                text = f"has the role {quoted(role)}, by its service account"
                yield _member("program", client, role, (), text)


def _member(kind: str, name: str, role: str, opens: tuple[str, ...], text: str) -> Appeared:
    member: AppearedKind = "role-member"
    return Appeared(member, name, role, f"The {kind} {quoted(name)} {text}.", Risk.HIGH, opens)
