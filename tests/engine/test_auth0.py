"""A tenant on Auth0, on the real engine with the stand-in plugin. Auth0 itself takes no part."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import yaml

from flow_mcp.runtime import Reason
from flow_mcp.settings import SettingsDocument
from tests.conftest import REPOSITORY
from tests.engine.conftest import StandInProject
from tests.issuers import auth0 as issuer
from tests.standin.auth0_rules import (
    API,
    CIMD,
    CLIENT,
    CREDENTIALS,
    GRANT,
    PERMISSION,
    ROLE,
    TENANT,
    get_tenant,
)

STACK = "initech"
DOMAIN = "initech.eu.auth0.com"
AUTHORITY = "https://login.initech.example/"
BASE = "https://app.profitbase.biz/flow/mcp/tenants/initech/workspaces/31/environments/"
PRODUCTION, TEST = BASE + "production", BASE + "test"
DOCUMENT = "https://claude.ai/oauth/claude-code-client-metadata"
FORMER_SETTINGS = {
    "errorPages": [{"html": "<p>Oh</p>", "showLogLink": True, "url": ""}],
    "sessionLifetime": 8,
}


@pytest.fixture
def auth0(stand_in: Callable[[str], StandInProject]) -> StandInProject:
    project = stand_in("auth0")
    project.prepare(DOMAIN, tenant=FORMER_SETTINGS)
    return project


def sample() -> dict[str, Any]:
    """Return the declaration of the sample stack."""
    file = REPOSITORY / "stacks" / f"Pulumi.{STACK}.yaml"
    declared: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))["config"]["flow-mcp:tenant"]
    return declared


def declare(auth0: StandInProject, tenant: dict[str, Any]) -> None:
    auth0.scratch.declare(STACK, yaml.safe_dump({"config": {"flow-mcp:tenant": tenant}}))
    auth0.scratch.pulumi("stack", "select", "--create", STACK)


def apply(auth0: StandInProject, command: str = "up", *options: str) -> str:
    return auth0.scratch.pulumi(command, "--yes", "--skip-preview", "--stack", STACK, *options).stdout


def document(auth0: StandInProject) -> SettingsDocument:
    return SettingsDocument.from_json(auth0.scratch.outputs(STACK)["settings"])


def objects_of(auth0: StandInProject, token: str) -> list[dict[str, Any]]:
    with auth0.server.account(DOMAIN) as account:
        return account.of(token)


def account_contents(auth0: StandInProject) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the contents of the Auth0 tenant: objects by type, and the settings in the form of its API."""
    with auth0.server.account(DOMAIN) as account:
        objects = {token: by_id for token, by_id in account.objects.items() if by_id}
        return objects, get_tenant({}, account)


def grants(auth0: StandInProject) -> set[tuple[str, str, str]]:
    """Return client, environment and subject type of all client grants."""
    name = {client["clientId"]: client["name"] for client in objects_of(auth0, CLIENT)}
    name |= {client["clientId"]: client["externalClientId"] for client in objects_of(auth0, CIMD)}
    assert all(grant["scopes"] == ["mcp:access"] for grant in objects_of(auth0, GRANT))
    return {
        (
            name[grant["clientId"]] if "clientId" in grant else grant["defaultFor"],
            grant["audience"].removeprefix(BASE),
            grant["subjectType"],
        )
        for grant in objects_of(auth0, GRANT)
    }


def test_lifecycle_of_the_sample_tenant(auth0: StandInProject) -> None:
    before = account_contents(auth0)
    declare(auth0, sample())
    auth0.scratch.pulumi("preview", "--stack", STACK)
    assert account_contents(auth0) == before

    apply(auth0)
    outputs = auth0.scratch.outputs(STACK, secrets=True)
    assert outputs["authority"] == AUTHORITY
    assert outputs["clientIds"] == {
        "legacy-crm": "tV0xB3nQ8kRz1yWcE5uJ7aLmS2pDfGhK",
        **{
            client["name"].removeprefix("flow-mcp-initech-"): client["clientId"]
            for client in objects_of(auth0, CLIENT)
        },
    }
    assert outputs["clientSecrets"].keys() == {"portal", "test-agent"}
    assert auth0.scratch.outputs(STACK)["clientSecrets"] == "[secret]"
    state = "".join(file.read_text() for file in auth0.scratch.state.rglob("*.json"))
    assert outputs["clientIds"]["portal"] in state
    assert not [secret for secret in outputs["clientSecrets"].values() if secret in state]

    assert_made_as_declared(auth0)
    assert_tokens_are_decided(document(auth0))

    for command in ("up", "refresh"):
        apply(auth0, command, "--expect-no-changes")
    auth0.scratch.pulumi("preview", "--expect-no-changes", "--stack", STACK)

    changed = sample()
    del changed["clients"]["portal"]
    changed["clients"]["desktop"]["access"] = ["31/production"]
    declare(auth0, changed)
    apply(auth0)
    assert {client["name"] for client in objects_of(auth0, CLIENT)} == {
        "flow-mcp-initech-desktop",
        "flow-mcp-initech-nightly-agent",
        "flow-mcp-initech-test-agent",
    }
    assert ("flow-mcp-initech-desktop", "test", "user") not in grants(auth0)
    assert outputs["clientIds"]["desktop"] == auth0.scratch.outputs(STACK)["clientIds"]["desktop"]

    apply(auth0, "destroy")
    assert account_contents(auth0) == before


