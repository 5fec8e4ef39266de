"""Which people reach a tenant's protected resources today, by the assignments of groups to the APIs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flow_mcp.authorization_servers.entra.adoption.apis import Api
from flow_mcp.authorization_servers.entra.adoption.content import is_guid
from flow_mcp.authorization_servers.joined_resources import joined_resources
from flow_mcp.authorization_servers.representations import text


class PeopleOfResources:
    """The people of each protected resource.

    Entra admits people to an API, whichever client they use. All clients of people with access to the same
    resource must therefore declare the same people. Resources that a client joins get the people of all.

    Args:
        apis: the APIs by key of the protected resource.
        access: the resource keys of each client of people.
    """

    def __init__(self, apis: Mapping[str, Api], access: Sequence[Sequence[str]]) -> None:
        self._apis = apis
        self._joined = joined_resources(access)

    def of(self, keys: Sequence[str]) -> tuple[Any, tuple[str, ...]]:
        """Return the value of `people` of a client, and remarks about it.

        Args:
            keys: the keys of the resources of the client's access list.
        """
        joined = sorted({key for name in keys for key in self._joined.get(name, ())})
        apis = [self._apis[key] for key in joined if key in self._apis]
        if not apis:
            return "none", ("No application of its resources exists, so its people are not known.",)
        if any(api.principal is not None and not api.requires_assignment for api in apis):
            return "everyone", ()
        groups = {
            text(assignment, "principalId"): text(assignment, "principalDisplayName")
            for api in apis
            for assignment in api.assigned("Group")
            if is_guid(text(assignment, "principalId"))
        }
        if not groups:
            return "none", ()
        named = ", ".join(f"{name} ({object_id})" for object_id, name in sorted(groups.items()))
        return {"groups": sorted(groups)}, (f"Its people are the groups {named}.",)
