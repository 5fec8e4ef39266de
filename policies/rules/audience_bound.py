"""FLOWMCP-009: a token is for one protected resource."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from flow_mcp.authorization_servers.keycloak import names
from flow_mcp.review.policy.references import keycloak, mcp, rfc
from flow_mcp.review.policy.resources.component_resources import of_type
from flow_mcp.review.policy.resources.keycloak_types import (
    KEYCLOAK_AUDIENCE,
    KEYCLOAK_CLIENT_SCOPE,
    KEYCLOAK_DEFAULT_SCOPES,
    KEYCLOAK_MAPPER,
    KEYCLOAK_REALM,
    KEYCLOAK_REALM_DEFAULT_SCOPES,
)
from flow_mcp.review.policy.resources.properties import judged
from flow_mcp.review.policy.resources.settings_documents import in_document
from flow_mcp.review.policy.resources.shared_properties import EACH, Places, below, found
from flow_mcp.review.policy.resources.values import at
from flow_mcp.review.policy.rule import SETTINGS, Context, Resource, Rule, Severity, Unknown, Violation

_DEFAULTS: Places = {
    KEYCLOAK_DEFAULT_SCOPES: (("defaultScopes", EACH),),
    KEYCLOAK_REALM_DEFAULT_SCOPES: (("defaultScopes", EACH),),
    KEYCLOAK_REALM: (("defaultDefaultClientScopes", EACH),),
}
_UNASKED = "puts the audience of a protected resource into every token"
_AUDIENCES = ("protectedResources", EACH, "authorizationServers", EACH)


def _shows(*audiences: str) -> Resource:
    resources = [
        {"authorizationServers": [{"authority": "https://id.acme.example", "audiences": [audience]}]}
        for audience in audiences
    ]
    return Resource(SETTINGS, outputs={"settings": json.dumps({"protectedResources": resources})})


class AudienceBound(Rule):
    """What one environment's server was sent, it could send on to all others that the token is for."""

    id = "FLOWMCP-009"
    severity = Severity.HIGH
    message = (
        "Each protected resource must have audiences of its own, in those tokens only that asked for it."
    )
    remedy = "Give each resource its own audience; at Keycloak by a mapper on an optional client scope."
    references = (
        rfc(9700, "2.3"),
        rfc(8707, "2"),
        mcp("Token Audience Binding and Validation"),
        keycloak("Audience support", "audience-support"),
    )
    good = (
        _shows("https://acme.example/test", "https://acme.example/production"),
        Resource(
            KEYCLOAK_AUDIENCE, inputs={"clientScopeId": "1", "includedCustomAudience": "https://a.example"}
        ),
        Resource(KEYCLOAK_DEFAULT_SCOPES, inputs={"defaultScopes": ["basic"]}),
    )
    bad = (
        _shows("https://acme.example", "https://acme.example"),
        Resource(KEYCLOAK_AUDIENCE, inputs={"clientId": "1", "includedCustomAudience": "https://a.example"}),
        Resource(KEYCLOAK_DEFAULT_SCOPES, inputs={"defaultScopes": ["flow-mcp/acme/456/test"]}),
        Resource(KEYCLOAK_REALM_DEFAULT_SCOPES, inputs={"defaultScopes": ["flow-mcp/acme/456/test"]}),
    )

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        yield from _shared(resource)
        for path, scope in found(resource, _DEFAULTS):
            yield from judged(scope, path, lambda value: not _is_of_resource(value), _UNASKED)
        if _adds_audience(resource) and resource.values.get("clientId") is not None:
            yield Violation(("clientId",), _UNASKED)

    def in_stack(self, resources: Sequence[Resource], context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        """Scopes of other names, which are known by their mappers only."""
        scoped = [at(each.values, "clientScopeId") for each in resources if _adds_audience(each)]
        own = {
            name: at(values, "id")
            for _, values in of_type(resources, KEYCLOAK_CLIENT_SCOPE)
            if isinstance(name := at(values, "name"), str)
        }
        for resource in resources:
            for path, name in found(resource, _DEFAULTS):
                if not isinstance(name, str) or _is_of_resource(name) or name not in own:
                    continue
                if isinstance(own[name], Unknown) and scoped:
                    yield own[name]
                elif own[name] in scoped:
                    yield Violation(path, _UNASKED, resource.urn)


def _shared(resource: Resource) -> Iterator[Violation | Unknown]:
    """Audiences that two protected resources of the document have at one authorization server."""
    owners: dict[str, Any] = {}
    for path, there in in_document(resource, *_AUDIENCES):
        if isinstance(there, Unknown):
            yield there
            continue
        for where, audience in below(there, ("audiences", EACH), path):
            key, owner = json.dumps([at(there, "authority"), audience]), path[:3]
            if owners.setdefault(key, owner) != owner:
                yield Violation(where, "is the audience of another protected resource too")


def _adds_audience(resource: Resource) -> bool:
    return resource.type == KEYCLOAK_AUDIENCE or (
        resource.type == KEYCLOAK_MAPPER and at(resource.values, "protocolMapper") == "oidc-audience-mapper"
    )


def _is_of_resource(scope: Any) -> bool:
    return isinstance(scope, str) and scope.startswith(names.SCOPE_PREFIX)
