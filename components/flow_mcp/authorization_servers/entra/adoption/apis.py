"""The applications of an Entra tenant that are APIs of the tenant's protected resources."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pydantic import TypeAdapter

from flow_mcp.authorization_servers.adoption import AdoptionRequest
from flow_mcp.authorization_servers.declarable import is_declarable
from flow_mcp.authorization_servers.entra import names
from flow_mcp.authorization_servers.entra.adoption.content import Content, roles_of, scopes_of
from flow_mcp.authorization_servers.entra.adoption.provider_limits import refused_by_provider
from flow_mcp.authorization_servers.entra.declaration import Entra, IdentifierUri, PermissionName
from flow_mcp.authorization_servers.representations import Representation, flag, text, texts
from flow_mcp.authorization_servers.resource_urls import resource_key, resource_url
from flow_mcp.declaration.declaration import ResourceDeclared

_NOTES = re.compile(r"Made by flow-mcp for the Flow tenant (\S{1,80}); changes made here are undone\.")
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_URI: TypeAdapter[Any] = TypeAdapter(IdentifierUri)
_PERMISSION: TypeAdapter[Any] = TypeAdapter(PermissionName)


@dataclass(frozen=True)
class Api:
    """An existing application of one protected resource.

    Attributes:
        resource: the protected resource.
        uri: its Application ID URI that names the resource.
        client_id: its client ID.
        content: the Entra tenant.
    """

    resource: ResourceDeclared
    uri: str
    client_id: str
    content: Content

    @property
    def key(self) -> str:
        """Key of the protected resource."""
        return self.resource.key

    @cached_property
    def application(self) -> Representation:
        """The app registration."""
        return self.content.application(self.client_id)

    @cached_property
    def principal(self) -> Representation | None:
        """The service principal; None if there is none."""
        return self.content.principal(self.client_id)

    @cached_property
    def scope(self) -> Representation | None:
        """The scope of people's clients: `mcp.access`, or the only one; None if that is ambiguous."""
        return _chosen(scopes_of(self.application), names.SCOPE)

    @cached_property
    def program_role(self) -> Representation | None:
        """The role of programs: `mcp.program`, or the only one for applications."""
        return _chosen(self._roles("Application"), names.PROGRAM_ROLE)

    @cached_property
    def person_role(self) -> Representation | None:
        """The role of people: `mcp.person`, or the only one for users that is not the role of programs."""
        roles = (role for role in self._roles("User") if role is not self.program_role)
        return _chosen([*roles], names.PERSON_ROLE)

    @property
    def requires_assignment(self) -> bool:
        """Whether only assigned people and programs get tokens."""
        return self.principal is not None and flag(self.principal, "appRoleAssignmentRequired")

    def assigned(self, principal_type: str) -> tuple[Representation, ...]:
        """Return the assignments of a type of principal: `Group`, `ServicePrincipal` or `User`."""
        assignments = self.content.assigned_to(self.principal)
        return tuple(entry for entry in assignments if text(entry, "principalType") == principal_type)

    def _roles(self, member: str) -> tuple[Representation, ...]:
        return tuple(
            role for role in roles_of(self.application) if member in texts(role, "allowedMemberTypes")
        )


@dataclass(frozen=True)
class Apis:
    """The APIs of a tenant.

    Attributes:
        by_key: the applications that the stack can take over, by key of the protected resource.
        client_ids: client IDs of all applications that name a protected resource.
        remarks: what the stack cannot take over, and why; one sentence each.
    """

    by_key: Mapping[str, Api]
    client_ids: frozenset[str]
    remarks: tuple[str, ...]


