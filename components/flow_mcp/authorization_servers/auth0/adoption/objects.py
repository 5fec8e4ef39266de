"""The objects of an existing Auth0 tenant that adoption reads, with requests that change nothing.

Sources: https://auth0.com/docs/api/management/v2/clients/get-clients,
https://auth0.com/docs/api/management/v2/resource-servers/get-resource-servers,
https://auth0.com/docs/api/management/v2/client-grants/get-client-grants and
https://auth0.com/docs/api/management/v2/roles/get-role-permission
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import quote

from flow_mcp.authorization_servers.adoption import Report
from flow_mcp.authorization_servers.errors import RightsError
from flow_mcp.authorization_servers.representations import Representation, text

_SECRETS = "client_secret,encryption_key,signing_keys"


class ListApi(Protocol):
    """The requests of `ManagementApi` that change nothing."""

    domain: str

    def listed(self, path: str, permissions: str, **query: Any) -> list[dict[str, Any]]:
        """Return the objects of all pages of a list."""


class Objects:
    """The objects of an Auth0 tenant. Each kind is read on first access. No secret is requested.

    Args:
        api: the Management API.
        report: called with the progress.
    """

    def __init__(self, api: ListApi, report: Report) -> None:
        self._api, self._report = api, report
        self._grants: dict[str, tuple[Representation, ...]] = {}

    @cached_property
    def clients(self) -> Mapping[str, Representation]:
        """All applications, by client ID.

        Raises:
            RightsError: the administrator may read names of applications only.
        """
        self._report("applications")
        listed = self._api.listed("/api/v2/clients", "read:clients", fields=_SECRETS, include_fields="false")
        # Without read:clients, Auth0 lists applications with their ID, type, name and description only.
        if listed and not any("grant_types" in client for client in listed):
            raise RightsError(
                f"The Auth0 tenant {self._api.domain} shows only the names of its applications. Grant "
                "read:clients to the administrator's application."
            )
        return {text(client, "client_id"): client for client in _sorted(listed, "client_id")}

    @cached_property
    def apis(self) -> Mapping[str, Representation]:
        """All APIs, by identifier, which is unique."""
        self._report("APIs")
        listed = self._api.listed("/api/v2/resource-servers", "read:resource_servers")
        return {text(api, "identifier"): api for api in _sorted(listed, "identifier")}

    def grants(self, audience: str) -> tuple[Representation, ...]:
        """Return the client grants for an API, sorted by ID."""
        if audience not in self._grants:
            self._report("client grants")
            listed = self._api.listed("/api/v2/client-grants", "read:client_grants", audience=audience)
            self._grants[audience] = tuple(_sorted(listed, "id"))
        return self._grants[audience]

    def grant(self, audience: str, client_id: str, subject: str) -> Representation | None:
        """Return the grant of a client, which is unique; None if there is none.

        Args:
            audience: identifier of the API.
            client_id: the client; empty for the default grant of all third-party clients.
            subject: `user` or `client`.
        """
        return next(
            (
                grant
                for grant in self.grants(audience)
                if subject_type(grant) == subject and text(grant, "id") and _is_of(grant, client_id)
            ),
            None,
        )

    @cached_property
    def roles(self) -> Mapping[str, Representation]:
        """All roles, by name, which is unique."""
        self._report("roles")
        listed = self._api.listed("/api/v2/roles", "read:roles")
        return {text(role, "name"): role for role in _sorted(listed, "name") if text(role, "id")}

    @cached_property
    def permissions(self) -> Mapping[str, frozenset[tuple[str, str]]]:
        """The permissions of each role as pairs of API identifier and name, by the role's name."""
        permissions: dict[str, frozenset[tuple[str, str]]] = {}
        for number, (name, role) in enumerate(self.roles.items(), start=1):
            self._report(f"role {number} of {len(self.roles)}")
            path = f"/api/v2/roles/{quote(text(role, 'id'), safe='')}/permissions"
            listed = self._api.listed(path, "read:roles")
            permissions[name] = frozenset(
                (text(entry, "resource_server_identifier"), text(entry, "permission_name"))
                for entry in listed
            )
        return permissions


def subject_type(grant: Representation) -> str:
    """Return `user` or `client`, which is the default."""
    return text(grant, "subject_type") or "client"


def _is_of(grant: Representation, client_id: str) -> bool:
    return text(grant, "client_id") == client_id if client_id else bool(text(grant, "default_for"))


def _sorted(objects: Iterable[Representation], key: str) -> list[Representation]:
    return sorted(
        (entry for entry in objects if text(entry, key)), key=lambda entry: (text(entry, key), repr(entry))
    )