def assert_made_as_declared(auth0: StandInProject) -> None:
    shared = {
        "allowOfflineAccess": True,
        "enforcePolicies": True,
        "signingAlg": "RS256",
        "skipConsentForVerifiableFirstPartyClients": True,
        "subjectTypeAuthorization": {
            "client": {"policy": "require_client_grant"},
            "user": {"policy": "require_client_grant"},
        },
        "tokenDialect": "rfc9068_profile",
        "tokenLifetime": 3600,
        "tokenLifetimeForWeb": 3600,
    }
    apis = {api["identifier"]: api for api in objects_of(auth0, API)}
    assert apis.keys() == {PRODUCTION, TEST}
    for identifier, api in apis.items():
        environment = identifier.removeprefix(BASE)
        expected = {**shared, "name": f"Flow MCP initech 31/{environment}"}
        assert {name: api[name] for name in expected} == expected
    assert grants(auth0) == {
        ("flow-mcp-initech-desktop", "production", "user"),
        ("flow-mcp-initech-desktop", "test", "user"),
        ("flow-mcp-initech-nightly-agent", "production", "client"),
        ("flow-mcp-initech-portal", "production", "user"),
        ("flow-mcp-initech-test-agent", "test", "client"),
        ("third_party_clients", "test", "user"),
        (DOCUMENT, "test", "user"),
    }
    assert {
        client["name"].removeprefix("flow-mcp-initech-"): (
            client["appType"],
            client["grantTypes"],
            client["callbacks"],
            client["oidcConformant"],
            client["isFirstParty"],
        )
        for client in objects_of(auth0, CLIENT)
    } == {
        "desktop": (
            "native",
            ["authorization_code", "refresh_token"],
            ["http://127.0.0.1:6274/oauth/callback"],
            True,
            True,
        ),
        "nightly-agent": ("non_interactive", ["client_credentials"], [], True, True),
        "portal": (
            "regular_web",
            ["authorization_code", "refresh_token"],
            ["https://portal.initech.example/oauth/callback"],
            True,
            True,
        ),
        "test-agent": ("non_interactive", ["client_credentials"], [], True, True),
    }
    name = {client["clientId"]: client["name"] for client in objects_of(auth0, CLIENT)}
    assert {name[c["clientId"]]: c["authenticationMethod"] for c in objects_of(auth0, CREDENTIALS)} == {
        "flow-mcp-initech-desktop": "none",
        "flow-mcp-initech-nightly-agent": "private_key_jwt",
        "flow-mcp-initech-portal": "client_secret_basic",
        "flow-mcp-initech-test-agent": "client_secret_basic",
    }
    [role] = objects_of(auth0, ROLE)
    assert {
        (p["roleId"], p["resourceServerIdentifier"], p["permission"]) for p in objects_of(auth0, PERMISSION)
    } == {
        (role["id"], PRODUCTION, "mcp:access"),
        (role["id"], TEST, "mcp:access"),
    }
    with auth0.server.account(DOMAIN) as account:
        assert account.given["tenant"] == {
            **FORMER_SETTINGS,
            "clientIdMetadataDocumentSupported": True,
            "flags": [{"enableDynamicClientRegistration": True}],
            "resourceParameterProfile": "compatibility",
        }
    written = json.dumps([objects_of(auth0, token) for token in (API, CLIENT, CIMD, ROLE)])
    assert "Managed by Pulumi" not in written
    assert "unnamed-" not in written


def assert_tokens_are_decided(settings: SettingsDocument) -> None:
    """Check the decision for every client and resource, with the token that Auth0 would issue."""
    for client in settings.authorization_servers[0].clients:
        make = issuer.person if client.grant == "authorization-code" else issuer.program
        for resource in settings.protected_resources:
            token = issuer.signed(make(AUTHORITY, resource.url, client.client_id))
            has_access = resource.key in client.access
            expected = Reason.ALLOWED if has_access else Reason.RESOURCE_NOT_GIVEN
            assert issuer.decided(settings, resource.url, token).reason is expected


