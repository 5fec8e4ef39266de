"""The resource of a registered client with a stand-in server, including failed requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flow_mcp.authorization_servers.errors import (
    AuthorizationServerError,
    CredentialsError,
    MetadataError,
    RightsError,
    UnreachableError,
)
from flow_mcp.authorization_servers.external.client_metadata import RegisteredClientInputs
from flow_mcp.authorization_servers.external.client_resource import RegisteredClientResource
from tests.live.authority import Authority
from tests.standin.registration_server import INITIAL_ACCESS_TOKEN, RegistrationServer
from tests.standin.web import Answer, Fault, serving

CLIENTS = RegisteredClientResource()
ERROR = {"error": "no", "error_description": "because the test says so"}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RegistrationServer]:
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    monkeypatch.setenv("FLOW_MCP_INITIAL_ACCESS_TOKEN", INITIAL_ACCESS_TOKEN)
    with serving(authority, RegistrationServer) as started:
        yield started


def agent(server: RegistrationServer, name: str = "agent") -> RegisteredClientInputs:
    return RegisteredClientInputs(
        registration_endpoint=f"{server.issuer}/register",
        initial_access_token_required=True,
        client_name=name,
        grant_types=("client_credentials",),
        scopes=("flow",),
        token_endpoint_auth_method="client_secret_basic",
    )


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        (Answer(403, ERROR), RightsError, "Ask an administrator of the server"),
        (Answer(405, ERROR), RightsError, "Ask an administrator of the server"),
        (Answer(409, ERROR), AuthorizationServerError, "answered 409 to"),
        (Answer(422, ERROR), AuthorizationServerError, "answered 422 to"),
        (Answer(429, ERROR), AuthorizationServerError, "received too many requests. Run"),
        (Answer(500, ERROR), AuthorizationServerError, "answered 500 to"),
        (None, UnreachableError, "cannot be reached"),
    ],
)
def test_server_faults_raise_readable_errors(
    server: RegistrationServer, method: str, fault: Answer | None, error: type[Exception], message: str
) -> None:
    made = CLIENTS.create(agent(server))
    server.faults = [Fault(method, made.id, fault, times=9)]
    steps: dict[str, Callable[[], object]] = {
        "GET": lambda: CLIENTS.read(made.id, made.state),
        "PUT": lambda: CLIENTS.update(made.id, agent(server, "other"), made.state),
        "DELETE": lambda: CLIENTS.delete(made.id, made.state),
    }
    with pytest.raises(error, match=message) as raised:
        steps[method]()
    for secret in (made.state.secret, made.state.registration_access_token, INITIAL_ACCESS_TOKEN):
        assert secret
        assert secret not in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("status", [401, 404, 410])
def test_client_that_was_deleted_is_registered_again(server: RegistrationServer, status: int) -> None:
    made = CLIENTS.create(agent(server))
    server.faults = [Fault(method, made.id, Answer(status, ERROR)) for method in ("GET", "PUT", "DELETE")]
    assert CLIENTS.read(made.id, made.state) is None
    again = CLIENTS.update(made.id, agent(server), made.state)
    assert again.client_id != made.state.client_id
    assert again.secret == server.clients[again.client_id]["client_secret"]
    CLIENTS.delete(made.id, made.state)


def test_new_secrets_of_an_update_replace_the_former_ones(server: RegistrationServer) -> None:
    server.rotates = True
    made = CLIENTS.create(agent(server))
    assert made.state.rotates
    assert made.state.registration_access_token == server.tokens[made.state.client_id]
    updated = CLIENTS.update(made.id, agent(server, "other"), made.state)
    kept = server.clients[made.state.client_id]
    assert (updated.client_name, updated.secret) == ("other", kept["client_secret"])
    assert updated.secret != made.state.secret
    assert updated.registration_access_token == server.tokens[made.state.client_id]
    CLIENTS.delete(made.id, updated)
    assert server.clients == {}


def test_registration_is_not_read_if_reading_rotates_its_token(server: RegistrationServer) -> None:
    server.rotates = True
    made = CLIENTS.create(agent(server))
    before = len(server.requests)
    assert CLIENTS.read(made.id, made.state) == made
    assert len(server.requests) == before


def test_client_is_kept_if_the_first_read_fails(server: RegistrationServer) -> None:
    server.faults = [Fault("GET", "", Answer(500, ERROR))]
    made = CLIENTS.create(agent(server))
    assert made.state.rotates
    assert made.state.secret == server.clients[made.state.client_id]["client_secret"]


def test_server_without_rfc_7592_keeps_its_clients(server: RegistrationServer) -> None:
    server.manages = False
    made = CLIENTS.create(agent(server))
    assert CLIENTS.read(made.id, made.state) == made
    with pytest.raises(AuthorizationServerError, match="its server does not support RFC 7592"):
        CLIENTS.update(made.id, agent(server, "other"), made.state)
    CLIENTS.delete(made.id, made.state)
    assert list(server.clients) == [made.state.client_id]


def test_server_without_a_registration_endpoint_is_rejected(server: RegistrationServer) -> None:
    inputs = agent(server).model_copy(update={"registration_endpoint": None})
    with pytest.raises(MetadataError, match="has no registration_endpoint"):
        CLIENTS.create(inputs)


def test_protected_registration_needs_an_initial_access_token(
    server: RegistrationServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FLOW_MCP_INITIAL_ACCESS_TOKEN")
    with pytest.raises(CredentialsError, match="There is no initial access token"):
        CLIENTS.create(agent(server))
    assert server.requests == []
    with pytest.raises(CredentialsError, match=r"clientRegistration: \{protected: true\}"):
        CLIENTS.create(agent(server).model_copy(update={"initial_access_token_required": False}))