def apis_of(request: AdoptionRequest, entra: Entra, content: Content) -> Apis:
    """Return the tenant's APIs. The stack takes over an application only if it is the resource's only one."""
    claimed: dict[str, dict[str, str]] = {}
    remarks: list[str] = []
    for client_id, application in content.applications.items():
        keys = {
            key: uri for uri in texts(application, "identifierUris") if (key := _key(request, entra, uri))
        }
        for key, uri in keys.items():
            claimed.setdefault(key, {})[client_id] = uri
    for key, declared in sorted((entra.apis or {}).items()):
        if declared.identifier_uri and key not in claimed:
            remarks.append(
                f"No application has the Application ID URI {declared.identifier_uri}, which is declared for "
                f"{key}."
            )
    by_key: dict[str, Api] = {}
    for key, uris in sorted(claimed.items()):
        problem = _problem(request, content, claimed, key)
        if problem:
            remarks.append(f"{problem} The stack does not take it over.")
            continue
        ((client_id, uri),) = uris.items()
        by_key[key] = Api(_resource(request, key), uri, client_id, content)
    client_ids = frozenset(client_id for uris in claimed.values() for client_id in uris)
    return Apis(by_key, client_ids, tuple(remarks))


def _problem(
    request: AdoptionRequest, content: Content, claimed: Mapping[str, Mapping[str, str]], key: str
) -> str:
    """Return why no application of a resource can be taken over; empty if one can."""
    shown = {client_id: text(content.applications[client_id], "displayName") for client_id in claimed[key]}
    listed = ", ".join(f"{name} ({client_id})" for client_id, name in sorted(shown.items()))
    if len(claimed[key]) > 1:
        return f"{len(shown)} applications are APIs of {key}: {listed}."
    (client_id,) = claimed[key]
    shared = sorted(other for other, uris in claimed.items() if client_id in uris)
    if len(shared) > 1:
        return (
            f"The application {listed} is the API of {', '.join(shared)}: a token for one of them is valid "
            "for the others."
        )
    if not is_declarable(_URI, claimed[key][client_id]):
        return f"The Application ID URI of {listed} cannot be declared in a tenant's file."
    owner = owner_of(content.applications[client_id])
    if owner:
        return f"The application {listed} of {key} was created by {owner_text(owner, request)}."
    if refused := refused_by_provider(content.application(client_id)):
        return f"The application {listed} of {key} has {refused}, which the azuread plugin rejects."
    return ""


def owner_of(application: Representation) -> str:
    """Return the Flow tenant whose stack created an application, from its notes; empty if none did."""
    match = _NOTES.fullmatch(text(application, "notes"))
    return match[1] if match else ""


def owner_text(owner: str, request: AdoptionRequest) -> str:
    """Return whose stack created an application, in words."""
    return "this tenant's stack" if owner == request.tenant_id else f"the stack of the tenant {owner}"


def _key(request: AdoptionRequest, entra: Entra, uri: str) -> str | None:
    """Return the key of the protected resource that an Application ID URI names; None if it names none."""
    for declared_key, declared in (entra.apis or {}).items():
        if declared.identifier_uri == uri:
            return declared_key
    key = resource_key(request, uri)
    if key is not None:
        return key
    instance = re.sub(r"[^A-Za-z0-9-]+", ".", request.flow_server.partition("://")[2])
    prefix = f"api://{entra.tenant_id}/flow-mcp.{instance}.{request.tenant_id}."
    workspace, _, environment = uri.removeprefix(prefix).partition(".")
    if uri.startswith(prefix) and _PART.fullmatch(workspace) and _PART.fullmatch(environment):
        return f"{workspace}/{environment}"
    return None


def _resource(request: AdoptionRequest, key: str) -> ResourceDeclared:
    workspace, _, environment = key.partition("/")
    return ResourceDeclared(workspace, environment, resource_url(request, key))


def _chosen(permissions: Sequence[Representation], own: str) -> Representation | None:
    """Return the permission with the stack's value, or else the only enabled one with a valid value."""
    enabled = [
        entry
        for entry in permissions
        if flag(entry, "isEnabled") and is_declarable(_PERMISSION, text(entry, "value"))
    ]
    preferred = [entry for entry in enabled if text(entry, "value") == own]
    candidates = preferred or enabled
    return candidates[0] if len(candidates) == 1 else None
