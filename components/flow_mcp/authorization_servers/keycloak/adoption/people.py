"""Which people reach a tenant's protected resources today, by the roles that gate the realm's scopes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flow_mcp.authorization_servers.errors import RightsError
from flow_mcp.authorization_servers.joined_resources import joined_resources
from flow_mcp.authorization_servers.keycloak.adoption.admitting_roles import admitting_roles
from flow_mcp.authorization_servers.keycloak.adoption.realm import Realm


class PeopleOfResources:
    """The people of each protected resource.

    Keycloak gates a scope, not a client. All clients of people with access to the same resource must
    therefore declare the same people. Resources that a client joins get the people of all of them.

    Args:
        realm: the realm.
        scopes: the names of the scopes that add a resource's audience, by the resource's key.
        access: the resource keys of each client of people.
    """

    def __init__(
        self, realm: Realm, scopes: Mapping[str, Sequence[str]], access: Sequence[Sequence[str]]
    ) -> None:
        self._realm, self._scopes = realm, scopes
        self._joined = joined_resources(access)

    def of(self, keys: Sequence[str]) -> tuple[Any, tuple[str, ...]]:
        """Return the value of `people` of a client, and remarks about what it does not express.

        Args:
            keys: the keys of the resources of the client's access list, at least one.
        """
        gates = {
            scope: self._realm.gate(self._realm.scopes[scope])
            for key in sorted(self._joined[keys[0]])
            for scope in self._scopes.get(key, ())
        }
        if not all(gates.values()):
            return "everyone", ()
        if not gates:
            return "none", ("No scope adds the audience of its resources, so its people are not known.",)
        roles = {role: path for gate in gates.values() for role, path in gate.items()}
        remark = (
            f"The roles {', '.join(sorted(roles))} gate its scopes. They stay; the stack does not manage "
            "them."
        )
        admitting = admitting_roles(self._realm, roles)
        remarks = [remark]
        if further := sorted(admitting.keys() - roles.keys()):
            remarks.append(
                f"The roles {', '.join(further)} admit people too, because they contain one of these roles "
                "or are contained in one."
            )
        if self._realm.default_role in admitting:
            return "everyone", (*remarks, f"Every user has the role {self._realm.default_role}.")
        try:
            groups = sorted({group for path in admitting.values() for group in self._realm.groups_of(path)})
            has_people = any(map(self._realm.has_people, admitting.values()))
        except RightsError:
            return "none", (*remarks, "The administrator may not read the groups with these roles.")
        if has_people:
            remarks.append(
                "People have these roles directly too, and a tenant's file declares groups. They keep them, "
                "and are not managed."
            )
        return ({"groups": groups} if groups else "none"), tuple(remarks)
