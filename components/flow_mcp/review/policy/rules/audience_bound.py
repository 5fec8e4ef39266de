"""FLOWMCP-009: each audience belongs to one protected resource."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from flow_mcp.authorization_servers.keycloak import names
from flow_mcp.review.policy.references import keycloak, mcp, rfc
from flow_mcp.review.policy.resources.component import made_by_component, of_type
from flow_mcp.review.policy.resources.properties import judged
from flow_mcp.review.policy.resources.property_paths import EACH, Places, below, found, in_document
from flow_mcp.review.policy.resources.types import (
    KEYCLOAK_AUDIENCE,
    KEYCLOAK_CLIENT_SCOPE,
    KEYCLOAK_DEFAULT_SCOPES,
    KEYCLOAK_MAPPER,
    KEYCLOAK_OPTIONAL_SCOPES,
    KEYCLOAK_REALM,
    KEYCLOAK_REALM_DEFAULT_SCOPES,
)
from flow_mcp.review.policy.resources.values import at
from flow_mcp.review.policy.rule import SETTINGS, Context, Resource, Rule, Severity, Unknown, Violation

_DEFAULTS: Places = {
    KEYCLOAK_DEFAULT_SCOPES: (("defaultScopes", EACH),),
    KEYCLOAK_REALM_DEFAULT_SCOPES: (("defaultScopes", EACH),),
    KEYCLOAK_REALM: (("defaultDefaultClientScopes", EACH),),
}
_UNREQUESTED_AUDIENCE = "adds the audience of a protected resource to tokens that did not request it"
_SHARED = "is also the audience of another protected resource, which accepts the same tokens"
_AUDIENCES = ("protectedResources", EACH, "authorizationServers", EACH)


def _settings_document(*audiences: str) -> Resource:
    resources = [
        {"authorizationServers": [{"authority": "https://id.acme.example", "audiences": [audience]}]}
        for audience in audiences
    ]
    return Resource(SETTINGS, outputs={"settings": json.dumps({"protectedResources": resources})})


class AudienceBound(Rule):
    """Require separate audiences for each protected resource.

    A server could replay the tokens that it receives at every other resource with the same audience.
    """

    id = "FLOWMCP-009"
    severity = Severity.HIGH
    message = (
        "Each protected resource must have its own audiences, and only tokens requested for it may contain "
        "them."
    )
    remedy = (
        "Give each resource its own audience. At Keycloak, add it with a mapper on an optional client scope."
    )
    references = (
        rfc(9700, "2.3"),
        rfc(8707, "2"),
        mcp("Token Audience Binding and Validation"),
        keycloak("Audience support", "audience-support"),
    )
    good = (
        _settings_document("https://acme.example/test", "https://acme.example/production"),
        Resource(
            KEYCLOAK_AUDIENCE, inputs={"clientScopeId": "1", "includedCustomAudience": "https://a.example"}
        ),
        Resource(KEYCLOAK_DEFAULT_SCOPES, inputs={"defaultScopes": ["basic"]}),
    )
    bad = (
        _settings_document("https://acme.example", "https://acme.example"),
        Resource(KEYCLOAK_AUDIENCE, inputs={"clientId": "1", "includedCustomAudience": "https://a.example"}),
        Resource(KEYCLOAK_DEFAULT_SCOPES, inputs={"defaultScopes": ["flow-mcp/acme/456/test"]}),
        Resource(KEYCLOAK_REALM_DEFAULT_SCOPES, inputs={"defaultScopes": ["flow-mcp/acme/456/test"]}),
    )

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        yield from _shared_audiences(resource)
        for path, scope in found(resource, _DEFAULTS):
            if _of_a_declared_client(resource) and _is_resource_scope(scope):
                continue  # `in_stack` finds whether the client has other resources
            yield from judged(scope, path, lambda value: not _is_resource_scope(value), _UNREQUESTED_AUDIENCE)
        if _adds_audience(resource) and resource.values.get("clientId") is not None:
            yield Violation(("clientId",), _UNREQUESTED_AUDIENCE)

    def in_stack(self, resources: Sequence[Resource], context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        """Find default scopes of clients with several resources, and those with an audience mapper."""
        of_client = _resource_scopes_by_client(resources)
        scoped = [at(mapper.values, "clientScopeId") for mapper in resources if _adds_audience(mapper)]
        own = {
            name: at(values, "id")
            for _, values in of_type(resources, KEYCLOAK_CLIENT_SCOPE)
            if isinstance(name := at(values, "name"), str)
        }
        for resource in resources:
            for path, name in found(resource, _DEFAULTS):
                if _of_a_declared_client(resource) and _is_resource_scope(name):
                    if len(of_client[_client_of(resource)]) > 1:
                        yield Violation(path, _UNREQUESTED_AUDIENCE, resource.urn)
                    continue
                if not isinstance(name, str) or _is_resource_scope(name) or name not in own:
                    continue
                if isinstance(own[name], Unknown) and scoped:
                    yield own[name]
                elif own[name] in scoped:
                    yield Violation(path, _UNREQUESTED_AUDIENCE, resource.urn)


def _of_a_declared_client(resource: Resource) -> bool:
    return resource.type == KEYCLOAK_DEFAULT_SCOPES and made_by_component(resource)


def _resource_scopes_by_client(resources: Sequence[Resource]) -> dict[str, set[str]]:
    """Return the scopes of protected resources that each client of the component has, by its name."""
    scopes: dict[str, set[str]] = {}
    for resource, values in of_type(resources, KEYCLOAK_DEFAULT_SCOPES, KEYCLOAK_OPTIONAL_SCOPES):
        if made_by_component(resource):
            lists = [at(values, "defaultScopes"), at(values, "optionalScopes")]
            names_listed = [name for listed in lists if isinstance(listed, list) for name in listed]
            scopes.setdefault(_client_of(resource), set()).update(filter(_is_resource_scope, names_listed))
    return scopes


def _client_of(resource: Resource) -> str:
    """Return the name of the client whose scopes the component declares with this resource."""
    name = resource.urn.rpartition("::")[2]
    return name.removesuffix("-default-scopes").removesuffix("-optional-scopes")


def _shared_audiences(resource: Resource) -> Iterator[Violation | Unknown]:
    """Report audiences that two protected resources share at one authorization server."""
    owners: dict[str, Any] = {}
    for path, server in in_document(resource, *_AUDIENCES):
        if isinstance(server, Unknown):
            yield server
            continue
        for where, audience in below(server, ("audiences", EACH), path):
            key, owner = json.dumps([at(server, "authority"), audience]), path[:3]
            if owners.setdefault(key, owner) != owner:
                yield Violation(where, _SHARED)


def _adds_audience(resource: Resource) -> bool:
    return resource.type == KEYCLOAK_AUDIENCE or (
        resource.type == KEYCLOAK_MAPPER and at(resource.values, "protocolMapper") == "oidc-audience-mapper"
    )


def _is_resource_scope(scope: Any) -> bool:
    return isinstance(scope, str) and scope.startswith(names.SCOPE_PREFIX)
