"""Known applications on a real Keycloak: what the catalogue fills in is what lets people in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from flow_mcp.local.keycloak.ports import free_port
from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.runtime import Validator
from flow_mcp.settings import Client
from tests.live.admin import add_person
from tests.live.command import flow_mcp
from tests.live.person import SignInRefusedError
from tests.live.registration import refusal, register
from tests.live.tenant import Tenant

_NAME = "known"
_PERSON = ("ada", "a-planner-of-the-tests")
_SCHEME = "cursor://anysphere.cursor-mcp/oauth/callback"
_SOURCE = {"basis": "reported", "url": "https://planner.acme.example/docs", "read": "2026-11-30"}
# The team's own application, which the package does not know.
_OWN = {
    "planner": {
        "title": "Acme Planner",
        "redirectUris": ["https://planner.acme.example/callback"],
        "clientTypes": ["confidential"],
        "sources": {"redirectUris": _SOURCE, "clientTypes": _SOURCE},
    }
}


@pytest.fixture(scope="module")
def tenant(module_scratch: ScratchProject, keycloak: LocalKeycloak, admin: httpx.Client) -> Iterator[Tenant]:
    """A tenant whose clients are known applications, and a planner."""
    applications = module_scratch.project.directory / "stacks" / "applications.yaml"
    applications.write_text(json.dumps(_OWN), encoding="utf-8")
    made = Tenant(_NAME, module_scratch)
    made.create()
    names = ("vscode", "claude-code", "cursor", "codex", "planner")
    made.declare(
        {
            "id": _NAME,
            "workspaces": {"1": {"environments": ["staging", "test"]}},
            "authorizationServer": {
                "keycloak": {
                    "url": keycloak.url,
                    "realm": {"name": _NAME, "create": True, "deletable": True},
                    "registration": {
                        "dynamic": {"applications": ["claude-code", "cursor", "vscode"], **_given()},
                        "metadataDocuments": {"applications": ["codex"], **_given()},
                    },
                }
            },
            "clients": {name: {"application": name, **_given()} for name in names},
        }
    )
    made.up()
    add_person(admin, _NAME, *_PERSON, ["planners"])
    yield made
    # What `pulumi destroy` leaves is other tests' matter.
    admin.delete(_NAME)


@pytest.mark.parametrize(
    ("name", "redirect"),
    [
        ("vscode", "http://127.0.0.1:{port}/"),
        ("vscode", "https://vscode.dev/redirect"),
        ("claude-code", "http://localhost:{port}/callback"),
        ("cursor", "http://localhost:8787/callback"),
        ("cursor", _SCHEME),
        ("planner", "https://planner.acme.example/callback"),
    ],
)
def test_a_person_gets_a_token_for_the_resource_at_the_application_s_redirect_uri(
    tenant: Tenant, name: str, redirect: str
) -> None:
    client = _client(tenant, name)
    request = client.token_requests[0]
    with httpx.Client() as http:
        token = tenant.person_token(http, client, request, _PERSON, redirect.format(port=free_port()))
    decision = Validator(tenant.document).decide(request.resource, token)
    assert (decision.status, decision.subject_kind) == (200, "person")


def test_codex_is_sent_to_the_callback_of_each_protected_resource(tenant: Tenant) -> None:
    client = _client(tenant, "codex")
    # Of printf URL | openssl dgst -sha256 -binary | head -c 9 | base64 | tr +/ -_
    ids = {"staging": "YX2nFOaSdk16", "test": "QgI0_wXPZ-Yl"}
    with httpx.Client() as http:
        for request in client.token_requests:
            environment = request.resource.rpartition("/")[2]
            redirect = f"http://127.0.0.1:{free_port()}/callback/{ids[environment]}"
            token = tenant.person_token(http, client, request, _PERSON, redirect)
            assert Validator(tenant.document).decide(request.resource, token).status == 200


def test_the_scheme_of_one_application_is_refused_to_another(tenant: Tenant) -> None:
    client = _client(tenant, "vscode")
    with httpx.Client() as http, pytest.raises(SignInRefusedError, match="Invalid parameter: redirect_uri"):
        tenant.person_token(http, client, client.token_requests[0], _PERSON, _SCHEME)


def test_a_second_run_changes_nothing_and_the_policies_accept_it(tenant: Tenant) -> None:
    arguments = ("preview", "--policy-pack", "policies", "--expect-no-changes", "--stack", _NAME)
    ended = tenant.scratch.pulumi(*arguments, check=False)
    assert ended.returncode == 0, ended.stdout
    assert "FLOWMCP-003" not in ended.stdout


def test_connect_prints_the_client_id_that_the_stack_outputs_and_no_secret(tenant: Tenant) -> None:
    outputs = tenant.outputs(secrets=True)
    ended = flow_mcp(tenant.scratch, "connect", _NAME, "planner", "--json")
    (declared,) = json.loads(ended.stdout)["connections"]
    assert (ended.returncode, declared["clientId"]) == (0, outputs["clientIds"]["planner"])
    assert outputs["clientSecrets"]["planner"] not in ended.stdout + ended.stderr


def test_verify_finds_nothing(tenant: Tenant) -> None:
    ended = flow_mcp(tenant.scratch, "verify", _NAME, "--json")
    results = json.loads(ended.stdout)["tenants"][0]["results"]
    assert {result["id"] for result in results if result["status"] == "fail"} == set()
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize(
    ("metadata", "refused_by"),
    [
        pytest.param({"redirect_uris": ["http://localhost:3118/callback"]}, None, id="Claude Code"),
        pytest.param(
            {
                "client_uri": "https://code.visualstudio.com",
                "redirect_uris": [
                    "https://insiders.vscode.dev/redirect",
                    "https://vscode.dev/redirect",
                    "http://127.0.0.1/",
                    "http://127.0.0.1:33418/",
                ],
            },
            None,
            id="Visual Studio Code",
        ),
        pytest.param(
            {"redirect_uris": [_SCHEME, "https://www.cursor.com/agents/mcp/oauth/callback"]},
            None,
            id="Cursor",
        ),
        pytest.param(
            {"redirect_uris": ["https://claude.ai/api/mcp/auth_callback"]}, "Trusted Hosts", id="Claude"
        ),
        pytest.param(
            {"redirect_uris": ["cursor://another.example/callback"]}, "Trusted Hosts", id="another host"
        ),
    ],
)
def test_what_the_named_applications_register_is_accepted_and_nothing_else(
    tenant: Tenant, keycloak: LocalKeycloak, metadata: dict[str, Any], refused_by: str | None
) -> None:
    answer = register(keycloak.url, tenant.name, token_endpoint_auth_method="none", **metadata)
    assert refusal(answer) == refused_by


def _given() -> dict[str, Any]:
    """Access and people; anew each time, for a stack's file has no YAML aliases."""
    return {"access": ["1/*"], "people": {"groups": ["planners"]}}


def _client(tenant: Tenant, name: str) -> Client:
    clients = tenant.document.authorization_servers[0].clients
    return next(client for client in clients if client.name == name)
