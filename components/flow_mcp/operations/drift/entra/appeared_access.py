"""Unmanaged access to the tenant's APIs: assignments, preauthorizations, grants, scopes and app roles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from flow_mcp.authorization_servers.entra import permissions
from flow_mcp.authorization_servers.entra.adoption.content import is_guid, roles_of, scopes_of
from flow_mcp.authorization_servers.representations import Representation, mapping, objects, text, texts
from flow_mcp.declaration.sign_in_paths import admitted
from flow_mcp.operations.drift.drift import Appeared, AppearedKind
from flow_mcp.operations.drift.entra.api import Api
from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.changes.quoting import quoted, quoted_list
from flow_mcp.settings import Grant


def assignments(api: Api) -> Iterator[Appeared]:
    """Yield the app roles of an API that were assigned to programs, users and groups without Pulumi."""
    at = text(api.principal or {}, "id")
    for entry in api.content.assigned_to(api.principal):
        principal_id, role_id = text(entry, "principalId"), text(entry, "appRoleId")
        if (at, principal_id, role_id) in api.managed.assignments:
            continue
        if text(entry, "principalType") == "ServicePrincipal":
            yield from _program(api, entry)
        else:
            yield from _person(api, entry)


def preauthorizations(api: Api) -> Iterator[Appeared]:
    """Yield the applications that were preauthorized for an API without Pulumi."""
    scope = permissions.scope(api.managed.declaration, api.resource)
    scope_ids = {
        text(entry, "id") for entry in scopes_of(api.application) if text(entry, "value") == scope.value
    }
    for entry in objects(mapping(api.application, "api"), "preAuthorizedApplications"):
        client_id = text(entry, "appId")
        reaches = bool(scope_ids.intersection(texts(entry, "delegatedPermissionIds")))
        if (api.object_id, client_id) in api.managed.preauthorizations or (
            reaches and api.managed.declares(client_id, api.key, Grant.AUTHORIZATION_CODE)
        ):
            continue
        named = _named(client_id, api.content.principal(client_id) if is_guid(client_id) else None)
        sentence = (
            f"The application {named} reaches {api.key} for people, without their consent."
            if reaches
            else f"The application {named} is preauthorized for other scopes of {api.key}. They open nothing."
        )
        yield _access("preauthorization", client_id, api, sentence, opens=reaches)


def grants(api: Api) -> tuple[Appeared, ...] | None:
    """Return the delegated permissions that were granted for an API; None if they may not be read."""
    entries = api.content.grants_for(api.principal)
    if entries is None:
        return None
    counted = Counter(
        (
            text(entry, "clientId"),
            text(entry, "consentType") == "AllPrincipals",
            tuple(sorted(set(text(entry, "scope").split()))),
        )
        for entry in entries
    )
    return tuple(
        grant
        for (principal_id, everyone, scopes), number in counted.items()
        for grant in _grant(api, principal_id, scopes, "everyone" if everyone else _users(number))
    )


def added_permissions(api: Api) -> Iterator[Appeared]:
    """Yield scopes and app roles that were added to an API whose stack keeps those at the server.

    For other APIs, the property of the application is drift.
    """
    state = api.managed.applications[api.key]
    in_state = {
        "api": objects(mapping(state.before, "api"), "oauth2PermissionScopes"),
        "appRoles": objects(state.before, "appRoles"),
    }
    if "api" not in state.changed:
        for scope in _added(scopes_of(api.application), in_state["api"]):
            name = text(scope, "value") or text(scope, "id")
            sentence = f"The scope {quoted(name)} of {api.key} opens nothing: the runtime does not read it."
            yield _access("scope", name, api, sentence, opens=False)
    if "appRoles" not in state.changed:
        for role in _added(roles_of(api.application), in_state["appRoles"]):
            name = text(role, "value") or text(role, "id")
            sentence = (
                f"The app role {quoted(name)} of {api.key} opens nothing: the runtime does not read it."
            )
            yield _access("app-role", name, api, sentence, opens=False)


def _added(
    at_server: tuple[Representation, ...], in_state: tuple[Representation, ...]
) -> Iterator[Representation]:
    known = {text(entry, "id") for entry in in_state}
    yield from (entry for entry in at_server if text(entry, "id") not in known)


def _program(api: Api, assignment: Representation) -> Iterator[Appeared]:
    principal_id, role = text(assignment, "principalId"), _role(api, assignment)
    principal = api.content.principal_by_id(principal_id) or {}
    client_id = text(principal, "appId") or principal_id
    reaches = role == permissions.program_role(api.managed.declaration, api.resource).value
    if reaches and api.managed.declares(client_id, api.key, Grant.CLIENT_CREDENTIALS):
        return
    named = _named(client_id, principal or {"displayName": assignment.get("principalDisplayName")})
    sentence = (
        f"The program {named} reaches {api.key} with the app role {quoted(role)}."
        if reaches
        else f"The program {named} has the app role {quoted(role)} of {api.key}, which opens nothing."
    )
    yield _access("app-role-assignment", client_id, api, sentence, opens=reaches)


def _person(api: Api, assignment: Representation) -> Iterator[Appeared]:
    """Yield the assignment of a user or group. Entra admits the assigned people, whichever role they have."""
    principal_id, role = text(assignment, "principalId"), _role(api, assignment)
    people, tenant = admitted(api.managed.declaration, api.resource), api.managed.declaration.tenant
    if principal_id in people.groups and tenant.leaves("AppRoleAssignment", f"{api.key}:{principal_id}"):
        return
    at = text(api.principal or {}, "id")
    assigned = {principal for resource, principal, _ in api.managed.assignments if resource == at}
    is_new = not people.everyone and principal_id not in assigned
    kind = "group" if text(assignment, "principalType") == "Group" else "user"
    named = _named(principal_id, {"displayName": assignment.get("principalDisplayName")})
    sentence = (
        f"The {kind} {named} reaches {api.key} with the app role {quoted(role)}."
        if is_new
        else f"The {kind} {named} also has the app role {quoted(role)} of {api.key}, and reaches it anyway."
    )
    yield _access("app-role-assignment", principal_id, api, sentence, opens=is_new)


def _grant(api: Api, principal_id: str, scopes: tuple[str, ...], people: str) -> Iterator[Appeared]:
    principal = api.content.principal_by_id(principal_id) or {}
    client_id = text(principal, "appId") or principal_id
    reaches = permissions.scope(api.managed.declaration, api.resource).value in scopes
    if reaches and api.managed.declares(client_id, api.key, Grant.AUTHORIZATION_CODE):
        return
    noun = "the scope" if len(scopes) == 1 else "the scopes"
    named, rights = _named(client_id, principal), f"{noun} {quoted_list(scopes)}" if scopes else "no scope"
    sentence = (
        f"The application {named} reaches {api.key} for {people} with {rights}."
        if reaches
        else f"The application {named} has {rights} of {api.key} for {people}, which opens nothing."
    )
    yield _access("delegated-permission", client_id, api, sentence, opens=reaches)


def _access(kind: AppearedKind, name: str, api: Api, sentence: str, *, opens: bool) -> Appeared:
    risk = Risk.HIGH if opens else Risk.LOW
    return Appeared(kind, name, api.key, sentence, risk, (api.key,) if opens else ())


def _role(api: Api, assignment: Representation) -> str:
    """Return the value of the assigned role, or its ID if the API does not define it."""
    role_id = text(assignment, "appRoleId")
    values = (text(role, "value") for role in roles_of(api.application) if text(role, "id") == role_id)
    return next(values, "") or role_id


def _named(object_id: str, named: Representation | None) -> str:
    name = text(named or {}, "displayName")
    return f"{quoted(object_id)} ({quoted(name)})" if name else quoted(object_id)


def _users(number: int) -> str:
    return "1 user" if number == 1 else f"{number} users"
