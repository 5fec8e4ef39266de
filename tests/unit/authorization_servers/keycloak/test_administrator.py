"""The administrator signs in with credentials of the environment, and no message contains them."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl

import httpx
import pytest

from flow_mcp.authorization_servers.errors import CredentialsError, UnreachableError
from flow_mcp.authorization_servers.http import http_client
from flow_mcp.authorization_servers.keycloak.administrator import Administrator, credentials
from tests.unit.authorization_servers.network import Answer, StandIn, json_answer

URL = "https://id.example/auth"
TOKEN = "POST /auth/realms/master/protocol/openid-connect/token"
PERSON = {"KEYCLOAK_USER": "admin", "KEYCLOAK_PASSWORD": "p-1"}


def granted(token: str, seconds: int = 60) -> httpx.Response:
    return json_answer(200, {"access_token": token, "expires_in": seconds})


def administrator(stand_in: StandIn, clock: Callable[[], float] = lambda: 0.0) -> Administrator:
    return Administrator(http_client(URL, stand_in), "master", "admin-cli", PERSON, clock)


def refusal(answer: Answer, kind: type[Exception]) -> str:
    with pytest.raises(kind) as raised:
        administrator(StandIn({TOKEN: answer})).token()
    assert "p-1" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize(
    ("environment", "request_parameters"),
    [
        (PERSON, {"grant_type": "password", "username": "admin", "password": "p-1"}),
        ({"KEYCLOAK_CLIENT_SECRET": "s-1"}, {"grant_type": "client_credentials", "client_secret": "s-1"}),
        (
            PERSON | {"KEYCLOAK_CLIENT_SECRET": "s-1"},
            {"grant_type": "password", "username": "admin", "password": "p-1", "client_secret": "s-1"},
        ),
        (
            {"KEYCLOAK_USER": "admin", "KEYCLOAK_CLIENT_SECRET": "s-1"},
            {"grant_type": "client_credentials", "client_secret": "s-1"},
        ),
    ],
)
def test_credentials_are_chosen_as_the_official_provider_does(
    environment: dict[str, str], request_parameters: dict[str, str]
) -> None:
    assert credentials(environment, "c") == request_parameters | {"client_id": "c"}


@pytest.mark.parametrize("environment", [{}, {"KEYCLOAK_USER": "admin"}, {"KEYCLOAK_PASSWORD": "p-1"}])
def test_missing_credentials_name_the_environment_variables(environment: dict[str, str]) -> None:
    with pytest.raises(CredentialsError) as raised:
        credentials(environment, "admin-cli")
    assert str(raised.value) == (
        "The environment has no credentials of a Keycloak administrator. Set KEYCLOAK_USER and "
        "KEYCLOAK_PASSWORD, or KEYCLOAK_CLIENT_SECRET of the client admin-cli "
        "(authorizationServer.keycloak.administration)."
    )


def test_token_endpoint_is_below_the_base_path() -> None:
    stand_in = StandIn({TOKEN: granted("t-1")})
    assert administrator(stand_in).token() == "t-1"
    assert stand_in.requests == [TOKEN]
    assert dict(parse_qsl(stand_in.bodies[0])) == {
        "grant_type": "password",
        "username": "admin",
        "password": "p-1",
        "client_id": "admin-cli",
    }


def test_token_is_cached_until_shortly_before_its_expiry_or_until_renew() -> None:
    now = [0.0]
    stand_in = StandIn({TOKEN: [granted("t-1"), granted("t-2"), granted("t-3")]})
    signed_in = administrator(stand_in, lambda: now[0])
    assert [signed_in.token(), signed_in.token()] == ["t-1", "t-1"]
    now[0] = 51
    assert signed_in.token() == "t-2"
    assert signed_in.token(renew=True) == "t-3"
    assert len(stand_in.requests) == 3


def test_rejected_credentials_name_realm_client_and_variables() -> None:
    answer = json_answer(401, {"error": "invalid_grant", "error_description": "Invalid user credentials"})
    assert refusal(answer, CredentialsError) == (
        f"Keycloak at {URL} rejects the administrator in realm master with client admin-cli "
        "(Invalid user credentials). Correct KEYCLOAK_USER and KEYCLOAK_PASSWORD."
    )


@pytest.mark.parametrize("error", ["unauthorized_client", "invalid_client"])
def test_rejected_client_and_rejected_user_have_different_remedies(error: str) -> None:
    answer = json_answer(401, {"error": error, "error_description": "Invalid client credentials"})
    assert "Correct KEYCLOAK_CLIENT_SECRET" in refusal(answer, CredentialsError)


def test_missing_administrator_realm_is_named() -> None:
    message = refusal(json_answer(404, {"error": "Realm does not exist"}), CredentialsError)
    assert message.startswith(f"Keycloak at {URL} has no realm master")
    assert "administration.realm" in message


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404, text="<html>not found</html>"),
        httpx.Response(200, text="<html>welcome</html>"),
        json_answer(404, {"error": "Unable to find matching target resource method"}),
    ],
)
def test_missing_keycloak_suggests_the_base_path(answer: httpx.Response) -> None:
    message = refusal(answer, UnreachableError)
    assert message.startswith(
        f"There is no Keycloak at {URL}: its token endpoint answered {answer.status_code}"
    )
    assert "--http-relative-path" in message


def test_redirect_is_not_followed_with_credentials() -> None:
    answer = httpx.Response(301, headers={"Location": "https://id.acme.example/"})
    message = refusal(answer, UnreachableError)
    assert "redirect to https://id.acme.example/. Declare the address" in message


def test_server_error_is_not_reported_as_a_missing_keycloak() -> None:
    assert "answered 500" in refusal(httpx.Response(500), UnreachableError)


def test_unreachable_keycloak_is_named() -> None:
    message = refusal(httpx.ConnectError("refused"), UnreachableError)
    assert message.startswith(f"Keycloak at {URL} cannot be reached")
