"""The drift of each kind of resource of a tenant on Keycloak."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.operations.drift.keycloak.changes import drifts
from flow_mcp.operations.drift.keycloak.lost import lost
from flow_mcp.operations.drift.refresh import Refreshed, Resource

_URN = "urn:pulumi:acme::flow-mcp::flow-mcp:index:McpServerSettings$keycloak:{}:{}::{}"
DECLARATION = from_configuration(
    {
        "id": "acme",
        "workspaces": {"1": {"environments": ["test"]}},
        "authorizationServer": {
            "keycloak": {"url": "https://id.example", "realm": {"name": "acme", "create": True}}
        },
        "clients": {"agent": {"grant": "client-credentials", "access": ["*"]}},
    },
    {"server": "https://flow.example"},
    source="test",
).declaration


def resource(type_: str, name: str, before: dict[str, Any], after: dict[str, Any] | None) -> Resource:
    """A deleted resource, or one whose properties in `after` changed."""
    urn = _URN.format(type_[0].lower() + type_[1:], type_, name)
    if after is None:
        return Resource(urn, "delete", before, None, ())
    return Resource(urn, "update" if after else "same", before, {**before, **after}, tuple(sorted(after)))


def drift_of(*resources: Resource) -> list[tuple[str, str | None, str]]:
    """Risk, kind and text of each drift."""
    return [(drift.risk.value, drift.kind, drift.text) for drift in drifts(Refreshed(DECLARATION, resources))]


@pytest.mark.parametrize(
    ("type_", "name", "before", "after", "expected"),
    [
        (
            "Client", "agent", {"accessType": "CONFIDENTIAL"}, {"accessType": "PUBLIC"},
            [("high", "client-authentication-weakens",
              "agent authenticates with none; the stack set client-secret.")],
        ),
        (
            "Client", "agent", {"accessType": "CONFIDENTIAL", "clientAuthenticatorType": "client-secret"},
            {"clientAuthenticatorType": "client-jwt"},
            [("low", "client-authentication-strengthens",
              "agent authenticates with client-jwt; the stack set client-secret.")],
        ),
        (
            "Client", "agent", {"accessType": "CONFIDENTIAL", "clientAuthenticatorType": "federated-jwt"},
            {"clientAuthenticatorType": "client-secret"},
            [("high", "client-authentication-weakens",
              "agent authenticates with client-secret; the stack set federated-jwt.")],
        ),
        (
            "Client", "agent", {"extraConfig": {"jwt.credential.sub": "repo:acme/x:environment:live"}},
            {"extraConfig": {"jwt.credential.sub": "repo:evil/x:pull_request"}},
            [("high", "federated-credential-changes",
              "agent authenticates with another token: jwt.credential.sub is repo:evil/x:pull_request.")],
        ),
        (
            "Client", "agent", {"requireDpopBoundTokens": True}, {"requireDpopBoundTokens": False},
            [("high", "token-binding-removed", "agent does not require DPoP.")],
        ),
        (
            "Client", "agent", {"requireDpopBoundTokens": False}, {"requireDpopBoundTokens": True},
            [("medium", "token-binding-added", "agent requires DPoP.")],
        ),
        (
            "Client", "agent", {"oauth2JwtAuthorizationGrantIdp": "company"},
            {"oauth2JwtAuthorizationGrantIdp": "company##other"},
            [("high", "client-grant-changes", "agent may redeem assertions of company##other.")],
        ),
        (
            "KeycloakIdentityProvider", "company https://login.example",
            {"config": {"jwksUrl": "https://login.example/keys", "useJwksUrl": "true"}},
            {"config": {"jwksUrl": "https://evil.example/keys", "useJwksUrl": "true"}},
            [("high", "enterprise-keys-change",
              "jwksUrl of the identity provider company https://login.example is https://evil.example/keys.")],
        ),
        (
            "KeycloakIdentityProvider", "company https://login.example",
            {"config": {"jwtAuthorizationGrantAssertionReuseAllowed": "false"}},
            {
                "config": {"jwtAuthorizationGrantAssertionReuseAllowed": "true"},
                "deviations": ["enabled is False"],
            },
            [
                ("high", None, "enabled is False for the identity provider company https://login.example."),
                ("high", None,
                 "jwtAuthorizationGrantAssertionReuseAllowed of the identity provider "
                 "company https://login.example is true."),
            ],
        ),
        (
            "KeycloakIdentityProvider", "company https://login.example", {}, None,
            [("medium", "client-removed",
              "The identity provider company https://login.example was deleted.")],
        ),
        (
            "KeycloakLinkedPeople", "people of https://login.example",
            {"subjects": {"ada": "1", "guy": "2"}}, {"subjects": {"ada": "3"}},
            [
                ("high", "enterprise-person-linked", "ada is linked to the subject 3."),
                ("medium", "enterprise-person-unlinked", "guy is no longer linked."),
            ],
        ),
        (
            "Client", "agent", {"accessTokenLifespan": "300"}, {"accessTokenLifespan": "60"},
            [("low", "lifetime-shrinks", "Access tokens of agent are valid for 1m; the stack set 5m.")],
        ),
        (
            "Client", "agent", {"accessTokenLifespan": "300"}, {"accessTokenLifespan": ""},
            [("medium", "lifetime-grows",
              "Access tokens of agent have the realm's lifetime; the stack set 5m.")],
        ),
        (
            "Client", "agent", {"clientId": "a"}, {"clientId": "b \x1b[31m"},
            [("high", "client-id-changes", 'The client ID of agent changed to "b \\u001b[31m".')],
        ),
        (
            "Client", "agent", {"validRedirectUris": ["https://a.example/"]}, {"validRedirectUris": []},
            [("low", "redirect-uri-removed", "agent no longer accepts the redirect URI https://a.example/.")],
        ),
        (
            "Client", "agent", {"description": "x"}, {"description": "y"},
            [("low", None, "description of the client agent is y; the stack set x.")],
        ),
        (
            "Client", "agent", {"consentRequired": False}, {"consentRequired": True},
            [("medium", "declaration-changed",
              "consentRequired of the client agent is true; the stack set false.")],
        ),
        (
            "ClientOptionalScopes", "agent-optional-scopes", {"optionalScopes": ["offline_access"]},
            {"optionalScopes": ["flow-mcp/acme/1/test", "phone"]},
            [("medium", "client-gains-access", "agent may request 1/test."),
             ("low", None, "agent has the optional scope phone."),
             ("low", "refresh-tokens-end", "agent may no longer request refresh tokens.")],
        ),
        (
            "ClientScope", "1/test", {"name": "flow-mcp/acme/1/test"}, {"name": "other"},
            [("high", "resource-recognition-changes", "The client scope of 1/test was renamed to other.")],
        ),
        (
            "GenericProtocolMapper", "1/test-subject", {"config": {"a": "true"}}, {"config": {}},
            [("high", "token-reading-changes",
              "The mapper subject of 1/test has a different config: tokens do not identify the person.")],
        ),
        (
            "Group", "planners", {"name": "planners"}, None,
            [("medium", "group-loses-access", "The group planners was deleted, including its memberships.")],
        ),
        (
            "KeycloakClientRegistration", "registration",
            {"open": False, "senderHosts": ["a.example"], "maximumClients": 200},
            {"open": True, "senderHosts": [], "maximumClients": 100},
            [("low", "registration-narrows", "The realm may have 100 clients; the stack set 200."),
             ("high", "registration-opens", "Anyone can register clients."),
             ("high", "registration-widens", "Registrations no longer come from a.example.")],
        ),
        (
            "AuthorizationServerMetadata", "metadata", {"grantTypesSupported": ["a"]},
            {"grantTypesSupported": ["a", "b"]},
            [("low", None, "grantTypesSupported of the metadata metadata is a and b; the stack set a.")],
        ),
        (
            "Unknown", "thing", {}, None,
            [("medium", "declaration-changed", "Unknown thing was deleted.")],
        ),
    ],
)  # fmt: skip
def test_a_change_has_a_sentence_and_the_risk_of_its_kind(
    type_: str,
    name: str,
    before: dict[str, Any],
    after: dict[str, Any] | None,
    expected: list[tuple[str, str | None, str]],
) -> None:
    scope = resource("ClientScope", "1/test", {"name": "flow-mcp/acme/1/test"}, {})
    assert (
        drift_of(*([] if type_ == "ClientScope" else [scope]), resource(type_, name, before, after))
        == expected
    )


def test_the_scope_that_keycloak_adds_at_each_change_of_a_program_is_not_drift() -> None:
    scopes = {"defaultScopes": ["basic", "profile", "service_account"]}
    added = resource("ClientDefaultScopes", "agent-default-scopes", {"defaultScopes": ["basic"]}, scopes)
    assert drift_of(added) == [("low", None, "agent has the default scope profile.")]


def test_consequences_of_a_deletion_are_not_listed() -> None:
    parts = (
        resource("ClientDefaultScopes", "agent-default-scopes", {"clientId": "c-1"}, None),
        resource("ClientServiceAccountRealmRole", "agent/1/test", {"serviceAccountUserId": "u-1"}, None),
        resource("GenericProtocolMapper", "1/test-subject", {"clientScopeId": "s-1"}, None),
        resource("GenericRoleMapper", "1/test-programs", {"clientScopeId": "s-1", "roleId": "r-1"}, None),
    )
    whole = (
        resource("Client", "agent", {"id": "c-1", "serviceAccountUserId": "u-1"}, None),
        resource("ClientScope", "1/test", {"id": "s-1", "name": "flow-mcp/acme/1/test"}, None),
    )
    assert [text for _, _, text in drift_of(*parts, *whole)] == [
        "The client agent was deleted.",
        "The client scope of 1/test was deleted: no client gets a token for it.",
    ]
    realm = resource("Realm", "realm", {"id": "acme", "realm": "acme"}, None)
    assert drift_of(*parts, *whole, realm) == [
        ("high", None, "The realm acme was deleted, including everything that the stack created in it.")
    ]


def test_generated_secrets_and_memberships_are_lost_with_a_client_and_a_group() -> None:
    deleted = (
        resource("Client", "agent", {"id": "c-1"}, None),
        resource("Group", "planners", {"name": "planners"}, None),
    )
    assert list(lost(Refreshed(DECLARATION, deleted))) == [
        "The secret of agent. Keycloak creates new secrets. Distribute them from the output clientSecrets.",
        "The members of planners. Add them again.",
    ]
