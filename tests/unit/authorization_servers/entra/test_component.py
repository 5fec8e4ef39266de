"""The resources that the program requests from the azuread plugin, recorded by mocks."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pulumi
import pytest

from flow_mcp.authorization_servers.entra.component import EntraAuthorizationServer
from flow_mcp.authorization_servers.entra.names import VSCODE
from tests.unit.authorization_servers.entra.contoso import (
    PEOPLE,
    PRODUCTION,
    SECRET,
    TENANT,
    TEST,
    agent,
    desktop,
    load,
    tenant,
)
from tests.unit.authorization_servers.mocks import run

GROUP, OWNER = "d0000000-0000-4000-8000-000000000001", "d0000000-0000-4000-8000-000000000002"
FEDERATED = {"issuer": "https://token.actions.githubusercontent.com", "subject": "repo:contoso/x:ref:main"}


class RecordingMocks(pulumi.runtime.Mocks):
    """Records the requested resources and calls, and invents the values that Entra assigns."""

    def __init__(self) -> None:
        self.resources: dict[tuple[str, str], dict[str, Any]] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        kind = args.typ.rpartition(":")[2]
        self.resources[kind, args.name] = args.inputs
        object_id = str(uuid5(NAMESPACE_OID, f"{kind} {args.name}"))
        assigned: dict[str, Any] = {
            "objectId": object_id,
            "clientId": object_id,
            "value": f"secret of {args.name}",
            "appRoleIds": {"Flow.Program": "role of the server"},
            "oauth2PermissionScopeIds": {},
        }
        identifier = f"/applications/{object_id}" if kind == "Application" else object_id
        return identifier, {**assigned, **args.inputs}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]]]:
        name = args.token.rpartition(":")[2]
        self.calls.append((name, args.args))
        if name == "getDomains":
            return {"domains": [{"domainName": "Contoso.example"}]}, []
        return {"objectId": GROUP}, []

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the inputs of all resources of a kind by name."""
        return {
            name: inputs for (resource_kind, name), inputs in self.resources.items() if resource_kind == kind
        }


def created(adopted: dict[str, Any] | None = None, **parts: Any) -> tuple[RecordingMocks, dict[str, Any]]:
    """Return the recorded requests and the component's outputs `ids`, `secrets` and `secret` (a flag)."""
    record = {"adopted": adopted} if adopted else {}
    declaration = load(tenant(**parts) | record).declaration
    recorded, outputs = RecordingMocks(), dict[str, Any]()

    async def program() -> None:
        component = EntraAuthorizationServer("contoso", declaration, pulumi.ResourceOptions())
        outputs.update(
            ids=await component.ids.future(),
            secrets=await component.secrets.future(),
            secret=await component.secrets.is_secret(),
        )

    run(recorded, program)
    return recorded, outputs


def test_api_requests_version_2_tokens_without_implicit_grant() -> None:
    recorded, _ = created()
    api = recorded.of("Application")["7/production"]
    assert api["signInAudience"] == "AzureADMyOrg"
    assert api["identifierUris"] == [PRODUCTION]
    assert api["api"]["requestedAccessTokenVersion"] == 2
    assert [scope["type"] for scope in api["api"]["oauth2PermissionScopes"]] == ["Admin"]
    assert {role["value"]: role["allowedMemberTypes"] for role in api["appRoles"]} == {
        "mcp.program": ["Application"],
        "mcp.person": ["User"],
    }
    assert {"web", "publicClient", "singlePageApplication", "owners", "password"}.isdisjoint(api)


def test_secrets_are_pulumi_secrets_with_the_declared_expiry() -> None:
    recorded, outputs = created()
    assert outputs["secrets"] == {"agent": "secret of agent"}
    assert outputs["secret"] is True
    (password,) = recorded.of("ApplicationPassword").values()
    assert {name: password[name] for name in ("endDate", "rotateWhenChanged")} == {
        "endDate": "2027-04-30T00:00:00Z",
        "rotateWhenChanged": {"issued": "2026-11-01"},
    }
    assert "endDateRelative" not in password
    assert recorded.of("ApplicationFederatedIdentityCredential") == {}


