"""FLOWMCP-007: clients that sign people in use PKCE with S256."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flow_mcp.review.policy.rule import SETTINGS, Resource, Unknown, Violation
from flow_mcp.review.policy.rules.pkce import Pkce
from tests.unit.policies.findings import findings_of
from tests.unit.policies.judging import Findings, context, of_outputs

RULE = Pkce()
STACK = "pulumi:pulumi:Stack"
CLIENT = "keycloak:openid/client:Client"
PROFILE = "keycloak:index/realmClientPolicyProfile:RealmClientPolicyProfile"
REGISTRATION = "flow-mcp:index:KeycloakClientRegistration"
METHOD = ("pkceCodeChallengeMethod",)
NOT_ENFORCED = "is open to client registration, but no client profile of the realm enforces PKCE"


def document(*clients: Any) -> dict[str, str]:
    return {"settings": json.dumps({"authorizationServers": [{"clients": list(clients)}]})}


def asking(**parameters: str) -> dict[str, Any]:
    return {"grant": "authorization-code", "tokenRequests": [{"authorizationParameters": parameters}]}


def shown(outputs: dict[str, Any], kind: str = SETTINGS) -> Findings:
    return list(RULE.in_resource(Resource(kind, outputs=outputs), context(RULE)))


@pytest.mark.parametrize("method", ["", "plain", "s256", None, True, ["S256"]])
def test_a_keycloak_client_that_signs_people_in_must_require_s256(method: Any) -> None:
    client = {"standardFlowEnabled": True, "pkceCodeChallengeMethod": method}
    assert findings_of(RULE, CLIENT, client) == [
        Violation(METHOD, "is not S256, so an intercepted authorization code can be redeemed")
    ]
    assert findings_of(RULE, CLIENT, {**client, "pkceCodeChallengeMethod": "S256"}) == []


@pytest.mark.parametrize("flow", [False, None, "false", 7])
def test_a_program_needs_no_pkce(flow: Any) -> None:
    assert findings_of(RULE, CLIENT, {"standardFlowEnabled": flow, "pkceCodeChallengeMethod": ""}) == []


def test_an_unknown_value_is_reported_as_unknown() -> None:
    assert findings_of(RULE, CLIENT, {"standardFlowEnabled": Unknown("there")}) == [Unknown("there")]
    known = {"standardFlowEnabled": True, "pkceCodeChallengeMethod": Unknown("there")}
    assert findings_of(RULE, CLIENT, known) == [Unknown("there")]


@pytest.mark.parametrize("kind", [SETTINGS, STACK])
def test_authorization_requests_in_the_settings_must_use_s256(kind: str) -> None:
    other = {"grant": "authorization-code", "tokenRequests": [{"parameters": {}}, 7]}
    right, wrong = asking(code_challenge_method="S256"), asking(code_challenge_method="plain")
    program = {"grant": "client-credentials", "tokenRequests": [{"parameters": {}}]}
    here = ("settings", "authorizationServers", 0, "clients")
    below = ("tokenRequests", 0, "authorizationParameters", "code_challenge_method")
    assert shown(document(right, program), kind) == []
    second = ("tokenRequests", 1, "authorizationParameters", "code_challenge_method")
    assert shown(document(right, wrong, asking(), other), kind) == [
        Violation((*here, 1, *below), "is not S256, so an intercepted authorization code can be redeemed"),
        Violation((*here, 2, *below), "is not S256, so an intercepted authorization code can be redeemed"),
        Violation((*here, 3, *below), "is not S256, so an intercepted authorization code can be redeemed"),
        Violation((*here, 3, *second), "is not S256, so an intercepted authorization code can be redeemed"),
    ]


@pytest.mark.parametrize("settings", ["", "[]", "[" * 100_000, "7", '{"authorizationServers": 7}', 7, None])
def test_an_invalid_settings_document_is_ignored(settings: Any) -> None:
    assert shown({"settings": settings}) == []


def test_an_unknown_settings_document_is_reported_as_unknown() -> None:
    assert shown({"settings": Unknown("there")}) == [Unknown("there")]


def executors(*names: Any) -> dict[str, Any]:
    return {"realmId": "acme", "executors": [{"name": name} for name in names]}


def test_a_client_profile_for_metadata_documents_must_enforce_pkce() -> None:
    assert findings_of(RULE, PROFILE, executors("client-id-metadata-document", "pkce-enforcer")) == []
    assert findings_of(RULE, PROFILE, executors("reject-ropc-grant")) == []
    assert findings_of(RULE, PROFILE, executors("client-id-metadata-document")) == [
        Violation(("executors",), "admits clients by metadata document without enforcing PKCE")
    ]
    there = Unknown("there")
    assert findings_of(RULE, PROFILE, executors("client-id-metadata-document", there)) == [there]


def registration(realm: Any = "acme", opened: Any = True) -> Resource:
    outputs = {"realm": realm, "open": opened}
    return Resource(REGISTRATION, outputs=outputs, urn="urn:registration", parent="urn:a")


def profile(outputs: dict[str, Any], parent: str = "urn:a") -> Resource:
    return Resource(PROFILE, outputs=outputs, parent=parent)


def test_a_realm_with_open_registration_must_enforce_pkce() -> None:
    refused = [Violation(("open",), NOT_ENFORCED, "urn:registration")]
    of_others = {**executors("pkce-enforcer"), "realmId": "globex"}

    def found(*made: Resource) -> Findings:
        return of_outputs(RULE, *made, context=context(RULE))

    assert found(registration(), profile(executors("pkce-enforcer"))) == []
    assert found(registration(opened=False)) == []
    assert found(registration(opened=Unknown("open"))) == [Unknown("open")]
    assert found(registration()) == refused
    assert found(registration(), profile(executors("reject-ropc-grant"))) == refused
    assert found(registration(), profile(of_others)) == refused


def test_unknown_realms_of_one_component_count_as_the_same_realm() -> None:
    there = {**executors("pkce-enforcer"), "realmId": Unknown("realm")}
    opened = registration(realm=Unknown("realm"))

    assert of_outputs(RULE, opened, profile(there), context=context(RULE)) == []
    assert of_outputs(RULE, opened, profile(there, "urn:b"), context=context(RULE)) == [
        Violation(("open",), NOT_ENFORCED, "urn:registration")
    ]
    names = profile(executors(Unknown("name")))
    assert of_outputs(RULE, registration(), names, context=context(RULE)) == [Unknown("name")]


def published(methods: Any) -> Resource:
    outputs = {"codeChallengeMethodsSupported": methods}
    kind = "flow-mcp:index:AuthorizationServerMetadata"
    return Resource(kind, outputs=outputs, urn="urn:metadata", parent="urn:a")


def registered(grant: str, parent: str = "urn:a") -> Resource:
    return Resource("flow-mcp:index:RegisteredClient", outputs={"grantTypes": [grant]}, parent=parent)


@pytest.mark.parametrize("methods", [None, [], ["plain"], "S256", {}])
def test_metadata_of_a_server_with_clients_for_people_must_list_s256(methods: Any) -> None:
    lacking, person = published(methods), registered("authorization_code")
    key = "codeChallengeMethodsSupported"

    def found(*made: Resource) -> Findings:
        return of_outputs(RULE, *made, context=context(RULE))

    assert found(lacking, person) == [
        Violation((key,), "does not list S256, so MCP clients refuse to sign people in", "urn:metadata")
    ]
    assert found(published(["S256", "plain"]), person) == []
    assert found(lacking, registered("client_credentials")) == []
    assert found(lacking, registered("authorization_code", parent="urn:b")) == []
    assert found(published(Unknown("there")), person) == [Unknown("there")]
