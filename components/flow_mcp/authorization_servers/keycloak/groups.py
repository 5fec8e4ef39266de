"""Groups of a realm, found by name or by path; never by the order in which Keycloak lists them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, realm_path
from flow_mcp.authorization_servers.keycloak.group_paths import Names, path_names, path_of
from flow_mcp.engine.plugin.resource import Properties

_SUGGESTIONS = 5


class Group(Properties):
    """A group that exists.

    Attributes:
        id: Keycloak's.
        path: as a tenant's file would declare it.
    """

    id: str
    path: str


def find(api: AdminApi, realm: str, declared: Iterable[str]) -> dict[str, Group]:
    """The groups that exist in a realm, by what declares them.

    Raises:
        AuthorizationServerError: a group is missing, or more than one has the name.
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
            f"names. {_similar(similar)}"
        )
    if len(matching) > 1:
        raise AuthorizationServerError(
            f"Realm {realm} at Keycloak {api.url} has {len(matching)} groups named {declared}, and "
            "people: {groups: […]} does not say which one. Declare its path: "
            f"{' or '.join(sorted(map(path_of, matching)))}."
        )
    ((names, group_id),) = matching.items()
    return Group(id=group_id, path=path_of(names))


def _similar(groups: Iterable[Names]) -> str:
    paths = sorted(map(path_of, groups))
    if not paths:
        return "Create it, or name a group that exists."
    more = f" and {len(paths) - _SUGGESTIONS} more" if len(paths) > _SUGGESTIONS else ""
    return f"Create it, or name a group that exists, such as {', '.join(paths[:_SUGGESTIONS])}{more}."


def _search(api: AdminApi, realm: str, name: str, *, exact: bool) -> Iterator[tuple[Names, str]]:
    """All groups whose name Keycloak finds, and the groups above them: names and ID.

    Paths that Keycloak returns are not used: whether they escape a slash is the server's configuration.
    """
    found = api.get(realm_path(realm, "groups"), search=name, exact=str(exact).lower())
    yield from _below((), found or ())


def _below(above: Names, groups: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Names, str]]:
    for group in groups:
        names = (*above, str(group["name"]))
        yield names, str(group["id"])
        yield from _below(names, group.get("subGroups") or ())
