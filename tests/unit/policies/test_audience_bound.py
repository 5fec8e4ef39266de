"""FLOWMCP-009: each audience belongs to one protected resource."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flow_mcp.review.policy.rule import SETTINGS, Resource, Unknown, Violation
from flow_mcp.review.policy.rules.audience_bound import AudienceBound
from tests.unit.policies.findings import findings_of
from tests.unit.policies.judging import Findings, context, made, of_outputs

RULE = AudienceBound()
AUDIENCE = "keycloak:openid/audienceProtocolMapper:AudienceProtocolMapper"
MAPPER = "keycloak:index/genericProtocolMapper:GenericProtocolMapper"
SCOPE = "keycloak:openid/clientScope:ClientScope"
DEFAULTS = "keycloak:openid/clientDefaultScopes:ClientDefaultScopes"
REALM_DEFAULTS = "keycloak:index/realmDefaultClientScopes:RealmDefaultClientScopes"
REALM = "keycloak:index/realm:Realm"
SHARED_AUDIENCE = "is also the audience of another protected resource, which accepts the same tokens"
UNREQUESTED_AUDIENCE = "adds the audience of a protected resource to tokens that did not request it"


def shown(*resources: Any) -> Findings:
    settings = json.dumps({"protectedResources": list(resources)})
    return list(RULE.in_resource(Resource(SETTINGS, outputs={"settings": settings}), context(RULE)))


def at(authority: str, *audiences: Any) -> dict[str, Any]:
    return {"authority": authority, "audiences": list(audiences)}


def of(*servers: dict[str, Any]) -> dict[str, Any]:
    return {"authorizationServers": list(servers)}


def test_protected_resources_with_separate_audiences_are_accepted() -> None:
    assert shown(of(at("a", "one", "one-too")), of(at("a", "two"))) == []


def test_an_audience_shared_by_two_protected_resources_is_rejected() -> None:
    where = ("settings", "protectedResources", 1, "authorizationServers", 0, "audiences", 1)
    assert shown(of(at("a", "one")), of(at("a", "two", "one"))) == [Violation(where, SHARED_AUDIENCE)]


def test_the_same_audience_at_another_server_is_accepted() -> None:
    assert shown(of(at("a", "one"), at("b", "one")), of(at("a", "two"), at("b", "two"))) == []


def test_one_resource_may_list_an_audience_twice() -> None:
    assert shown(of(at("a", "one", "one"))) == []


@pytest.mark.parametrize("audience", [{}, [["one"]], 7, True])
def test_a_shared_value_of_any_type_is_rejected(audience: Any) -> None:
    where = ("settings", "protectedResources", 1, "authorizationServers", 0, "audiences", 0)
    assert shown(of(at("a", audience)), of(at("a", audience))) == [Violation(where, SHARED_AUDIENCE)]


def test_an_unknown_settings_document_is_reported_as_unknown() -> None:
    made = Resource(SETTINGS, outputs={"settings": Unknown("there")})
    assert list(RULE.in_resource(made, context(RULE))) == [Unknown("there")]


def test_an_audience_mapper_on_a_client_is_rejected_and_on_a_client_scope_accepted() -> None:
    generic = {"protocolMapper": "oidc-audience-mapper"}
    refused = [Violation(("clientId",), UNREQUESTED_AUDIENCE)]
    assert findings_of(RULE, AUDIENCE, {"clientScopeId": "1"}) == []
    assert findings_of(RULE, AUDIENCE, {"clientId": "1"}) == refused
    assert findings_of(RULE, AUDIENCE, {"clientId": Unknown("there")}) == refused
    assert findings_of(RULE, MAPPER, {**generic, "clientScopeId": Unknown("there")}) == []
    assert findings_of(RULE, MAPPER, {**generic, "clientId": "1"}) == refused
    assert findings_of(RULE, MAPPER, {"protocolMapper": "oidc-sub-mapper", "clientId": "1"}) == []
    assert findings_of(RULE, DEFAULTS, {**generic, "clientId": "1"}) == []


@pytest.mark.parametrize(
    ("kind", "key"),
    [(DEFAULTS, "defaultScopes"), (REALM_DEFAULTS, "defaultScopes"), (REALM, "defaultDefaultClientScopes")],
)
def test_a_protected_resources_scope_is_rejected_as_a_default_scope(kind: str, key: str) -> None:
    assert findings_of(RULE, kind, {key: ["basic", "roles", 7]}) == []
    assert findings_of(RULE, kind, {key: ["basic", "flow-mcp/acme/456/test"]}) == [
        Violation((key, 1), UNREQUESTED_AUDIENCE)
    ]
    assert findings_of(RULE, kind, {key: Unknown("there")}) == [Unknown("there")]


def scope(name: str, scope_id: Any) -> Resource:
    return Resource(SCOPE, outputs={"id": scope_id, "name": name})


def mapper(scope_id: Any) -> Resource:
    return Resource(AUDIENCE, outputs={"clientScopeId": scope_id})


def test_a_default_scope_of_another_name_is_rejected_if_it_has_an_audience_mapper() -> None:
    defaults = Resource(DEFAULTS, outputs={"defaultScopes": ["basic", "reporting"]}, urn="urn:defaults")
    refused = [Violation(("defaultScopes", 1), UNREQUESTED_AUDIENCE, "urn:defaults")]

    def found(*made: Resource) -> Findings:
        return of_outputs(RULE, defaults, *made, context=context(RULE))

    assert found(scope("reporting", "1"), mapper("1")) == refused
    assert found(scope("reporting", "1"), mapper("2")) == []
    assert found(scope("reporting", "1")) == []
    assert found(mapper("1")) == []
    assert found(scope("reporting", Unknown("id")), mapper(Unknown("id"))) == [Unknown("id")]
    assert found(scope("reporting", Unknown("id"))) == []


def test_in_the_stack_a_resources_scope_is_not_reported_again_and_invalid_names_are_ignored() -> None:
    listed = ["flow-mcp/acme/456/test", {}, []]
    defaults = Resource(DEFAULTS, outputs={"defaultScopes": listed}, urn="urn:defaults")
    made = (defaults, scope("flow-mcp/acme/456/test", "1"), mapper("1"))
    assert of_outputs(RULE, *made, context=context(RULE)) == []


def scopes_of(client: str, kind: str, *scopes: str) -> Resource:
    property_name = "defaultScopes" if kind == "Default" else "optionalScopes"
    token = f"keycloak:openid/client{kind}Scopes:Client{kind}Scopes"
    name = f"{client}-{kind.lower()}-scopes"
    return made(token, name, by_component=True, **{property_name: list(scopes)})


def test_a_default_scope_of_a_client_with_one_resource_is_accepted() -> None:
    test, production = "flow-mcp/acme/456/test", "flow-mcp/acme/456/production"
    one = scopes_of("quiet", "Default", "basic", test)
    assert list(RULE.in_resource(one, context(RULE))) == []
    others = (scopes_of("quiet", "Optional"), scopes_of("agent", "Optional", test, production))
    assert of_outputs(RULE, one, *others, context=context(RULE)) == []


@pytest.mark.parametrize("kind", ["Default", "Optional"])
def test_a_default_scope_of_a_client_with_several_resources_is_rejected(kind: str) -> None:
    test, production = "flow-mcp/acme/456/test", "flow-mcp/acme/456/production"
    default = scopes_of("quiet", "Default", "basic", test, *([production] if kind == "Default" else []))
    others = (scopes_of("quiet", "Optional", *([production] if kind == "Optional" else [])),)
    violations = of_outputs(RULE, default, *others, context=context(RULE))
    assert [violation.problem for violation in violations if isinstance(violation, Violation)] == [
        UNREQUESTED_AUDIENCE for _ in default.outputs["defaultScopes"] if _ != "basic"
    ]
