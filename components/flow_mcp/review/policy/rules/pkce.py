"""FLOWMCP-007: clients that sign people in use PKCE with S256."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from flow_mcp.review.policy.references import keycloak, mcp, oauth_2_1, rfc
from flow_mcp.review.policy.resources.component import of_type
from flow_mcp.review.policy.resources.properties import is_in, is_on, judged, must
from flow_mcp.review.policy.resources.property_paths import EACH, below, grant_types, in_document
from flow_mcp.review.policy.resources.types import (
    KEYCLOAK_CLIENT,
    KEYCLOAK_PROFILE,
    KEYCLOAK_REGISTRATION,
    REGISTERED_CLIENT,
)
from flow_mcp.review.policy.resources.values import at
from flow_mcp.review.policy.rule import SETTINGS, Context, Resource, Rule, Severity, Unknown, Violation

_CLIENTS = ("authorizationServers", EACH, "clients", EACH)
_REQUESTS = ("tokenRequests", EACH)
_METHOD = ("authorizationParameters", "code_challenge_method")
_NOT_S256 = "is not S256, so an intercepted authorization code can be redeemed"
_NOT_ENFORCED = "is open to client registration, but no client profile of the realm enforces PKCE"
_METADATA = "flow-mcp:index:AuthorizationServerMetadata"
_ENFORCER, _DOCUMENTS = "pkce-enforcer", "client-id-metadata-document"


def _settings_document(**parameters: str) -> Resource:
    request = {"authorizationParameters": {"response_type": "code", **parameters}}
    client = {"grant": "authorization-code", "tokenRequests": [request]}
    return Resource(
        SETTINGS, outputs={"settings": json.dumps({"authorizationServers": [{"clients": [client]}]})}
    )


class Pkce(Rule):
    """Require PKCE with the method S256.

    Without PKCE, an attacker who intercepts an authorization code can redeem it.
    """

    id = "FLOWMCP-007"
    severity = Severity.HIGH
    message = (
        "Every client that signs people in must use PKCE with the method S256, including dynamically "
        "registered clients."
    )
    remedy = (
        "Set pkceCodeChallengeMethod: S256 on the client; for dynamically registered clients, add the "
        "executor pkce-enforcer to a client profile of the realm."
    )
    references = (
        oauth_2_1("7.5.1", "Authorization Code Injection"),
        rfc(9700, "2.1.1"),
        mcp("Authorization Code Protection"),
        keycloak("Client policies", "_client_policies"),
    )
    good = (
        _settings_document(code_challenge_method="S256"),
        Resource(
            KEYCLOAK_CLIENT,
            inputs={
                "standardFlowEnabled": True,
                "pkceCodeChallengeMethod": "S256",
                "fullScopeAllowed": False,
            },
        ),
        Resource(KEYCLOAK_PROFILE, inputs={"realmId": "acme", "executors": [{"name": _ENFORCER}]}),
    )
    bad = (
        _settings_document(code_challenge_method="plain"),
        _settings_document(),
        Resource(KEYCLOAK_CLIENT, inputs={"standardFlowEnabled": True, "fullScopeAllowed": False}),
        Resource(KEYCLOAK_PROFILE, inputs={"executors": [{"name": _DOCUMENTS}]}),
        Resource(
            KEYCLOAK_REGISTRATION, inputs={"realm": "globex", "open": True, "redirectHosts": ["claude.ai"]}
        ),
    )

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        if resource.type == KEYCLOAK_CLIENT:
            yield from _keycloak_client(resource)
        elif resource.type == KEYCLOAK_PROFILE:
            names = _executors(resource)
            unknown = [name for name in names if isinstance(name, Unknown)]
            yield from unknown
            if _DOCUMENTS in names and _ENFORCER not in names and not unknown:
                yield Violation(("executors",), "admits clients by metadata document without enforcing PKCE")
        for path, client in in_document(resource, *_CLIENTS):
            if isinstance(client, Unknown):
                yield client
            elif at(client, "grant") == "authorization-code":
                for where, request in below(client, _REQUESTS, path):
                    yield from judged(at(request, *_METHOD), (*where, *_METHOD), is_in("S256"), _NOT_S256)

    def in_stack(self, resources: Sequence[Resource], context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        yield from _open_registration_without_pkce(resources)
        yield from _metadata_without_s256(resources)


def _open_registration_without_pkce(resources: Sequence[Resource]) -> Iterator[Violation | Unknown]:
    """Report realms with open client registration in which no client profile enforces PKCE."""
    for registration, values in of_type(resources, KEYCLOAK_REGISTRATION):
        profiles = [
            profile
            for profile, _ in of_type(resources, KEYCLOAK_PROFILE)
            if _is_of_same_realm(profile, registration)
        ]
        names = [name for profile in profiles for name in _executors(profile)]
        if _ENFORCER in names:
            continue
        unknown = [name for name in names if isinstance(name, Unknown)]
        yield from unknown
        for finding in judged(values.get("open"), ("open",), lambda value: not is_on(value), _NOT_ENFORCED):
            if isinstance(finding, Unknown):
                yield finding
            elif not unknown:
                yield replace(finding, urn=registration.urn)


def _metadata_without_s256(resources: Sequence[Resource]) -> Iterator[Violation | Unknown]:
    """Report servers with clients for people whose metadata does not list S256: MCP clients reject them."""
    for metadata, values in of_type(resources, _METADATA):
        clients = [
            client for client, _ in of_type(resources, REGISTERED_CLIENT) if client.parent == metadata.parent
        ]
        grants = [grant for client in clients for _, grant in grant_types(client)]
        if "authorization_code" in grants:
            key = "codeChallengeMethodsSupported"
            for finding in judged(
                values.get(key),
                (key,),
                _has_s256,
                "does not list S256, so MCP clients refuse to sign people in",
            ):
                yield finding if isinstance(finding, Unknown) else replace(finding, urn=metadata.urn)


def _keycloak_client(resource: Resource) -> Iterator[Violation | Unknown]:
    flow = resource.values.get("standardFlowEnabled")
    if isinstance(flow, Unknown):
        yield flow
    elif is_on(flow):
        yield from must(resource, ("pkceCodeChallengeMethod",), is_in("S256"), _NOT_S256)


def _has_s256(methods: Any) -> bool:
    return isinstance(methods, list) and "S256" in methods


def _executors(profile: Resource) -> list[Any]:
    return [name for _, name in below(profile.values, ("executors", EACH, "name"))]


def _is_of_same_realm(profile: Resource, registration: Resource) -> bool:
    """Return whether both belong to one realm; while a realm is unknown, whether they have one parent."""
    realms = (profile.values.get("realmId"), registration.values.get("realm"))
    if any(isinstance(realm, Unknown) for realm in realms):
        return profile.parent == registration.parent
    return realms[0] == realms[1]
