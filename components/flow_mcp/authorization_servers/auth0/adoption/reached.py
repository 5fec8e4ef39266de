"""Which protected resources of a tenant an Auth0 application reaches, by its client grants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flow_mcp.authorization_servers.adoption import AdoptionRequest
from flow_mcp.authorization_servers.auth0.adoption.objects import Objects, subject_type
from flow_mcp.authorization_servers.representations import Representation, mapping, text
from flow_mcp.authorization_servers.resource_urls import is_inexact, resource_key

_SUBJECTS = {"client": "for itself", "user": "for people"}


@dataclass(frozen=True)
class Reached:
    """APIs of the Flow instance for which an application has a client grant.

    Attributes:
        resources: for whom each protected resource is granted, by the resource's key.
        inexact: for whom each API is granted whose identifier is no URL of an environment's MCP server.
    """

    resources: Mapping[str, str]
    inexact: Mapping[str, str]


class TenantApis:
    """The tenant's APIs in an Auth0 tenant.

    Attributes:
        by_key: the API of each protected resource, by the resource's key.

    Args:
        request: the tenant.
        objects: the objects of the Auth0 tenant.
    """

    def __init__(self, request: AdoptionRequest, objects: Objects) -> None:
        self.by_key: dict[str, Representation] = {}
        inexact: list[str] = []
        for identifier, api in objects.apis.items():
            if key := resource_key(request, identifier):
                self.by_key[key] = api
            elif is_inexact(request, identifier):
                inexact.append(identifier)
        identifiers = {text(api, "identifier"): key for key, api in self.by_key.items()}
        self._resources: dict[str, dict[str, str]] = {}
        self._inexact: dict[str, dict[str, str]] = {}
        for identifier in (*identifiers, *inexact):
            by_client = self._resources if identifier in identifiers else self._inexact
            name = identifiers.get(identifier, identifier)
            for grant in objects.grants(identifier):
                subjects = by_client.setdefault(text(grant, "client_id"), {})
                subject = _SUBJECTS.get(subject_type(grant), "")
                subjects[name] = " and ".join(filter(None, sorted({subjects.get(name, ""), subject})))

    def reached_by(self, client_id: str) -> Reached:
        """Return the APIs for which an application has a client grant."""
        resources, inexact = self._resources.get(client_id, {}), self._inexact.get(client_id, {})
        return Reached(dict(sorted(resources.items())), dict(sorted(inexact.items())))

    def open_to_people(self) -> tuple[str, ...]:
        """Return the keys of the resources that every application reaches for people, without a grant."""
        return tuple(sorted(key for key, api in self.by_key.items() if user_policy(api) == "allow_all"))


def user_policy(api: Representation) -> str:
    """Return which applications get tokens of people; Auth0's default is `allow_all`."""
    return text(mapping(mapping(api, "subject_type_authorization"), "user"), "policy") or "allow_all"
