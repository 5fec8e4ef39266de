"""Finds groups of a realm by name or path, independently of the order in which Keycloak lists them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, realm_path
from flow_mcp.authorization_servers.keycloak.group_paths import Group, Names, group_path, path_names

_MAXIMUM_SUGGESTIONS = 5


def find(api: AdminApi, realm: str, declared: Iterable[str]) -> dict[str, Group]:
    """Return the groups of a realm by the name or path under which they are declared.

    Raises:
        AuthorizationServerError: a group is missing, or several groups have the name.
    """
    return {group: _find(api, realm, group) for group in sorted(declared)}


def _find(api: AdminApi, realm: str, declared: str) -> Group:
    path = path_names(declared)
    name = declared if path is None else path[-1]
    matching = {
        names: group_id
        for names, group_id in _search(api, realm, name, exact=True)
        if names[-1] == name and path in {None, names}
    }
    if not matching:
        similar = {names for names, _ in _search(api, realm, name, exact=False) if name in names[-1]}
        raise AuthorizationServerError(
            f"Realm {realm} at Keycloak {api.url} has no group {declared}, which people: {{groups: […]}} "
            f"declares. {_suggestion(similar)}"
        )
    if len(matching) > 1:
        raise AuthorizationServerError(
            f"Realm {realm} at Keycloak {api.url} has {len(matching)} groups named {declared}, so "
            "people: {groups: […]} is ambiguous. Declare its path: "
            f"{' or '.join(sorted(map(group_path, matching)))}."
        )
    ((names, group_id),) = matching.items()
    return Group(id=group_id, path=group_path(names))


def _suggestion(groups: Iterable[Names]) -> str:
    paths = sorted(map(group_path, groups))
    if not paths:
        return "Create it, or declare an existing group."
    more = f" and {len(paths) - _MAXIMUM_SUGGESTIONS} more" if len(paths) > _MAXIMUM_SUGGESTIONS else ""
    suggested = ", ".join(paths[:_MAXIMUM_SUGGESTIONS])
    return f"Create it, or declare an existing group, such as {suggested}{more}."


def _search(api: AdminApi, realm: str, name: str, *, exact: bool) -> Iterator[tuple[Names, str]]:
    """Yield the names and ID of all groups that Keycloak's search returns, parent groups included.

    The paths in Keycloak's response are not used: the server's configuration decides whether they escape a
    slash.
    """
    groups = api.get(realm_path(realm, "groups"), search=name, exact=str(exact).lower())
    yield from _flattened((), groups or ())


def _flattened(parent: Names, groups: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Names, str]]:
    for group in groups:
        names = (*parent, str(group["name"]))
        yield names, str(group["id"])
        yield from _flattened(names, group.get("subGroups") or ())
