"""A tenant on Scalekit, on the real engine with the stand-in. Scalekit itself takes no part."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.runtime import Reason, decide
from flow_mcp.settings import SettingsDocument
from tests.engine.scalekit import STACK, URL, declaration, scalekit_scratch
from tests.issuers import scalekit as issuer
from tests.issuers.signer import NOW
from tests.standin.scalekit_server import APPLIER, ScalekitServer
from tests.standin.web import Answer, Fault

Tenant = tuple[ScratchProject, ScalekitServer]
UNCHANGED = ("--yes", "--skip-preview", "--expect-no-changes", "--stack", STACK)


@pytest.fixture
def tenant(scratch: ScratchProject, tmp_path: Path) -> Iterator[Tenant]:
    with scalekit_scratch(scratch, tmp_path) as (configured, server):
        configured.declare(STACK, declaration(server))
        configured.pulumi("stack", "select", "--create", STACK)
        yield configured, server


def test_lifecycle_of_a_tenant(tenant: Tenant) -> None:
    scratch, server = tenant
    scratch.pulumi("preview", "--stack", STACK)
    assert server.requests == []
    shown = scratch.pulumi("up", "--yes", "--stack", STACK).stdout

    (resource_id,) = server.resources
    outputs = scratch.outputs(STACK, secrets=True)
    assert outputs["authority"] == f"{server.url}/resources/{resource_id}"
    ids = {name: id_ for name, id_ in outputs["clientIds"].items() if name != "legacy-crm"}
    assert outputs["clientSecrets"] == {name: server.client_secrets[id_] for name, id_ in ids.items()}
    assert _switches(server) == {
        "resource_uri": URL,
        "access_token_expiry": "300",
        "disable_dynamic_client_registration": True,
        "enable_cimd": True,
        "cimd_client_allowlist_enabled": True,
        "cimd_client_allowlist": [{"type": "URL", "value": "https://claude.ai/oauth/*"}],
    }
    redirects = {name: server.clients[id_]["redirect_uris"] for name, id_ in ids.items()}
    assert redirects == {"nightly-agent": [], "portal": ["https://portal.umbrella.example/oauth/callback"]}
    _assert_secrets_hidden(scratch, server, shown)
    _assert_decisions(SettingsDocument.from_json(outputs["settings"]), resource_id, ids)

    scratch.pulumi("up", *UNCHANGED)
    scratch.pulumi("refresh", *UNCHANGED)

    scratch.declare(STACK, declaration(server, access="10m"))
    scratch.pulumi("up", "--yes", "--skip-preview", "--stack", STACK)
    assert _switches(server)["access_token_expiry"] == "600"
    assert {client["expiry"] for client in server.clients.values()} == {"600"}
    assert scratch.outputs(STACK, secrets=True)["clientSecrets"] == outputs["clientSecrets"]

    # Somebody opens registration by hand.
    server.resources[resource_id] |= {
        "disable_dynamic_client_registration": False,
        "cimd_client_allowlist_enabled": False,
    }
    scratch.pulumi("up", "--refresh", "--yes", "--skip-preview", "--stack", STACK)
    assert server.resources[resource_id]["disable_dynamic_client_registration"] is True
    assert server.resources[resource_id]["cimd_client_allowlist_enabled"] is True

    scratch.pulumi("destroy", "--yes", "--skip-preview", "--stack", STACK)
    assert (server.resources, server.clients) == ({}, {})


def test_existing_objects_are_imported(tenant: Tenant) -> None:
    scratch, server = tenant
    scratch.pulumi("up", "--yes", "--skip-preview", "--stack", STACK)
    (resource_id,) = server.resources
    client_id = scratch.outputs(STACK)["clientIds"]["portal"]
    imports = {
        "resources": [
            {"type": "flow-mcp:index:ScalekitResource", "name": "found", "id": resource_id},
            {"type": "flow-mcp:index:ScalekitClient", "name": "found", "id": f"{resource_id}/{client_id}"},
        ]
    }
    file = scratch.directory / "imports.json"
    file.write_text(json.dumps(imports), encoding="utf-8")
    importing = replace(scratch, credentials={**scratch.credentials, "SCALEKIT_ENVIRONMENT_URL": server.url})
    arguments = ("--file", str(file), "--yes", "--protect=false", "--generate-code=false")
    importing.pulumi("import", *arguments, "--stack", STACK)
    state = json.loads(scratch.pulumi("stack", "export", "--stack", STACK).stdout)
    found = {
        resource["type"]: {name: resource["outputs"].get(name) for name in ("url", "clientId", "secret")}
        for resource in state["deployment"]["resources"]
        if resource["urn"].endswith("::found")
    }
    assert found == {
        "flow-mcp:index:ScalekitResource": {"url": URL, "clientId": None, "secret": None},
        "flow-mcp:index:ScalekitClient": {"url": None, "clientId": client_id, "secret": None},
    }


def test_credentials_may_be_secrets_of_the_stack_configuration(tenant: Tenant) -> None:
    scratch, server = tenant
    without = {name: v for name, v in scratch.credentials.items() if not name.startswith("SCALEKIT_")}
    scratch = replace(scratch, credentials=without)
    refused = scratch.pulumi("up", "--yes", "--skip-preview", "--stack", STACK, check=False)
    assert refused.returncode != 0
    assert f"There are no credentials for Scalekit at {server.url}. Set SCALEKIT_CLIENT_ID" in refused.stdout
    for key, value in zip(("scalekitClientId", "scalekitClientSecret"), APPLIER, strict=True):
        scratch.pulumi("config", "set", "--secret", f"flow-mcp:{key}", value, "--stack", STACK)
    shown = scratch.pulumi("up", "--yes", "--skip-preview", "--stack", STACK).stdout
    _assert_secrets_hidden(scratch, server, shown)
    scratch.pulumi("destroy", "--yes", "--skip-preview", "--stack", STACK)
    assert server.resources == {}


def test_run_after_a_server_fault_completes_the_update(tenant: Tenant) -> None:
    scratch, server = tenant
    refused = {"code": 9, "message": "because the test says so"}
    for fault, message in (
        (Answer(401, refused), "rejects its own new token for POST"),
        (Answer(403, refused), "may not POST /api/v1/resources/res_"),
        (Answer(404, refused), "answered 404 to POST /api/v1/resources/res_"),
        (Answer(409, refused), "answered 409 to POST /api/v1/resources/res_"),
        (Answer(422, refused), "clients: because the test says so."),
        (
            Answer(429, refused, {"Retry-After": "3600"}),
            "received too many requests. Run `pulumi up` again in 3600 seconds",
        ),
        (Answer(500, refused), "answered 500 to POST /api/v1/resources/res_"),
        (Answer(200, text="<html>maintenance</html>"), "without a JSON object"),
        (None, f"Scalekit at {server.url} cannot be reached"),
    ):
        server.faults = [Fault("POST", "/clients", fault, times=4)]
        _assert_fails(scratch, message)
        assert server.clients == {}

    # The server creates the clients, but the responses with their secrets are lost.
    server.faults = [Fault("POST", "/clients", None, done=True, times=2)]
    _assert_fails(scratch, "Run `pulumi up` again; it recognises objects that were created nevertheless.")
    lost = set(server.clients)
    assert len(lost) == 2

    # The server rejects requests with 429 for one second.
    server.faults = [Fault("POST", "/clients", Answer(429, refused, {"Retry-After": "1"}), times=2)]
    scratch.pulumi("up", "--yes", "--skip-preview", "--stack", STACK)
    assert len(server.clients) == 2
    assert lost.isdisjoint(server.clients)
    outputs = scratch.outputs(STACK, secrets=True)
    assert set(outputs["clientSecrets"].values()) == set(server.client_secrets.values())
    scratch.pulumi("up", *UNCHANGED)


def _assert_fails(scratch: ScratchProject, message: str) -> None:
    failed = scratch.pulumi("up", "--yes", "--skip-preview", "--stack", STACK, check=False)
    assert failed.returncode != 0
    assert message in failed.stdout
    assert "Traceback" not in failed.stdout


def _switches(server: ScalekitServer) -> dict[str, Any]:
    (resource,) = server.resources.values()
    return {
        name: resource[name]
        for name in (
            "resource_uri",
            "access_token_expiry",
            "disable_dynamic_client_registration",
            "enable_cimd",
            "cimd_client_allowlist_enabled",
            "cimd_client_allowlist",
        )
    }


def _assert_secrets_hidden(scratch: ScratchProject, server: ScalekitServer, shown: str) -> None:
    written = "".join(
        file.read_text(encoding="utf-8", errors="ignore")
        for file in scratch.state.rglob("*")
        if file.is_file()
    )
    for secret in (*server.client_secrets.values(), APPLIER[1]):
        assert secret not in shown
        assert secret not in written


def _assert_decisions(settings: SettingsDocument, resource_id: str, ids: dict[str, str]) -> None:
    server = settings.authorization_servers[0]
    agent, portal, document = ids["nightly-agent"], ids["portal"], "https://claude.ai/oauth/code.json"

    def reason(claims: dict[str, Any]) -> Reason:
        keys = {server.authority: issuer.public_keys()}
        return decide(settings, URL, issuer.signed(claims), keys, NOW).reason

    for iss in server.issuers:
        allowed = (
            issuer.program(iss, resource_id, agent),
            issuer.person(iss, resource_id, portal),
            issuer.person(iss, resource_id, document),
        )
        assert {reason(claims) for claims in allowed} == {Reason.ALLOWED}
        assert reason(issuer.program(iss, "res_1", agent)) is Reason.WRONG_AUDIENCE
