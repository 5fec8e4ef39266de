"""Reading of Entra tenants, with objects of any shape."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flow_mcp.authorization_servers.adoption import Left, OtherClient
from flow_mcp.authorization_servers.entra.adoption.reader import EntraReader
from flow_mcp.authorization_servers.entra.names import VSCODE
from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.operations.adopt.errors import AdoptError
from flow_mcp.operations.adopt.tenant_file import tenant_file
from tests.unit.authorization_servers.entra.adoption.directory import (
    FORBIDDEN,
    PRODUCTION,
    SECRET,
    TENANT,
    api,
    application,
    directory,
    guid,
    instance_proposal,
    program,
    proposal,
)
from tests.unit.authorization_servers.odd_content import JSON, assert_shown_exactly

_AGENT = application("Agent", passwordCredentials=[SECRET])
_ASSIGNED = {"Api": [program("Agent")]}


def test_a_program_with_a_role_of_an_api_is_taken_over() -> None:
    made = proposal(directory(api(), _AGENT, assigned=_ASSIGNED))
    secret = {"issued": "2026-06-20", "lifetime": "183d"}
    assert made.tenant["clients"] == {
        "agent": {"grant": "client-credentials", "secret": secret, "access": ["1/production"]}
    }
    assert made.tenant["workspaces"] == {"1": {"environments": ["production"]}}
    assert made.tenant["authorizationServer"]["entra"] == {
        "tenantId": TENANT,
        "apis": {"1/production": {"identifierUri": PRODUCTION}},
    }
    assert made.tenant["adopted"]["ApplicationPassword/agent/2026-06-20"] == {"leave": True}
    principal = f"/servicePrincipals/{guid('Api principal')}"
    assert made.tenant["adopted"]["AppRoleAssignment/agent/1/production"] == {
        "id": f"{principal}/appRoleAssignedTo/assignment-Agent-mcp.program"
    }


def test_the_beginning_of_a_secret_is_not_shown() -> None:
    secret = {**SECRET, "displayName": "first", "hint": "Q1x"}
    agent = application("Agent", passwordCredentials=[secret])
    made = proposal(directory(api(), agent, assigned={"Api": [program("Agent")]}))
    (client,) = made.reading.clients
    assert client.remarks[0].startswith(
        "Entra does not return the value of its secret (first, ID k), which ends on 2026-12-20."
    )
    assert "Q1x" not in tenant_file(made, "")


def test_an_api_on_a_verified_domain_needs_no_declared_name() -> None:
    server = {"tenantId": TENANT, "verifiedDomains": ["contoso.example"]}
    made = proposal(directory(api(), _AGENT, assigned=_ASSIGNED), server=server)
    assert made.tenant["authorizationServer"]["entra"] == server


def test_applications_that_are_not_clients_of_the_tenant_are_counted_after_the_first_hundred() -> None:
    others = [application(f"Other {number}") for number in range(103)]
    made = proposal(directory(api(), _AGENT, *others, assigned=_ASSIGNED))
    unrelated = [other for other in made.reading.others if "not a client of" in other.reason]
    assert len(unrelated) == 100
    assert made.reading.remarks[-1] == (
        "3 more applications are not clients of the tenant, and are left alone."
    )


def test_named_clients_are_the_tenants_even_if_they_reach_nothing() -> None:
    made = proposal(
        directory(api(), _AGENT, application("Crm", passwordCredentials=[SECRET]), assigned=_ASSIGNED),
        client_ids={guid("Crm"): "--client", guid("gone"): "--client"},
    )
    assert made.tenant["clients"]["crm"]["access"] == ["*"]
    assert [client.why for client in made.reading.clients] == ["It is named by --client."]
    assert OtherClient(guid("gone"), "The Entra tenant has no such application.", belongs=True) in (
        made.reading.others
    )


def test_a_named_client_whose_api_is_not_known_says_how_to_name_it() -> None:
    required = [{"resourceAppId": guid("Api"), "resourceAccess": [{"id": guid("scope"), "type": "Role"}]}]
    content = directory(api("Api", "api://flow"), {**_AGENT, "requiredResourceAccess": required})
    named = {guid("Agent").upper(): "--client"}
    made = proposal(content, client_ids=named, workspaces={"1": ["production"]})
    assert made.reading.clients[0].remarks[-1] == (
        "It requires permissions of Api (api://flow). If that is the application of an MCP server, name it: "
        "--set 'apis={<workspace>/<environment>: {identifierUri: \"api://flow\"}}'."
    )
    server = {"tenantId": TENANT, "apis": {"1/production": {"identifierUri": "api://flow"}}}
    known = proposal(content, server=server)
    assert known.tenant["clients"]["agent"]["access"] == ["1/production"]


def test_a_declared_application_id_uri_that_no_application_has_is_reported() -> None:
    server = {"tenantId": TENANT, "apis": {"1/test": {"identifierUri": "api://gone"}}}
    made = proposal(directory(api(), _AGENT, assigned=_ASSIGNED), server=server)
    assert made.reading.remarks[0] == (
        "No application has the Application ID URI api://gone, which is declared for 1/test."
    )


@pytest.mark.parametrize(
    ("applications", "remark"),
    [
        (
            [api(), api("Second", PRODUCTION.replace("production", "test"), PRODUCTION)],
            "2 applications are APIs of 1/production",
        ),
        (
            [api("Both", PRODUCTION, PRODUCTION.replace("production", "test"))],
            "is the API of 1/production, 1/test: a token for one of them is valid for the others.",
        ),
        (
            [
                api(
                    notes="Made by flow-mcp for the Flow tenant acme; changes made here are undone.",
                )
            ],
            "of 1/production was created by this tenant's stack.",
        ),
        (
            [
                api(
                    web={"redirectUris": ["https://contoso.example"]},
                )
            ],
            "has the redirect URI https://contoso.example, which the azuread plugin rejects.",
        ),
    ],
    ids=["two", "shared", "owned", "rejected"],
)
def test_an_api_that_cannot_be_managed_stays(applications: list[Any], remark: str) -> None:
    made = proposal(directory(*applications), workspaces={"1": ["production"]})
    assert any(remark in entry for entry in made.reading.remarks), made.reading.remarks
    assert made.imports.left == tuple(
        Left(
            f"Application/1/{environment}",
            f"Creates the application of 1/{environment} with its service principal, its assignments and its "
            "preauthorizations. The settings lack the resource until then.",
        )
        for environment in made.reading.workspaces["1"]
        if f"1/{environment}" not in (made.tenant["authorizationServer"]["entra"].get("apis") or {})
    )


def test_a_tenant_without_a_known_workspace_is_an_error_with_a_remedy() -> None:
    with pytest.raises(AdoptError, match="Name the workspaces and environments with --workspace"):
        proposal(directory(_AGENT))


@pytest.mark.parametrize(
    ("changes", "remark"),
    [
        ({"passwordCredentials": []}, "because it has no credential."),
        (
            {"passwordCredentials": [], "keyCredentials": [{"keyId": "k"}]},
            "because it authenticates with a certificate",
        ),
        (
            {"web": {"redirectUris": ["https://contoso.example"]}},
            "because it has the redirect URI https://contoso.example, which the azuread plugin rejects.",
        ),
    ],
    ids=["no-credential", "certificate", "redirect-uri"],
)
def test_a_client_that_cannot_be_managed_is_listed(changes: dict[str, Any], remark: str) -> None:
    made = proposal(directory(api(), {**_AGENT, **changes}, assigned=_ASSIGNED))
    (client,) = made.reading.clients
    assert client.section == "manualRegistrations"
    assert remark in client.remarks[0]
    assert made.tenant["manualRegistrations"] == {
        "agent": {"clientId": guid("Agent"), "grant": "client-credentials", "access": ["1/production"]}
    }


def test_vs_code_is_declared_where_the_application_id_uri_is_the_mcp_url() -> None:
    preauthorized = {"appId": VSCODE, "delegatedPermissionIds": [guid("scope")]}
    registered = api()
    registered["api"]["preAuthorizedApplications"] = [preauthorized]
    made = proposal(directory(registered))
    assert made.tenant["authorizationServer"]["entra"]["preauthorized"] == {
        "vscode": {"access": ["1/production"], "people": "none"}
    }
    assert made.tenant["adopted"]["ApplicationPreAuthorized/vscode/1/production"]["id"] == (
        f"{guid('Api object')}/preAuthorizedApplication/{VSCODE}"
    )


def test_grants_that_may_not_be_read_are_reported() -> None:
    query = f"/v1.0/oauth2PermissionGrantsresourceId eq '{guid('Api principal')}'"
    made = proposal({**directory(api(), _AGENT, assigned=_ASSIGNED), query: FORBIDDEN})
    assert made.reading.remarks[-1].startswith(
        "The granted delegated permissions of 1/production could not be read."
    )


def test_the_instances_entra_tenant_is_adopted_like_an_own_one() -> None:
    made = instance_proposal(directory(api(), _AGENT, assigned=_ASSIGNED), "saas")
    assert made.tenant["authorizationServer"] == {"flow-entra": {}}
    assert made.tenant["adopted"]["Application/agent"]["id"] == f"/applications/{guid('Agent object')}"


def test_on_premises_registered_applications_are_listed_without_imports() -> None:
    registered = api()
    preauthorized = {"appId": VSCODE, "delegatedPermissionIds": [guid("scope")]}
    registered["api"]["preAuthorizedApplications"] = [preauthorized]
    made = instance_proposal(directory(registered, _AGENT, assigned=_ASSIGNED), "on-premises")
    assert made.tenant == {
        "id": "acme",
        "workspaces": {"1": {"environments": ["production"]}},
        "authorizationServer": {"flow-entra": {"applications": {"1/production": {"clientId": guid("Api")}}}},
        "manualRegistrations": {
            "agent": {"clientId": guid("Agent"), "grant": "client-credentials", "access": ["1/production"]},
            "vscode": {"clientId": VSCODE, "grant": "authorization-code", "access": ["1/production"]},
        },
        "adopted": {},
    }


@pytest.mark.parametrize(
    ("authority", "server"),
    [
        (f"https://login.microsoftonline.com/{TENANT}/v2.0", {"tenantId": TENANT}),
        (
            f"https://login.microsoftonline.us/{TENANT.upper()}/v2.0/",
            {"tenantId": TENANT, "cloud": "usgovernment"},
        ),
        ("https://login.microsoftonline.com/common/v2.0", None),
        (f"https://login.example/{TENANT}/v2.0", None),
        ("https://id.example/realms/acme", None),
    ],
)
def test_an_issuer_of_entra_is_recognized(authority: str, server: dict[str, str] | None) -> None:
    assert EntraReader().server_of(authority) == server


def test_invalid_settings_are_an_error_with_a_remedy() -> None:
    with pytest.raises(AuthorizationServerError, match="Give tenantId, or the authority"):
        proposal({}, server={"tenantId": "common"})
    with pytest.raises(
        AuthorizationServerError, match=r"Entra tenant .* flowEntra\.deployment: .*Pulumi\.yaml"
    ):
        instance_proposal({}, "nowhere")


_KEYS = st.sampled_from(
    [
        *("id", "appId", "displayName", "notes", "identifierUris", "signInAudience", "api", "appRoles"),
        *("web", "spa", "publicClient", "requiredResourceAccess", "passwordCredentials", "keyCredentials"),
        *("optionalClaims", "groupMembershipClaims", "isFallbackPublicClient", "info", "owners"),
        *("accountEnabled", "appRoleAssignmentRequired", "servicePrincipalType"),
    ]
)
_ODD = st.dictionaries(_KEYS, JSON, max_size=5)
_ENTRIES = st.lists(
    st.dictionaries(
        st.sampled_from(
            [
                *("id", "appId", "appRoleId", "principalId", "principalType", "clientId", "name", "issuer"),
                *("subject", "audiences", "value", "isEnabled", "type", "resourceAppId", "resourceAccess"),
                *("startDateTime", "endDateTime", "delegatedPermissionIds", "allowedMemberTypes"),
            ]
        ),
        JSON | st.sampled_from([guid("Api"), guid("Agent principal"), guid("scope"), "Group", "2026-01-01"]),
        max_size=5,
    ),
    max_size=3,
)
_URIS = st.lists(
    st.sampled_from(["*", "urn:x:y", "https://a.example/*", "a:/b", "http://[", "http://127.0.0.1/cb", ""])
    | st.text(max_size=30),
    max_size=4,
)


@settings(max_examples=100, deadline=None)
@given(_ODD, _ODD, _ODD, _ENTRIES, _ENTRIES, _URIS, st.booleans())
def test_an_entra_tenant_of_any_shape_ends_in_a_proposal_or_an_error_with_a_remedy(
    of_api: dict[str, Any],
    of_agent: dict[str, Any],
    of_principal: dict[str, Any],
    assigned: list[Any],
    entries: list[Any],
    uris: list[str],
    named: bool,
) -> None:
    agent = {**_AGENT, "publicClient": {"redirectUris": uris}, "requiredResourceAccess": entries, **of_agent}
    content = directory(
        {**api(), "appRoles": [*api()["appRoles"], *entries], **of_api},
        {
            **agent,
            "id": _AGENT["id"],
            "appId": _AGENT["appId"],
            "displayName": of_agent.get("displayName", ""),
        },
        assigned={"Api": [*_ASSIGNED["Api"], *assigned]},
    )
    content[f"/v1.0/applications/{guid('Agent object')}/federatedIdentityCredentials"] = entries
    content[f"/v1.0/servicePrincipals(appId='{guid('Agent')}')"] = of_principal
    content[f"/v1.0/oauth2PermissionGrantsresourceId eq '{guid('Api principal')}'"] = entries
    try:
        made = proposal(
            content,
            workspaces={"1": ["production"]},
            client_ids={guid("Agent"): "--client"} if named else {},
        )
    except FlowMcpError:
        return
    assert_shown_exactly(made)
