"""Enterprise-managed authorization: the declaration, its settings and the metadata of its resources."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flow_mcp.declaration.enterprise import ID_JAG, JWT_BEARER
from flow_mcp.runtime.metadata import resource_metadata
from flow_mcp.settings import SettingsDocument
from tests.unit.declared import SERVER, Stacks, tenant

_COMPANY = "https://login.acme.example"
_AUTH0 = "auth0: {domain: acme.eu.auth0.com}\n"
_TOKEN = "https://id.acme.example/realms/acme/protocol/openid-connect/token"
_PERSON = {
    "grant": "authorization-code",
    "clientType": "confidential",
    "redirectUris": ["https://assistant.acme.example/callback"],
    "access": ["456/test"],
    "people": "everyone",
}
_CLIENTS: dict[str, dict[str, Any]] = {
    "assistant": _PERSON,
    "desktop": {**_PERSON, "clientType": "public"},
    "agent": {"grant": "client-credentials", "access": ["*"]},
}
_ENTRY: dict[str, Any] = {"issuer": _COMPANY, "jwksUrl": f"{_COMPANY}/keys", "clients": ["assistant"]}


def _tenant(*entries: dict[str, Any], server: str = SERVER) -> str:
    clients = "".join(f"{name}: {json.dumps(client)}\n" for name, client in _CLIENTS.items())
    return tenant(clients, server=server, more=f"enterprise: {json.dumps(entries)}\n" if entries else "")


def _settings(stacks: Stacks, text: str) -> SettingsDocument:
    declaration = stacks.load(text).declaration
    return declaration.kind.settings(declaration, {})


def test_the_settings_name_the_clients_second_grant_and_its_requests(stacks: Stacks) -> None:
    document = _settings(stacks, _tenant(_ENTRY))
    (server,) = document.authorization_servers
    assertions = {client.name: client.identity_assertion for client in server.clients}
    assert assertions["agent"] is assertions["desktop"] is None
    assert assertions["assistant"] is not None
    assert assertions["assistant"].model_dump(mode="json", by_alias=True, exclude_none=True) == {
        "issuers": [_COMPANY],
        "tokenRequests": [
            {
                "resource": next(r.url for r in document.protected_resources if r.environment == "test"),
                "tokenEndpoint": _TOKEN,
                "parameters": {
                    "client_id": "flow-mcp-acme-assistant",
                    "grant_type": JWT_BEARER,
                    "scope": "flow-mcp/acme/456/test",
                },
            }
        ],
    }


def test_only_resources_that_an_assertion_opens_list_the_grant_profile(stacks: Stacks) -> None:
    document = _settings(stacks, _tenant(_ENTRY))
    assert {
        resource.environment: resource_metadata(resource).get("authorization_grant_profiles_supported")
        for resource in document.protected_resources
    } == {"production": None, "test": [ID_JAG]}


def test_a_tenant_without_companies_has_the_document_of_earlier_versions(stacks: Stacks) -> None:
    text = _settings(stacks, _tenant()).canonical_json()
    with_company = _settings(stacks, _tenant(_ENTRY)).canonical_json()
    for key in ("identityAssertion", "grantProfiles"):
        assert key in with_company
        assert key not in text
    # The session of an assertion is transient, so only its tenant's tokens of people may lack `sid`.
    assert '{"claim":"sid","must":"present","values":[]}' in text
    assert '"claim":"sid"' not in with_company


@pytest.mark.parametrize(
    ("entries", "path", "message"),
    [
        (
            [{**_ENTRY, "clients": ["asistant"]}],
            "enterprise[0].clients[0]",
            "names asistant, which is no client of the tenant",
        ),
        (
            [{**_ENTRY, "clients": ["agent"]}],
            "enterprise[0].clients[0]",
            "names agent, which acts for itself, but an assertion is about a person",
        ),
        (
            [{**_ENTRY, "clients": ["desktop"]}],
            "enterprise[0].clients[0]",
            "names desktop, which is public, and only a client with a credential may redeem assertions",
        ),
        ([_ENTRY, _ENTRY], "enterprise[1].issuer", "is also the issuer of enterprise[0]"),
        (
            [{**_ENTRY, "linkedPeople": {"ada": "00u1", "guy": "00u1"}}],
            "enterprise[0].linkedPeople.guy",
            "has the same subject as ada, and a subject is one person",
        ),
    ],
)
def test_an_entry_that_could_not_work_is_rejected(
    stacks: Stacks, entries: list[dict[str, Any]], path: str, message: str
) -> None:
    (problem,) = stacks.problems(_tenant(*entries))
    assert (problem.path, problem.message) == (path, message)


def test_a_client_that_gets_its_scope_unasked_redeems_no_assertion(stacks: Stacks) -> None:
    # Keycloak compares the assertion's resource only if the client requests the scope.
    client = json.dumps({**_PERSON, "requestsScope": False})
    text = tenant(f"assistant: {client}\n", more=f"enterprise: {json.dumps([_ENTRY])}\n")
    (problem,) = stacks.problems(text)
    assert (problem.path, problem.message) == (
        "enterprise[0].clients[0]",
        "names assistant, which gets its scope unasked (requestsScope: false), so that an assertion for "
        "another protected resource would be accepted",
    )


def test_other_authorization_servers_reject_companies_with_the_reason(stacks: Stacks) -> None:
    problems = {problem.path: problem.message for problem in stacks.problems(_tenant(_ENTRY, server=_AUTH0))}
    assert problems["enterprise"] == (
        "is not supported for auth0: the stack cannot declare there whose assertions are redeemed"
    )
