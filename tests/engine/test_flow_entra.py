"""Tenants on the Flow instance's Entra tenant, on the real engine. Entra itself takes no part."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.settings import SettingsDocument
from tests.conftest import REPOSITORY
from tests.engine.conftest import StandInProject

INSTANCE = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
OWN = "3f0c6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11"
MCP = "https://app.profitbase.biz/flow/mcp/tenants/fabrikam/workspaces/77/environments/production"


def sample(stack: str) -> str:
    return (REPOSITORY / "stacks" / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8")


def test_lifecycle_of_a_tenant_on_the_instances_entra_tenant(
    stand_in: Callable[[str], StandInProject],
) -> None:
    azuread = stand_in("azuread")
    azuread.prepare(
        INSTANCE,
        groups={"fabrikam-planners": "aaaaaaaa-0000-4000-8000-000000000002"},
        domains=["profitbase.biz"],
    )
    scratch = azuread.scratch
    scratch.declare("fabrikam", sample("fabrikam"))
    scratch.pulumi("stack", "select", "--create", "fabrikam")
    scratch.pulumi("up", "--yes", "--stack", "fabrikam")
    outputs = scratch.outputs("fabrikam")
    settings = SettingsDocument.from_json(outputs["settings"])
    assert outputs["authority"] == f"https://login.microsoftonline.com/{INSTANCE}/v2.0"
    assert sorted(outputs["clientIds"]) == ["assistant", "nightly-agent"]
    assert settings.authorization_servers[0].kind == "flow-entra"
    assert [
        resource.authorization_servers[0].scopes_advertised for resource in settings.protected_resources
    ] == [(f"{MCP}/mcp.access",)]
    assert "handOver" not in outputs
    scratch.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "fabrikam")
    scratch.pulumi("refresh", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "fabrikam")

    # One block of the file changes the authorization server, and a preview shows what that means.
    own = f"    authorizationServer: {{entra: {{tenantId: {OWN}}}}}\n    clients:"
    azuread.prepare(OWN, groups={"fabrikam-planners": "aaaaaaaa-0000-4000-8000-000000000003"})
    scratch.declare("fabrikam", sample("fabrikam").replace("    clients:", own))
    previewed = scratch.pulumi("preview", "--diff", "--stack", "fabrikam").stdout
    assert f'"{outputs["authority"]}" => "https://login.microsoftonline.com/{OWN}/v2.0"' in previewed
    for name in outputs["clientIds"]:
        of = rf'~ {name} *: "{outputs["authority"]}" => "https://login.microsoftonline.com/{OWN}/v2.0"'
        assert re.search(of, previewed), previewed
    previewed = scratch.pulumi("preview", "--json", "--stack", "fabrikam").stdout
    operations = {
        (step["urn"].rpartition("::")[2], step["op"])
        for step in json.loads(previewed)["steps"]
        if step["urn"].split("::")[-2].endswith("application:Application")
    }
    assert operations == {
        (name, operation)
        for name in ("77/production", "assistant", "nightly-agent")
        for operation in ("create", "delete")
    }

    scratch.declare("fabrikam", sample("fabrikam"))
    scratch.pulumi("destroy", "--yes", "--skip-preview", "--stack", "fabrikam")
    with azuread.server.account(INSTANCE) as account:
        assert [objects for objects in account.objects.values() if objects] == []


def test_on_premises_outputs_the_hand_over_without_plugin_and_credentials(scratch: ScratchProject) -> None:
    scratch.declare("northwind", sample("northwind"))
    scratch.pulumi("stack", "select", "--create", "northwind")
    scratch.pulumi("up", "--yes", "--skip-preview", "--stack", "northwind")
    scratch.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "northwind")
    outputs = scratch.outputs("northwind", secrets=True)
    settings = SettingsDocument.from_json(outputs["settings"])
    assert (
        outputs["authority"] == "https://login.microsoftonline.com/1d6fd4a5-5b8e-4a8f-8f39-0c9d2b7e6a42/v2.0"
    )
    assert outputs["clientIds"] == {
        "assistant": "4e5f6a7b-8c9d-4e0f-9a1b-2c3d4e5f6a7b",
        "nightly-agent": "2c1b0a9f-8e7d-4c6b-a5f4-e3d2c1b0a9f8",
    }
    assert outputs["clientSecrets"] == {}
    assert {
        resource.key: resource.authorization_servers[0].audiences for resource in settings.protected_resources
    } == {"8/production": ("9a7b8c6d-5e4f-4321-8765-0fedcba98765",)}
    bodies = [json.loads(body) for body in re.findall(r"```json\n(.*?)```", outputs["handOver"], re.DOTALL)]
    assert [body["identifierUris"] for body in bodies] == [
        [f"https://flow.northwind.example/flow/mcp/tenants/northwind/workspaces/8/environments/{environment}"]
        for environment in ("production", "test")
    ]
    exported = json.loads(scratch.pulumi("stack", "export", "--stack", "northwind").stdout)
    types = {resource["type"] for resource in exported["deployment"]["resources"]}
    assert types == {
        "pulumi:pulumi:Stack",
        "flow-mcp:index:McpServerSettings",
        "flow-mcp:flow-entra:AuthorizationServer",
    }
    scratch.pulumi("destroy", "--yes", "--skip-preview", "--stack", "northwind")