def test_stack_that_does_not_manage_the_tenant_settings_reads_them_and_warns(
    auth0: StandInProject,
) -> None:
    tenant = sample()
    server = tenant["authorizationServer"]["auth0"]
    del server["tenantSettings"]
    declare(auth0, tenant)
    refused = auth0.scratch.pulumi("preview", "--stack", STACK, check=False).stdout
    assert f"Client ID metadata documents are off in the Auth0 tenant {DOMAIN}" in refused
    assert "Traceback" not in refused

    del server["registration"]["metadataDocuments"]
    declare(auth0, tenant)
    printed = apply(auth0)
    assert "its resource parameter profile is audience" in printed
    assert "Dynamic client registration is off in this Auth0 tenant" in printed
    assert objects_of(auth0, TENANT) == []
    with auth0.server.account(DOMAIN) as account:
        assert account.given["tenant"] == FORMER_SETTINGS
    [application, *_] = document(auth0).authorization_servers[0].clients
    [request, *_] = application.token_requests
    assert request.authorization_parameters is not None
    assert request.authorization_parameters["audience"] == request.resource


def test_existing_roles_get_permissions_and_are_not_adopted(auth0: StandInProject) -> None:
    tenant = sample()
    del tenant["authorizationServer"]["auth0"]["roles"]
    declare(auth0, tenant)
    refused = auth0.scratch.pulumi("up", "--yes", "--skip-preview", "--stack", STACK, check=False).stdout
    assert "The Auth0 role planners, which people: {groups: […]} declares, cannot be read" in refused
    with auth0.server.account(DOMAIN) as account:
        assert account.objects == {}
    assert "declare roles: {create: true}" in refused
    assert "Traceback" not in refused

    auth0.prepare(DOMAIN, roles={"planners": "rol_planners"})
    apply(auth0)
    assert {permission["roleId"] for permission in objects_of(auth0, PERMISSION)} == {"rol_planners"}
    apply(auth0, "destroy")
    with auth0.server.account(DOMAIN) as account:
        assert account.given["roles"] == {"planners": "rol_planners"}


def test_tenant_with_programs_only_reads_neither_roles_nor_tenant_settings(auth0: StandInProject) -> None:
    tenant = sample()
    tenant["authorizationServer"]["auth0"] = {"domain": DOMAIN}
    tenant["clients"] = {"test-agent": tenant["clients"]["test-agent"]}
    tenant["manualRegistrations"] = {}
    declare(auth0, tenant)
    assert "resource parameter profile" not in apply(auth0)
    policies = {api["identifier"]: api["subjectTypeAuthorization"] for api in objects_of(auth0, API)}
    nobody, granted = {"policy": "deny_all"}, {"policy": "require_client_grant"}
    assert policies == {
        PRODUCTION: {"client": nobody, "user": nobody},
        TEST: {"client": granted, "user": nobody},
    }


def test_insufficient_administrator_credentials_raise_readable_errors(auth0: StandInProject) -> None:
    declare(auth0, sample())
    both = replace(auth0.scratch, credentials={**auth0.scratch.credentials, "AUTH0_API_TOKEN": "s3cr3t"})
    refused = both.pulumi("preview", "--stack", STACK, check=False)
    assert refused.returncode != 0
    assert "two kinds of credentials for Auth0" in refused.stdout
    assert "Traceback" not in refused.stdout
    assert "s3cr3t" not in refused.stdout

    auth0.prepare(DOMAIN, shows_secrets=False)
    unreadable = auth0.scratch.pulumi("up", "--yes", "--skip-preview", "--stack", STACK, check=False)
    assert unreadable.returncode != 0
    assert "lacks read:client_keys" in unreadable.stdout
    assert "Traceback" not in unreadable.stdout
    with auth0.server.account(DOMAIN) as account:
        for credentials in account.objects[CREDENTIALS].values():
            credentials["clientSecret"] = "n0w-sh0wn"
    apply(auth0, "up", "--refresh")
    assert set(auth0.scratch.outputs(STACK, secrets=True)["clientSecrets"].values()) == {"n0w-sh0wn"}


def test_bound_tokens_are_required_by_the_clients_and_accepted_by_the_apis(auth0: StandInProject) -> None:
    tenant = sample()
    tenant["authorizationServer"]["auth0"] = {"domain": DOMAIN}
    program = {"grant": "client-credentials", "access": ["31/production"]}
    tenant["clients"] = {
        "robot": {**program, "access": ["31/*"], "tokens": {"binding": "dpop"}},
        "agent": program,
    }
    tenant["manualRegistrations"] = {}
    declare(auth0, tenant)
    apply(auth0)
    assert {
        client["name"]: client.get("requireProofOfPossession") for client in objects_of(auth0, CLIENT)
    } == {
        "flow-mcp-initech-robot": True,
        "flow-mcp-initech-agent": None,
    }
    assert {api["identifier"]: api["proofOfPossession"] for api in objects_of(auth0, API)} == {
        PRODUCTION: {"mechanism": "dpop", "required": False},
        TEST: {"mechanism": "dpop", "required": True},
    }
