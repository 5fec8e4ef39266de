"""Scalekit's resources with a stand-in server, including failed requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flow_mcp.authorization_servers.errors import (
    AuthorizationServerError,
    CredentialsError,
    OwnedByOthersError,
    RightsError,
    UnreachableError,
)
from flow_mcp.authorization_servers.scalekit.client_resource import ClientInputs, ClientResource
from flow_mcp.authorization_servers.scalekit.mcp_server_resource import McpServerInputs, McpServerResource
from tests.live.authority import Authority
from tests.standin.scalekit_server import APPLIER, ScalekitServer
from tests.standin.web import Answer, Fault, serving

SERVERS, CLIENTS = McpServerResource(), ClientResource()
ERROR = {"code": 9, "message": "because the test says so"}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScalekitServer]:
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    monkeypatch.setenv("SCALEKIT_CLIENT_ID", APPLIER[0])
    monkeypatch.setenv("SCALEKIT_CLIENT_SECRET", APPLIER[1])
    monkeypatch.delenv("SCALEKIT_ENVIRONMENT_URL", raising=False)
    with serving(authority, ScalekitServer) as started:
        yield started


def mcp_server(server: ScalekitServer, owner: str = "flow-mcp:umbrella") -> McpServerInputs:
    return McpServerInputs(
        environment_url=server.url,
        owner=owner,
        name="Flow",
        url="https://app.example/mcp",
        scopes=("flow:mcp",),
        access_token_seconds=300,
    )


def client(server: ScalekitServer, resource_id: str) -> ClientInputs:
    return ClientInputs(
        environment_url=server.url,
        resource_id=resource_id,
        owner="flow-mcp:umbrella:agent",
        name="agent",
        scopes=("flow:mcp",),
        audience=("https://app.example/mcp",),
        access_token_seconds=300,
    )


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        (Answer(401, ERROR), CredentialsError, "rejects its own new token for"),
        (Answer(403, ERROR), RightsError, "because the test says so"),
        (Answer(409, ERROR), AuthorizationServerError, "answered 409 to"),
        (Answer(422, ERROR), AuthorizationServerError, "answered 422 to"),
        (
            Answer(429, ERROR),
            AuthorizationServerError,
            "received too many requests. Run `pulumi up` again later",
        ),
        (Answer(500, ERROR), AuthorizationServerError, "answered 500 to"),
        (None, UnreachableError, "cannot be reached"),
    ],
)
def test_server_faults_raise_readable_errors(
    server: ScalekitServer, method: str, fault: Answer | None, error: type[Exception], message: str
) -> None:
    inputs = mcp_server(server)
    made = SERVERS.create(inputs)
    server.faults = [Fault(method, made.id, fault, times=9)]
    steps: dict[str, Callable[[], object]] = {
        "GET": lambda: SERVERS.read(made.id, made.state),
        "PATCH": lambda: SERVERS.update(made.id, inputs, made.state),
        "DELETE": lambda: SERVERS.delete(made.id, made.state),
    }
    with pytest.raises(error, match=message) as raised:
        steps[method]()
    assert "\n" not in str(raised.value)
    assert APPLIER[1] not in str(raised.value)


def test_deleted_objects_read_as_absent_and_can_be_deleted_again(server: ScalekitServer) -> None:
    made = SERVERS.create(mcp_server(server))
    agent = CLIENTS.create(client(server, made.id))
    CLIENTS.delete(agent.id, agent.state)
    CLIENTS.delete(agent.id, agent.state)
    assert CLIENTS.read(agent.id, agent.state) is None
    SERVERS.delete(made.id, made.state)
    SERVERS.delete(made.id, made.state)
    assert SERVERS.read(made.id, made.state) is None


def test_mcp_server_of_an_interrupted_create_is_adopted(server: ScalekitServer) -> None:
    server.faults = [Fault("POST", "/resources", None, done=True)]
    with pytest.raises(UnreachableError):
        SERVERS.create(mcp_server(server))
    (existing_id,) = server.resources
    assert SERVERS.create(mcp_server(server)).id == existing_id
    assert list(server.resources) == [existing_id]


def test_mcp_server_of_another_stack_of_the_tenant_is_handed_over_on_purpose_only(
    server: ScalekitServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = SERVERS.create(mcp_server(server))
    agent = CLIENTS.create(client(server, first.id))
    for named in ("", "res_0", f"{first.id},res_0"):
        monkeypatch.setenv("FLOW_MCP_TAKE_OVER", named)
        with pytest.raises(OwnedByOthersError, match=f"run `FLOW_MCP_TAKE_OVER={first.id} pulumi up`"):
            SERVERS.create(mcp_server(server))
    assert (list(server.resources), list(server.clients)) == ([first.id], [agent.state.client_id])
    monkeypatch.setenv("FLOW_MCP_TAKE_OVER", first.id)
    assert SERVERS.create(mcp_server(server)).id == first.id


def test_mcp_server_of_another_owner_is_not_adopted(server: ScalekitServer) -> None:
    # More MCP servers than one page of the API contains.
    foreign_servers = [mcp_server(server, owner=f"flow-mcp:{number}") for number in range(31)]
    for number, foreign in enumerate(foreign_servers):
        SERVERS.create(foreign.model_copy(update={"url": f"https://app.example/{number}"}))
    last = mcp_server(server).model_copy(update={"url": "https://app.example/30"})
    with pytest.raises(OwnedByOthersError, match="which this stack did not create"):
        SERVERS.create(last)
    assert len(server.resources) == 31


def test_two_mcp_servers_with_the_same_url_are_rejected(server: ScalekitServer) -> None:
    made = SERVERS.create(mcp_server(server))
    server.resources["res_copy"] = {**server.resources[made.id], "id": "res_copy"}
    with pytest.raises(AuthorizationServerError, match=rf"more than one MCP server .*{made.id}.*res_copy"):
        SERVERS.create(mcp_server(server))
    server.resources["res_copy"]["description"] = "flow-mcp:other"
    with pytest.raises(OwnedByOthersError, match="which this stack did not create"):
        SERVERS.create(mcp_server(server))


def test_client_whose_secret_is_in_use_is_not_replaced(server: ScalekitServer) -> None:
    made = SERVERS.create(mcp_server(server))
    inputs = client(server, made.id)
    used = CLIENTS.create(inputs)
    server.use_secret_of(used.state.client_id)
    with pytest.raises(OwnedByOthersError, match="whose secret is in use"):
        CLIENTS.create(inputs)
    assert list(server.clients) == [used.state.client_id]


def test_switch_changed_outside_the_stack_is_a_difference(server: ScalekitServer) -> None:
    made = SERVERS.create(mcp_server(server))
    server.resources[made.id] |= {
        "disable_dynamic_client_registration": False,
        "enable_cimd": True,
        "cimd_client_allowlist": [{"type": "PREDEFINED", "value": "CLAUDE"}],
    }
    observed = SERVERS.read(made.id, made.state)
    assert observed is not None
    assert observed.state == made.state.model_copy(
        update={
            "dynamic_registration": True,
            "deviations": (
                "every metadata document is accepted: the allowlist is off",
                "the metadata documents of CLAUDE are accepted",
            ),
        }
    )


def test_import_needs_the_environment_url(server: ScalekitServer) -> None:
    made = SERVERS.create(mcp_server(server))
    with pytest.raises(AuthorizationServerError, match="set SCALEKIT_ENVIRONMENT_URL"):
        SERVERS.read(made.id, None)
    with pytest.raises(AuthorizationServerError, match="imported as <res_…>/<m2m_…>"):
        CLIENTS.read(f"{server.url}/res_1", None)


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (Answer(401, {"error": "invalid_client"}), CredentialsError, "rejects the sign-in .invalid_client."),
        (Answer(404, text="<html>"), UnreachableError, "There is no Scalekit at"),
        (Answer(200, text="<html>"), UnreachableError, "There is no Scalekit at"),
        (Answer(500, text="<html>"), UnreachableError, "answered the sign-in with 500"),
        (None, UnreachableError, "cannot be reached"),
    ],
)
def test_failed_sign_in_raises_a_readable_error(
    server: ScalekitServer, answer: Answer | None, error: type[Exception], message: str
) -> None:
    server.faults = [Fault("POST", "/oauth/token", answer, times=9)]
    with pytest.raises(error, match=message):
        SERVERS.create(mcp_server(server))
