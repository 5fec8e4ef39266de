"""A tenant on Entra, on the real engine with the stand-in for azuread. Entra itself takes no part."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flow_mcp.authorization_servers.entra.names import VSCODE
from flow_mcp.runtime import Reason
from flow_mcp.settings import SettingsDocument
from tests.conftest import REPOSITORY
from tests.engine.conftest import StandInProject
from tests.issuers import entra
from tests.standin.azuread_rules import APPLICATION, ASSIGNMENT, PASSWORD, PREAUTHORIZED, SERVICE_PRINCIPAL

ENTRA_TENANT = "3f0c6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11"
OTHER = "4a1d6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11"
AUTHORITY = f"https://login.microsoftonline.com/{ENTRA_TENANT}/v2.0"
PLANNERS = "aaaaaaaa-0000-4000-8000-000000000001"
SAMPLE = (REPOSITORY / "stacks" / "Pulumi.contoso.yaml").read_text(encoding="utf-8")
MCP = "https://flow.contoso.example/flow/mcp/tenants/contoso/workspaces/200/environments"


@pytest.fixture
def contoso(stand_in: Callable[[str], StandInProject]) -> StandInProject:
    project = stand_in("azuread")
    project.prepare(ENTRA_TENANT, groups={"planners": PLANNERS}, domains=["contoso.example"])
    project.scratch.declare("contoso", SAMPLE)
    project.scratch.pulumi("stack", "select", "--create", "contoso")
    return project


def pulumi(contoso: StandInProject, *arguments: str) -> str:
    return contoso.scratch.pulumi(*arguments, "--stack", "contoso").stdout


def changes(contoso: StandInProject) -> dict[str, int]:
    """Return the number of steps of a preview by kind."""
    summary: dict[str, int] = json.loads(pulumi(contoso, "preview", "--json"))["changeSummary"]
    return {kind: count for kind, count in summary.items() if kind != "same"}


def test_lifecycle_of_a_tenant(contoso: StandInProject) -> None:
    pulumi(contoso, "up", "--yes")
    outputs = contoso.scratch.outputs("contoso", secrets=True)
    _assert_created_as_declared(contoso, outputs)
    _assert_no_secret_in_state_and_output(contoso, outputs["clientSecrets"])

    pulumi(contoso, "up", "--yes", "--skip-preview", "--expect-no-changes")
    pulumi(contoso, "refresh", "--yes", "--skip-preview", "--expect-no-changes")
    assert contoso.scratch.outputs("contoso", secrets=True) == outputs

    # One client gets a new secret, and another loses its access to 200/production.
    changed = SAMPLE.replace(
        'access: ["200/test"]\n        secret: {issued: "2026-11-01"',
        'access: ["200/test"]\n        secret: {issued: "2027-03-01"',
    ).replace('["200/production", "200/test"]', '["200/test"]')
    contoso.scratch.declare("contoso", changed)
    assert changes(contoso) == {"delete": 1, "replace": 1, "update": 2}
    pulumi(contoso, "up", "--yes", "--skip-preview")
    after = contoso.scratch.outputs("contoso", secrets=True)
    assert after["clientIds"] == outputs["clientIds"]
    assert after["clientSecrets"]["importer"] != outputs["clientSecrets"]["importer"]
    assert after["clientSecrets"]["portal"] == outputs["clientSecrets"]["portal"]
    agent = _client(SettingsDocument.from_json(after["settings"]), "nightly-agent")
    assert agent.access == ("200/test",)

    # With another Entra tenant, all objects are created there and deleted in the former one.
    contoso.prepare(OTHER, groups={"planners": PLANNERS}, domains=["contoso.example"])
    contoso.scratch.declare("contoso", changed.replace(ENTRA_TENANT, OTHER))
    previewed = pulumi(contoso, "preview", "--diff")
    assert f'"{AUTHORITY}" => "{AUTHORITY.replace(ENTRA_TENANT, OTHER)}"' in previewed
    pulumi(contoso, "up", "--yes", "--skip-preview")
    moved = contoso.scratch.outputs("contoso")["clientIds"]
    assert {name for name in moved if moved[name] == after["clientIds"][name]} == {"legacy-crm", "vscode"}
    assert _objects(contoso, ENTRA_TENANT) == 0
    assert _objects(contoso, OTHER) == 25

    pulumi(contoso, "destroy", "--yes", "--skip-preview")
    assert _objects(contoso, OTHER) == 0


def _objects(contoso: StandInProject, tenant_id: str) -> int:
    with contoso.server.account(tenant_id) as account:
        return sum(map(len, account.objects.values()))


def _assert_created_as_declared(contoso: StandInProject, outputs: dict[str, Any]) -> None:
    settings = SettingsDocument.from_json(outputs["settings"])
    assert outputs["settings"] == settings.canonical_json()
    assert outputs["authority"] == AUTHORITY
    assert sorted(outputs["clientSecrets"]) == ["importer", "portal"]
    with contoso.server.account(ENTRA_TENANT) as account:
        applications = {resource["displayName"]: resource for resource in account.of(APPLICATION)}
        principals = {resource["clientId"]: resource for resource in account.of(SERVICE_PRINCIPAL)}
        client_of = {resource["objectId"]: client_id for client_id, resource in principals.items()}
        assigned = Counter(
            (
                client_of.get(resource["principalObjectId"], resource["principalObjectId"]),
                client_of[resource["resourceObjectId"]],
            )
            for resource in account.of(ASSIGNMENT)
        )
        application_of = {resource["id"]: resource["clientId"] for resource in account.of(APPLICATION)}
        preauthorized = {
            (resource["authorizedClientId"], application_of[resource["applicationId"]])
            for resource in account.of(PREAUTHORIZED)
        }
        ends = {resource["endDate"] for resource in account.of(PASSWORD)}
    ids = outputs["clientIds"]
    api = {
        key: applications[f"Flow MCP contoso {key} (flow.contoso.example/flow)"]
        for key in ("200/production", "200/test")
    }
    api_ids = {key: application["clientId"] for key, application in api.items()}

    assert ids == {
        name: applications[f"Flow MCP contoso client {name} (flow.contoso.example/flow)"]["clientId"]
        for name in ("nightly-agent", "importer", "desktop", "portal")
    } | {"vscode": VSCODE, "legacy-crm": "5b1d9b7e-8c58-4c64-8f0e-1a2b3c4d5e6f"}
    production, test = api_ids["200/production"], api_ids["200/test"]
    assert assigned == Counter(
        [
            (ids["nightly-agent"], production),
            (ids["nightly-agent"], test),
            (ids["importer"], test),
            (PLANNERS, production),
            (PLANNERS, test),
            (PLANNERS, ids["desktop"]),
            (PLANNERS, ids["portal"]),
        ]
    )
    assert preauthorized == {
        (ids["desktop"], production),
        (ids["desktop"], test),
        (ids["portal"], production),
        (VSCODE, test),
    }
    assert {
        client_id for client_id, resource in principals.items() if resource["appRoleAssignmentRequired"]
    } == {
        production,
        test,
        ids["desktop"],
        ids["portal"],
    }
    assert ends == {"2027-04-30T00:00:00Z"}
    assert {application["signInAudience"] for application in applications.values()} == {"AzureADMyOrg"}
    assert {key: application["identifierUris"] for key, application in api.items()} == {
        "200/production": [f"{MCP}/production"],
        "200/test": [f"{MCP}/test"],
    }
    assert {
        resource.key: (resource.url, at.audiences, at.scopes_advertised, at.scopes_in_tokens, at.app_roles)
        for resource in settings.protected_resources
        for at in resource.authorization_servers
    } == {
        key: (
            f"{MCP}/{key.partition('/')[2]}",
            (client_id,),
            (f"{MCP}/{key.partition('/')[2]}/mcp.access",),
            ("mcp.access",),
            ("mcp.program",),
        )
        for key, client_id in api_ids.items()
    }
    token = entra.signed(entra.program(ENTRA_TENANT, production, ids["nightly-agent"]))
    assert entra.decided(settings, f"{MCP}/production", token).reason is Reason.ALLOWED
    assert entra.decided(settings, f"{MCP}/test", token).reason is Reason.WRONG_AUDIENCE
    token = entra.signed(entra.person(ENTRA_TENANT, test, VSCODE))
    assert entra.decided(settings, f"{MCP}/test", token).reason is Reason.ALLOWED
    agent = _client(settings, "nightly-agent")
    assert agent.authentication == "federated"
    assert agent.token_requests[0].parameters == {
        "client_id": ids["nightly-agent"],
        "grant_type": "client_credentials",
        "scope": f"{MCP}/production/.default",
    }


def _assert_no_secret_in_state_and_output(contoso: StandInProject, secrets: dict[str, str]) -> None:
    state = "".join(file.read_text(encoding="utf-8") for file in _files(contoso.scratch.state))
    shown = pulumi(contoso, "stack", "output")
    for secret in [*secrets.values(), "applier-secret"]:
        assert secret not in state
        assert secret not in shown


def _files(directory: Path) -> list[Path]:
    return [file for file in directory.rglob("*.json") if file.is_file()]


def _client(settings: SettingsDocument, name: str) -> Any:
    return next(client for client in settings.authorization_servers[0].clients if client.name == name)


@pytest.mark.parametrize(
    ("objects", "message"),
    [
        (
            {"groups": {}, "domains": ["contoso.example"]},
            f"cannot read the security group planners of the Entra tenant {ENTRA_TENANT}",
        ),
        (
            {"groups": {"planners": [PLANNERS, "other"]}, "domains": ["contoso.example"]},
            f"cannot read the security group planners of the Entra tenant {ENTRA_TENANT}",
        ),
        (
            {"groups": {"planners": PLANNERS}, "domains": ["other.example"]},
            f"verifiedDomains has contoso.example, but the Entra tenant {ENTRA_TENANT} has verified other.ex",
        ),
    ],
    ids=["group", "two-groups", "domain"],
)
def test_objects_missing_in_the_entra_tenant_are_reported_before_anything_is_created(
    contoso: StandInProject, objects: dict[str, Any], message: str
) -> None:
    contoso.prepare(ENTRA_TENANT, **objects)
    for command in (("preview",), ("up", "--yes", "--skip-preview")):
        completed = contoso.scratch.pulumi(*command, "--stack", "contoso", check=False)
        assert completed.returncode != 0
        assert message in completed.stdout
        assert "Traceback" not in completed.stdout
        assert "unhandled error" not in completed.stdout
    with contoso.server.account(ENTRA_TENANT) as account:
        assert account.objects == {}