@pytest.mark.parametrize(
    ("cloud", "audience", "expected"),
    [
        ("public", None, "api://AzureADTokenExchange"),
        ("usgovernment", None, "api://AzureADTokenExchangeUSGov"),
        ("china", None, "api://AzureADTokenExchangeChina"),
        ("public", "flow", "flow"),
    ],
)
def test_federated_credential_creates_no_secret(cloud: str, audience: str | None, expected: str) -> None:
    credential = FEDERATED | ({"audience": audience} if audience else {})
    client = {"grant": "client-credentials", "access": ["*"], "federatedCredential": credential}
    recorded, outputs = created(entra={"cloud": cloud}, clients={"a": client})
    (federated,) = recorded.of("ApplicationFederatedIdentityCredential").values()
    assert {name: federated[name] for name in ("displayName", "issuer", "subject", "audiences")} == {
        "displayName": "flow-mcp-a",
        "issuer": FEDERATED["issuer"],
        "subject": FEDERATED["subject"],
        "audiences": [expected],
    }
    assert outputs["secrets"] == {}
    assert recorded.of("ApplicationPassword") == {}


def test_redirect_uris_are_on_the_platform_of_the_client_type() -> None:
    page, portal = "https://page.contoso.example/", "https://portal.contoso.example/callback"
    recorded, _ = created(
        clients={
            "desktop": desktop(),
            "page": desktop(redirectUris=[page], webOrigins=[page.rstrip("/")]),
            "portal": desktop(redirectUris=[portal], secret=SECRET),
            "agent": agent(),
        }
    )
    platforms = ("publicClient", "singlePageApplication", "web")
    assert {
        name: {platform: inputs[platform]["redirectUris"] for platform in platforms if platform in inputs}
        for name, inputs in recorded.of("Application").items()
        if "/" not in name
    } == {
        "desktop": {"publicClient": ["http://127.0.0.1/callback"]},
        "page": {"singlePageApplication": [page]},
        "portal": {"web": [portal]},
        "agent": {},
    }


def test_a_known_application_is_on_the_platform_of_its_type() -> None:
    person = {"access": ["*"], "people": PEOPLE}
    callback = "https://global.consent.azure-apim.net/redirect/cr938-x"
    recorded, _ = created(
        clients={
            "cursor": {"application": "cursor", **person},
            "copilot": {
                "application": "copilot-studio",
                "redirectUris": [callback],
                "secret": SECRET,
                **person,
            },
        }
    )
    inputs = recorded.of("Application")
    assert (inputs["cursor"]["publicClient"]["redirectUris"], inputs["copilot"]["web"]["redirectUris"]) == (
        [
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "http://localhost:8787/callback",
            "https://www.cursor.com/agents/mcp/oauth/callback",
        ],
        [callback],
    )


def test_people_everyone_requires_no_assignment() -> None:
    recorded, _ = created(
        clients={"desktop": desktop(people="everyone", access=["7/test"]), "agent": agent()}
    )
    required = {
        name: inputs["appRoleAssignmentRequired"] for name, inputs in recorded.of("ServicePrincipal").items()
    }
    assert required == {"7/production": True, "7/test": False, "desktop": False, "agent": False}
    assert set(recorded.of("AppRoleAssignment")) == {"agent/7/production"}


def test_people_none_requires_assignment_and_assigns_nobody() -> None:
    recorded, _ = created(clients={"desktop": desktop(people="none")})
    required = {
        name: inputs["appRoleAssignmentRequired"] for name, inputs in recorded.of("ServicePrincipal").items()
    }
    assert required == {"7/production": True, "7/test": True, "desktop": True}
    assert recorded.of("AppRoleAssignment") == {}


def test_group_declared_by_object_id_is_not_read() -> None:
    recorded, _ = created(
        entra={"verifiedDomains": []},
        clients={"desktop": desktop(people={"groups": [GROUP]}, access=["7/test"])},
    )
    assert recorded.calls == []
    assert {
        name: inputs["principalObjectId"] for name, inputs in recorded.of("AppRoleAssignment").items()
    } == {
        f"7/test:{GROUP}": GROUP,
        f"desktop:{GROUP}": GROUP,
    }


