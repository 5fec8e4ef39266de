"""`flow-mcp adopt` on Entra, on the real engine with stand-ins for azuread and Microsoft Graph.

Entra itself takes no part.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.operations.adopt.document import adopt_schema
from flow_mcp.operations.drift.document import drift_schema
from flow_mcp.settings import SettingsDocument
from tests.engine import contoso_by_hand
from tests.engine.conftest import StandInProject
from tests.engine.directory_by_hand import ADA, TENANT, VSCODE, DirectoryByHand, guid
from tests.live.authority import Authority
from tests.live.command import flow_mcp
from tests.live.tenant import Tenant
from tests.standin.azuread_rules import APPLICATION, ASSIGNMENT, SERVICE_PRINCIPAL
from tests.standin.graph_server import GraphServer, graph
from tests.standin.server import Account

_EXPECTED = Path(__file__).parent / "adopted_entra.json"
_BOOKKEEPING = {"flow-mcp-handmade", "handmade", f"entra-{TENANT}"}
"""Resources of the first update that exist in the state only."""
_SOURCE = (
    *("adopt", "handmade", "--authority", f"https://login.microsoftonline.com/{TENANT}/v2.0"),
    *("--set", f"apis={{456/production: {{identifierUri: '{contoso_by_hand.PRODUCTION_URI}'}}}}"),
)


@dataclass(frozen=True)
class Directory:
    """An Entra tenant with a scratch project that can read it.

    Attributes:
        project: the project.
        graph: Microsoft Graph.
    """

    project: StandInProject
    graph: GraphServer

    def objects(self, tenant: str = TENANT) -> dict[str, Any]:
        """Return all objects of an Entra tenant, by type and ID."""
        with self.project.server.account(tenant) as account:
            return json.loads(json.dumps(account.objects))  # type: ignore[no-any-return]


@pytest.fixture
def directory(stand_in: Callable[[str], StandInProject], tmp_path: Path) -> Iterator[Directory]:
    azuread = stand_in("azuread")
    with graph(Authority(tmp_path), azuread.server) as (server, environment):
        credentials = {**azuread.scratch.credentials, **environment}
        yield Directory(replace(azuread, scratch=replace(azuread.scratch, credentials=credentials)), server)


def test_applications_registered_by_hand_are_adopted_without_a_change(directory: Directory) -> None:
    scratch = directory.project.scratch
    with directory.project.server.account(TENANT) as account:
        account.given["groups"] = {"planners": "aaaaaaaa-0000-4000-8000-000000000001"}
        contoso_by_hand.add(DirectoryByHand(account))
    before = directory.objects()
    directory.graph.throttled = 1

    proposed = flow_mcp(scratch, *_SOURCE, "--json")
    assert proposed.returncode == 0, proposed.stderr
    document = json.loads(proposed.stdout)
    Draft202012Validator(adopt_schema()).validate(document)
    assert document == json.loads(_EXPECTED.read_text(encoding="utf-8"))
    assert {request.method for request in directory.graph.requests if "token" not in request.path} == {"GET"}

    written = flow_mcp(scratch, *_SOURCE, "--write")
    assert written.returncode == 0, written.stderr
    file = scratch.project.stack_file("handmade")
    assert yaml.safe_load(file.read_text("utf-8")) == {"config": {"flow-mcp:tenant": document["tenant"]}}
    tenant = Tenant("handmade", scratch)
    tenant.create()
    assert tenant.changes() == {
        "create": _BOOKKEEPING,
        "import": {entry["resource"].partition("/")[2] for entry in document["takenOver"]},
    }
    tenant.up()
    assert directory.objects() == before
    scratch.pulumi("up", "--refresh", "--yes", "--skip-preview", "--expect-no-changes", "--stack", "handmade")
    outputs = tenant.outputs(secrets=True)
    assert outputs["clientIds"] == {entry["name"]: entry["clientId"] for entry in document["clients"]}
    assert outputs["clientSecrets"] == {}
    production = SettingsDocument.from_json(outputs["settings"]).protected_resources[0]
    (at_server,) = production.authorization_servers
    assert (at_server.audiences, at_server.scopes_in_tokens, at_server.app_roles) == (
        (guid(contoso_by_hand.PRODUCTION),),
        ("Flow.Access",),
        ("Flow.Program",),
    )

    _bring_in_line(tenant, file)
    assert tenant.changes() == {
        "create": {"nightly-agent", "planner-page/456/test"},
        "update": {"handmade", "nightly-agent"},
    }
    tenant.up()
    assert sorted(tenant.outputs(secrets=True)["clientSecrets"]) == ["nightly-agent"]
    _assert_drift_lists_what_stays_and_opens_a_resource(scratch)
    scratch.pulumi("destroy", "--yes", "--skip-preview", "--remove", "--stack", "handmade")
    after = directory.objects()
    assert {token: objects.keys() for token, objects in after.items()} == {
        token: objects.keys() for token, objects in before.items()
    }


def _assert_drift_lists_what_stays_and_opens_a_resource(scratch: ScratchProject) -> None:
    drift = flow_mcp(scratch, "drift", "handmade", "--json")
    assert drift.returncode == 3, drift.stderr
    Draft202012Validator(drift_schema()).validate(json.loads(drift.stdout))
    (listed,) = json.loads(drift.stdout)["tenants"]
    assert (listed["drifts"], listed["unread"], listed["notes"]) == ([], "", [])
    globex, production, test = guid("Flow MCP globex client agent"), "456/production", "456/test"
    first, second = guid("Nightly agent first"), guid("Nightly agent second")
    assert [(item["kind"], item["risk"], item["opens"], item["text"]) for item in listed["appeared"]] == [
        (
            "app-role-assignment",
            "high",
            [test],
            f'The program {globex} ("Flow MCP globex client agent") reaches {test} with the app role '
            "mcp.program.",
        ),
        (
            "app-role-assignment",
            "high",
            [production],
            f"The user {ADA} (Ada) reaches {production} with the app role Flow.Reader.",
        ),
        (
            "preauthorization",
            "high",
            [test],
            f"The application {VSCODE} reaches {test} for people, without their consent.",
        ),
        (
            "secret",
            "high",
            [production],
            f"The secret {second} (second) of nightly-agent, valid until 2027-06-20, opens {production}.",
        ),
        (
            "secret",
            "low",
            [],
            f"The secret {first} (first) of nightly-agent, valid until 2026-07-10, opens nothing: it has "
            "expired.",
        ),
    ]


def _bring_in_line(tenant: Tenant, file: Path) -> None:
    """Let the stack own a property, and create what it has left."""
    declaration = yaml.safe_load(file.read_text("utf-8"))["config"]["flow-mcp:tenant"]
    adopted = declaration["adopted"]
    adopted["Application/nightly-agent"]["keep"].remove("description")
    del adopted["ApplicationPassword/nightly-agent/2026-06-20"]
    del adopted["ApplicationPreAuthorized/planner-page/456/test"]
    tenant.declare(declaration)


def test_an_application_that_was_recreated_by_hand_is_taken_over(directory: Directory) -> None:
    scratch, tenant = directory.project.scratch, Tenant("again", directory.project.scratch)
    issuer = "https://token.actions.githubusercontent.com"
    agent = {"grant": "client-credentials", "access": ["1/test"]}
    federated = {"issuer": issuer, "subject": "repo:contoso/planning:ref:main"}
    tenant.declare(
        {
            "id": "again",
            "workspaces": {"1": {"environments": ["test"]}},
            "authorizationServer": {"entra": {"tenantId": TENANT}},
            "clients": {"agent": {**agent, "federatedCredential": federated}},
        }
    )
    tenant.create()
    tenant.up()
    name = "Flow MCP again client agent (app.profitbase.biz/flow)"
    with directory.project.server.account(TENANT) as account:
        _delete_application(account, name)
        by_hand = DirectoryByHand(account)
        by_hand.application(name, description="Made again")
        by_hand.federated(name, "flow-mcp-agent", issuer, "repo:contoso/planning:ref:feature")

    file = scratch.project.stack_file("again")
    content = file.read_bytes()
    shown = flow_mcp(scratch, "adopt", "again", "--json")
    assert (shown.returncode, file.read_bytes()) == (0, content), shown.stderr
    object_id = guid(f"{name} object")
    credential = f"{object_id}/federatedIdentityCredential/{guid(f'{name} flow-mcp-agent')}"
    assert {
        entry["resource"]: (entry["id"], [difference["property"] for difference in entry["differences"]])
        for entry in json.loads(shown.stdout)["takenOver"]
    } == {
        "Application/agent": (
            f"/applications/{object_id}",
            ["api", "description", "notes", "preventDuplicateNames", "requiredResourceAccesses"],
        ),
        "ApplicationFederatedIdentityCredential/agent": (credential, ["description", "subject"]),
        "ServicePrincipal/agent": (f"/servicePrincipals/{guid(f'{name} principal')}", ["notes"]),
    }
    drift = flow_mcp(scratch, "drift", "again", "--json")
    assert drift.returncode == 3, drift.stderr
    (listed,) = json.loads(drift.stdout)["tenants"]
    types = ("Application", "ApplicationFederatedIdentityCredential", "ServicePrincipal")
    assert (listed["appeared"], [note.partition(" was deleted")[0] for note in listed["notes"]]) == (
        [],
        [f"The resource {resource_type}/agent" for resource_type in types],
    )
    written = flow_mcp(scratch, "adopt", "again", "--write")
    assert written.returncode == 0, written.stderr
    scratch.pulumi("up", "--refresh", "--yes", "--skip-preview", "--stack", "again")
    assert tenant.changes() == {}
    assert tenant.outputs()["clientIds"] == {"agent": guid(name)}
    with directory.project.server.account(TENANT) as account:
        recreated = account.find(APPLICATION, displayName=name)
        assert recreated is not None
        assert (recreated["objectId"], recreated.get("description")) == (object_id, None)
        assigned = [entry["principalObjectId"] for entry in account.of(ASSIGNMENT)]
    assert assigned == [guid(f"{name} principal")]
    scratch.pulumi("destroy", "--yes", "--skip-preview", "--remove", "--stack", "again")


def _delete_application(account: Account, name: str) -> None:
    """Delete an application as Entra does: with its service principal, assignments and credentials."""
    application = account.find(APPLICATION, displayName=name)
    assert application is not None
    principal = account.find(SERVICE_PRINCIPAL, clientId=application["clientId"])
    assert principal is not None
    deleted = {application["id"], application["objectId"], principal["objectId"]}
    for objects in account.objects.values():
        for object_id, state in list(objects.items()):
            if deleted & {value for value in state.values() if isinstance(value, str)}:
                del objects[object_id]
