"""The content of an existing Entra tenant, read with requests that change nothing.

Sources: https://learn.microsoft.com/graph/api/resources/application and …/serviceprincipal
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from flow_mcp.authorization_servers.errors import RightsError
from flow_mcp.authorization_servers.representations import Representation, mapping, objects, text
from flow_mcp.declaration.entra_tenants import GUID

_LISTED = "id,appId,displayName,notes,identifierUris,requiredResourceAccess"
_PAGE = "999"


class ReadApi(Protocol):
    """The requests of `GraphApi`."""

    def find(self, path: str, **parameters: str) -> Representation | None:
        """Return the object at `path`; None if there is none."""

    def listed(self, path: str, **parameters: str) -> Iterator[Representation]:
        """Yield the objects of the collection at `path`."""


@dataclass(frozen=True)
class Content:
    """An existing Entra tenant. Each part is read on first access.

    Attributes:
        api: Microsoft Graph.
        cache: the objects that were read, which another connection can use.
    """

    api: ReadApi
    cache: dict[str, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def applications(self) -> Mapping[str, Representation]:
        """All app registrations by client ID, with the properties that tell whose they are."""
        applications = self.api.listed("/v1.0/applications", select=_LISTED, top=_PAGE)
        valid = (app for app in applications if is_guid(text(app, "id")) and is_guid(text(app, "appId")))
        return {text(app, "appId"): app for app in sorted(valid, key=lambda app: text(app, "appId"))}

    def application(self, client_id: str) -> Representation:
        """Return an app registration with its owners and all properties that the azuread provider reads."""
        return self.application_by_id(text(self.applications[client_id], "id"))

    def application_by_id(self, object_id: str) -> Representation:
        """Return an app registration by its object ID; without properties if it does not exist."""
        key = f"application {object_id}"
        if key not in self.cache:
            path = f"/v1.0/applications/{object_id}"
            application = self.api.find(path) or {}
            # Version 1.0 does not return this property, which the azuread provider reads too.
            beta = self.api.find(f"/beta/applications/{object_id}", select="oauth2RequirePostResponse") or {}
            owners = self._owners(path)
            required = beta.get("oauth2RequirePostResponse")
            self.cache[key] = {**application, "oauth2RequirePostResponse": required, "owners": owners}
        result: Representation = self.cache[key]
        return result

    def principal(self, client_id: str) -> Representation | None:
        """Return the service principal of a client ID, with its owners; None if there is none."""
        return self._principal(f"/v1.0/servicePrincipals(appId='{client_id}')")

    def principal_by_id(self, object_id: str) -> Representation | None:
        """Return a service principal by its object ID; None if there is none."""
        return self._principal(f"/v1.0/servicePrincipals/{object_id}") if is_guid(object_id) else None

    def assigned_to(self, principal: Representation | None) -> tuple[Representation, ...]:
        """Return the assignments of people, groups and programs to a service principal, by principal."""
        if principal is None:
            return ()
        path = f"/v1.0/servicePrincipals/{text(principal, 'id')}/appRoleAssignedTo"
        return self._list(path, ("principalId", "appRoleId", "id"))

    def grants_for(self, principal: Representation | None) -> tuple[Representation, ...] | None:
        """Return the delegated permissions that were granted for an API; None if they may not be read."""
        if principal is None:
            return ()
        query = f"resourceId eq '{text(principal, 'id')}'"
        try:
            return self._list("/v1.0/oauth2PermissionGrants", ("clientId", "id"), filter=query)
        except RightsError:
            return None

    def federated_credentials(self, client_id: str) -> tuple[Representation, ...]:
        """Return the federated credentials of an app registration, by name."""
        return self.federated_credentials_by_id(text(self.applications[client_id], "id"))

    def federated_credentials_by_id(self, object_id: str) -> tuple[Representation, ...]:
        """Return the federated credentials of an app registration by its object ID, by name."""
        path = f"/v1.0/applications/{object_id}/federatedIdentityCredentials"
        return self._list(path, ("name", "id"))

    def _principal(self, path: str) -> Representation | None:
        if path not in self.cache:
            principal = self.api.find(path)
            if principal is not None and is_guid(text(principal, "id")):
                owners = self._owners(f"/v1.0/servicePrincipals/{text(principal, 'id')}")
                self.cache[path] = {**principal, "owners": owners}
            else:
                self.cache[path] = None
        result: Representation | None = self.cache[path]
        return result

    def _owners(self, path: str) -> list[str]:
        owners = self._list(f"{path}/owners", ("id",), select="id")
        return [text(owner, "id") for owner in owners if text(owner, "id")]

    def _list(self, path: str, order: tuple[str, ...], **parameters: str) -> tuple[Representation, ...]:
        key = f"{path} {parameters.get('filter', '')}"
        if key not in self.cache:
            entries = [*self.api.listed(path, **parameters)]
            # Graph returns collections in no defined order.
            self.cache[key] = tuple(sorted(entries, key=lambda entry: [text(entry, name) for name in order]))
        result: tuple[Representation, ...] = self.cache[key]
        return result


def is_guid(value: str) -> bool:
    """Return whether a text is a GUID, and so can be part of a path."""
    return GUID.fullmatch(value) is not None


def scopes_of(application: Representation) -> tuple[Representation, ...]:
    """Return the delegated permissions that an application defines, by value."""
    return _by_value(objects(mapping(application, "api"), "oauth2PermissionScopes"))


def roles_of(application: Representation) -> tuple[Representation, ...]:
    """Return the app roles that an application defines, by value."""
    return _by_value(objects(application, "appRoles"))


def _by_value(permissions: tuple[Representation, ...]) -> tuple[Representation, ...]:
    return tuple(sorted(permissions, key=lambda entry: (text(entry, "value"), text(entry, "id"))))