def test_group_declared_by_name_is_read_once_as_a_security_group() -> None:
    recorded, _ = created()
    assert [call for call in recorded.calls if call[0] == "getGroup"] == [
        ("getGroup", {"displayName": "planners", "securityEnabled": True})
    ]


def test_clients_get_exactly_their_declared_access() -> None:
    recorded, outputs = created(
        entra={"preauthorized": {"vscode": {"access": ["7/test"]}}},
        clients={"agent": agent(), "desktop": desktop(access=["7/test"])},
    )
    production, test = outputs["ids"]["7/production"], outputs["ids"]["7/test"]
    assert {
        name: [
            (access["resourceAppId"], [item["type"] for item in access["resourceAccesses"]])
            for access in inputs.get("requiredResourceAccesses", [])
        ]
        for name, inputs in recorded.of("Application").items()
    } == {"7/production": [], "7/test": [], "agent": [(production, ["Role"])], "desktop": [(test, ["Scope"])]}
    assert {
        (inputs["authorizedClientId"], inputs["applicationId"])
        for inputs in recorded.of("ApplicationPreAuthorized").values()
    } == {
        (outputs["ids"]["desktop"], f"/applications/{test}"),
        (VSCODE, f"/applications/{test}"),
    }


def test_declared_owners_own_all_objects() -> None:
    recorded, _ = created(entra={"owners": [OWNER]})
    owned = [*recorded.of("Application").values(), *recorded.of("ServicePrincipal").values()]
    assert [inputs["owners"] for inputs in owned] == [[OWNER]] * 8


def test_provider_has_tenant_and_cloud_of_the_declaration_and_no_credentials() -> None:
    recorded, _ = created(entra={"cloud": "usgovernment"})
    ((name, inputs),) = recorded.of("azuread").items()
    assert name == f"entra-{TENANT}"
    assert {key: value for key, value in inputs.items() if key in {"tenantId", "environment"}} == {
        "tenantId": TENANT,
        "environment": "usgovernment",
    }
    assert {"clientId", "clientSecret", "oidcToken"}.isdisjoint(inputs)
    assert recorded.of("Application")["7/test"]["identifierUris"] == [TEST]


def test_a_secret_that_existed_before_the_stack_is_left_until_the_next_rotation() -> None:
    left = {"ApplicationPassword/agent/2026-11-01": {"leave": True}}
    recorded, outputs = created(left, clients={"agent": agent()})
    assert (recorded.of("ApplicationPassword"), outputs["secrets"]) == ({}, {})

    rotated = agent(secret={**SECRET, "issued": "2026-12-01", "previous": "2026-11-01", "overlap": "7d"})
    recorded, outputs = created(left, clients={"agent": rotated})
    assert [*recorded.of("ApplicationPassword")] == ["agent/2026-12-01"]
    assert outputs["secrets"] == {"agent": "secret of agent/2026-12-01"}


def test_what_depends_on_a_left_object_is_not_created() -> None:
    left = {
        "Application/7/test": {"leave": True},
        "ServicePrincipal/desktop": {"leave": True},
        "AppRoleAssignment/7/production:planners": {"leave": True},
        "ApplicationPreAuthorized/desktop/7/production": {"leave": True},
    }
    recorded, outputs = created(left)
    assert sorted(outputs["ids"]) == ["7/production", "agent", "desktop"]
    assert sorted(recorded.of("ServicePrincipal")) == ["7/production", "agent"]
    assert sorted(recorded.of("AppRoleAssignment")) == ["agent/7/production"]
    assert recorded.of("ApplicationPreAuthorized") == {}
    (required,) = recorded.of("Application")["desktop"]["requiredResourceAccesses"]
    assert required["resourceAppId"] == outputs["ids"]["7/production"]


def test_permissions_of_an_adopted_api_keep_their_ids() -> None:
    adopted = {"Application/7/production": {"id": "/applications/x", "keep": ["api", "appRoles"]}}
    recorded, _ = created(adopted, entra={"apis": {"7/production": {"programRole": "Flow.Program"}}})
    assignment = recorded.of("AppRoleAssignment")["agent/7/production"]
    assert assignment["appRoleId"] == "role of the server"
