"""A tenant on an external authorization server, on the real engine with a stand-in that registers clients."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.runtime import Reason, decide
from flow_mcp.settings import SettingsDocument
from tests.engine.external import STACK, URL, declaration, external_scratch
from tests.issuers import external as issuer
from tests.issuers.signer import NOW
from tests.standin.registration_server import INITIAL_ACCESS_TOKEN, RegistrationServer
from tests.standin.web import Answer, Fault

Tenant = tuple[ScratchProject, RegistrationServer]
UNCHANGED = ("--yes", "--skip-preview", "--expect-no-changes", "--stack", STACK)
OTHER = "http://127.0.0.1/other"


@pytest.fixture
def tenant(scratch: ScratchProject, tmp_path: Path) -> Iterator[Tenant]:
    with external_scratch(scratch, tmp_path) as (configured, server):
        configured.declare(STACK, declaration(server))
        configured.pulumi("stack", "select", "--create", STACK)
        yield configured, server


def test_lifecycle_of_a_tenant(tenant: Tenant) -> None:
    scratch, server = tenant
    previewed = scratch.pulumi("preview", "--stack", STACK).stdout
    assert server.requests == []
    assert server.issuer in previewed
    shown = scratch.pulumi("up", "--yes", "--stack", STACK).stdout

    outputs = scratch.outputs(STACK, secrets=True)
    ids = outputs["clientIds"]
    assert outputs["authority"] == server.issuer
    assert outputs["clientSecrets"] == {
        "nightly-agent": server.clients[ids["nightly-agent"]]["client_secret"]
    }
    asked = {name: server.clients[ids[name]] for name in ("nightly-agent", "desktop")}
    assert {name: client["token_endpoint_auth_method"] for name, client in asked.items()} == {
        "nightly-agent": "client_secret_basic",
        "desktop": "none",
    }
    assert {name: client["scope"] for name, client in asked.items()} == {
        "nightly-agent": "openid flow.production",
        "desktop": "openid flow.production flow.test",
    }
    _assert_secrets_hidden(scratch, server, shown)
    _assert_decisions(SettingsDocument.from_json(outputs["settings"]), server, ids)

    resources = json.loads(scratch.pulumi("stack", "export", "--stack", STACK).stdout)["deployment"][
        "resources"
    ]
    traced = [resource["type"] for resource in resources if {"stackTrace", "sourcePosition"} & set(resource)]
    # Pulumi's own runner registers the stack, before the program starts.
    assert traced == ["pulumi:pulumi:Stack"]

    scratch.pulumi("up", *UNCHANGED)
    scratch.pulumi("refresh", *UNCHANGED)

    scratch.declare(STACK, declaration(server, redirect=OTHER))
    scratch.pulumi("up", "--yes", "--skip-preview", "--stack", STACK)
    assert server.clients[ids["desktop"]]["redirect_uris"] == [OTHER]
    assert scratch.outputs(STACK)["clientIds"] == ids

    # Outside the stack, one client gets another redirect URI and the other is deleted.
    server.clients[ids["desktop"]]["redirect_uris"].append("https://other.example/callback")
    del server.clients[ids["nightly-agent"]]
    scratch.pulumi("up", "--refresh", "--yes", "--skip-preview", "--stack", STACK)
    after = scratch.outputs(STACK, secrets=True)
    assert server.clients[ids["desktop"]]["redirect_uris"] == [OTHER]
    assert after["clientIds"]["nightly-agent"] != ids["nightly-agent"]
    assert set(server.clients) == {after["clientIds"][name] for name in ("nightly-agent", "desktop")}

    scratch.pulumi("destroy", "--yes", "--skip-preview", "--stack", STACK)
    assert server.clients == {}


def test_manual_registrations_alone_need_no_credentials_and_create_nothing(tenant: Tenant) -> None:
    scratch, server = tenant
    without = replace(scratch, credentials={"SSL_CERT_FILE": scratch.credentials["SSL_CERT_FILE"]})
    before, _, after = declaration(server).partition("    clients:\n")
    manual = after[after.index("    manualRegistrations:") :]
    without.declare(STACK, before.replace("        clientRegistration: {}\n", "") + manual)
    without.pulumi("up", "--yes", "--skip-preview", "--stack", STACK)
    outputs = without.outputs(STACK, secrets=True)
    assert (outputs["clientIds"], outputs["clientSecrets"]) == ({"legacy-crm": "legacy-crm"}, {})
    assert server.clients == {}


def test_server_that_rotates_registration_access_tokens_keeps_its_clients(tenant: Tenant) -> None:
    scratch, server = tenant
    server.rotates = True
    scratch.pulumi("up", "--yes", "--skip-preview", "--stack", STACK)
    ids = scratch.outputs(STACK)["clientIds"]
    scratch.pulumi("preview", "--refresh", "--stack", STACK)
    scratch.pulumi("refresh", *UNCHANGED)
    scratch.declare(STACK, declaration(server, redirect=OTHER))
    scratch.pulumi("up", "--yes", "--skip-preview", "--stack", STACK)
    assert server.clients[ids["desktop"]]["redirect_uris"] == [OTHER]
    assert scratch.outputs(STACK)["clientIds"] == ids
    # The response of the update with the next token is lost, so the client is registered again.
    scratch.declare(STACK, declaration(server))
    server.faults = [Fault("PUT", "", None, done=True, times=4)]
    _assert_fails(scratch, "cannot be reached")
    scratch.pulumi("up", "--yes", "--skip-preview", "--stack", STACK)
    renewed = scratch.outputs(STACK)["clientIds"]
    assert server.clients[renewed["desktop"]]["redirect_uris"] == ["http://127.0.0.1/callback"]
    assert renewed["nightly-agent"] == ids["nightly-agent"]
    scratch.pulumi("up", *UNCHANGED)


def test_existing_objects_are_imported(tenant: Tenant) -> None:
    scratch, server = tenant
    server.rotates = True
    scratch.pulumi("up", "--yes", "--skip-preview", "--stack", STACK)
    client_id = scratch.outputs(STACK)["clientIds"]["nightly-agent"]
    importing = replace(
        scratch,
        credentials={
            **scratch.credentials,
            "FLOW_MCP_REGISTRATION_ACCESS_TOKEN": server.tokens[client_id],
            "FLOW_MCP_REGISTRATION_ENDPOINT": f"{server.issuer}/register",
        },
    )
    uri = f"{server.issuer}/register/{client_id}"
    arguments = ("flow-mcp:index:RegisteredClient", "found", uri, "--yes", "--skip-preview")
    importing.pulumi("import", *arguments, "--protect=false", "--generate-code=false", "--stack", STACK)
    exported = scratch.pulumi("stack", "export", "--show-secrets", "--stack", STACK).stdout
    (client,) = (
        resource["outputs"]
        for resource in json.loads(exported)["deployment"]["resources"]
        if resource["urn"].endswith("::found")
    )
    assert client["clientId"] == client_id
    assert json.loads(client["secret"]["plaintext"]) == server.clients[client_id]["client_secret"]


def test_run_after_a_server_fault_completes_the_update(tenant: Tenant) -> None:
    scratch, server = tenant
    refused = {"error": "no", "error_description": "because the test says so"}
    register = f"{server.issuer}/register"
    for fault, message in (
        (
            Answer(400, {"error": "invalid_redirect_uri"}),
            f"{register} answered 400 to POST: invalid_redirect_uri.",
        ),
        (Answer(401, refused), f"{register} refuses to register flow-mcp-stark-"),
        (
            Answer(403, refused),
            "Set FLOW_MCP_INITIAL_ACCESS_TOKEN to a valid initial access token",
        ),
        (Answer(404, refused), f"{register} answered 404 to POST: no because the test says so."),
        (Answer(409, refused), f"{register} answered 409 to POST"),
        (Answer(422, refused), f"{register} answered 422 to POST"),
        (
            Answer(429, refused, {"Retry-After": "3600"}),
            "received too many requests. Run the command again in 3600 seconds",
        ),
        (Answer(500, refused), f"{register} answered 500 to POST"),
        (Answer(200, text="<html>maintenance</html>"), f"{register} answered without a client ID."),
        (None, f"{register} cannot be reached"),
    ):
        server.faults = [Fault("POST", "/register", fault, times=2)]
        _assert_fails(scratch, message)
        assert server.clients == {}

    server.faults = [Fault("POST", "/register", None, done=True, times=2)]
    _assert_fails(scratch, "its credentials are lost; have that client deleted there.")
    lost = set(server.clients)
    server.overrides = {"redirect_uris": ["https://other.example/callback"]}
    _assert_fails(
        scratch,
        "registered client flow-mcp-stark-desktop with other metadata than declared (redirectUris)",
    )
    server.overrides = {}
    server.faults = [Fault("PUT", "", Answer(429, refused, {"Retry-After": "1"}))]
    scratch.pulumi("up", "--yes", "--skip-preview", "--stack", STACK)
    ids = scratch.outputs(STACK)["clientIds"]
    assert set(server.clients) - lost == {ids["nightly-agent"], ids["desktop"]}
    scratch.pulumi("up", *UNCHANGED)


def _assert_fails(scratch: ScratchProject, message: str) -> None:
    failed = scratch.pulumi("up", "--yes", "--skip-preview", "--stack", STACK, check=False)
    assert failed.returncode != 0
    assert message in failed.stdout
    assert "Traceback" not in failed.stdout, failed.stdout


def _assert_secrets_hidden(scratch: ScratchProject, server: RegistrationServer, shown: str) -> None:
    written = "".join(
        file.read_text(encoding="utf-8", errors="ignore")
        for file in scratch.state.rglob("*")
        if file.is_file()
    )
    made = (client.get("client_secret") for client in server.clients.values())
    for secret in (*filter(None, made), *server.tokens.values(), INITIAL_ACCESS_TOKEN):
        assert secret not in shown
        assert secret not in written


def _assert_decisions(settings: SettingsDocument, server: RegistrationServer, ids: dict[str, str]) -> None:
    production, test = f"{URL}/production", f"{URL}/test"
    agent, desktop, iss = ids["nightly-agent"], ids["desktop"], server.issuer

    def reason(resource: str, token: str) -> Reason:
        return decide(settings, resource, token, {iss: issuer.public_keys()}, NOW).reason

    program = issuer.signed(issuer.program(iss, production, agent, "flow.production"))
    person = issuer.signed(issuer.person(iss, production, desktop, "openid flow.production"))
    assert reason(production, program) is reason(production, person) is Reason.ALLOWED
    assert reason(test, issuer.signed(issuer.person(iss, test, desktop, "flow.test"))) is Reason.ALLOWED
    assert reason(test, program) is Reason.RESOURCE_NOT_GIVEN
