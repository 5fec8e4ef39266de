"""Which people reach a tenant's protected resources today, by the roles with permissions of their APIs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flow_mcp.authorization_servers.auth0 import names
from flow_mcp.authorization_servers.auth0.adoption.objects import Objects
from flow_mcp.authorization_servers.auth0.adoption.reached import user_policy
from flow_mcp.authorization_servers.joined_resources import joined_resources
from flow_mcp.authorization_servers.representations import Representation, flag, objects, text


class PeopleOfResources:
    """The people of each protected resource.

    Auth0 admits people by API, not by application. All clients of people with access to the same resource
    must therefore declare the same people. Resources that a client joins get the people of all of them.

    Args:
        objects: the objects of the Auth0 tenant.
        apis: the API of each resource, by the resource's key.
        access: the resource keys of each client of people.
    """

    def __init__(
        self, objects: Objects, apis: Mapping[str, Representation], access: Sequence[Sequence[str]]
    ) -> None:
        self._objects, self._apis = objects, apis
        self._joined = joined_resources(access)

    def of(self, keys: Sequence[str]) -> tuple[Any, tuple[str, ...]]:
        """Return the value of `people` of a client, and remarks about what it does not express.

        Args:
            keys: the keys of the resources of the client's access list, at least one.
        """
        joined = sorted(self._joined[keys[0]])
        open_apis = [self._apis[key] for key in joined if key in self._apis]
        open_apis = [api for api in open_apis if user_policy(api) != "deny_all"]
        if not open_apis:
            return "none", ("No API of its resources admits people, so its people are not known.",)
        if not all(flag(api, "enforce_policies") for api in open_apis):
            return "everyone", ()
        admitted, others = self._roles(open_apis)
        remarks: list[str] = []
        if others:
            remarks.append(
                f"The roles {', '.join(others)} have only other permissions of its resources' APIs, and are "
                "not declared."
            )
        if not admitted:
            remarks.append("No role has a permission of its resources' APIs. Auth0 admits users by role.")
            return "none", tuple(remarks)
        if len({self._roles([api])[0] for api in open_apis}) > 1:
            remarks.append(
                "Its resources are declared with the same people, because clients reach them together."
            )
        return {"groups": list(admitted)}, tuple(remarks)

    def _roles(self, apis: Sequence[Representation]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the roles that admit people to APIs, and the other roles with permissions of them, sorted.

        A role admits with the permission that the stack manages, or with any if the API does not have it.
        """
        admitted: set[str] = set()
        others: set[str] = set()
        for api in apis:
            has_scope = names.SCOPE in {text(scope, "value") for scope in objects(api, "scopes")}
            for name, permissions in self._objects.permissions.items():
                of_api = {value for audience, value in permissions if audience == text(api, "identifier")}
                if names.SCOPE in of_api or (of_api and not has_scope):
                    admitted.add(name)
                elif of_api:
                    others.add(name)
        return tuple(sorted(admitted)), tuple(sorted(others - admitted))
