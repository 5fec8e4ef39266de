"""Requests to Keycloak's admin API and the errors of failed ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from flow_mcp.authorization_servers.errors import AuthorizationServerError, RightsError, UnreachableError
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration, realm_path
from tests.unit.authorization_servers.network import Answer, StandIn, json_answer

URL = "https://id.example"
TOKEN = "POST /realms/master/protocol/openid-connect/token"
ENVIRONMENT = {"KEYCLOAK_USER": "admin", "KEYCLOAK_PASSWORD": "p-1"}


def admin_api(answers: Mapping[str, Answer | list[Answer]]) -> tuple[AdminApi, StandIn]:
    stand_in = StandIn({TOKEN: json_answer(200, {"access_token": "t-1", "expires_in": 60}), **answers})
    return AdminApi(Administration(url=f"{URL}/"), ENVIRONMENT, stand_in), stand_in


def test_names_are_percent_encoded_in_paths() -> None:
    assert realm_path("a/b", "clients", "x y") == "/realms/a%2Fb/clients/x%20y"


def test_find_returns_the_object_or_none() -> None:
    api, _ = admin_api({"GET /admin/realms/acme": json_answer(200, {"realm": "acme"})})
    with api:
        assert api.find("/realms/acme") == {"realm": "acme"}
        assert api.find("/realms/globex") is None


def test_forbidden_request_is_repeated_with_a_new_token() -> None:
    forbidden, fine = json_answer(403, {"error": "HTTP 403 Forbidden"}), json_answer(200, [])
    api, stand_in = admin_api({"GET /admin/realms/acme/groups": [forbidden, fine]})
    assert api.get("/realms/acme/groups") == []
    assert stand_in.requests.count(TOKEN) == 2


def test_unauthorized_request_is_repeated_with_a_new_token() -> None:
    ended, fine = json_answer(401, {"error": "HTTP 401 Unauthorized"}), json_answer(200, [])
    api, stand_in = admin_api({"GET /admin/realms": [ended, fine]})
    assert api.get("/realms") == []
    assert stand_in.requests.count(TOKEN) == 2


def test_deleting_an_absent_object_succeeds() -> None:
    api, _ = admin_api({})
    api.delete("/realms/acme/components/c-1")


@pytest.mark.parametrize(
    ("call", "key"),
    [
        (lambda api: api.get("/x"), "GET /admin/x"),
        (lambda api: api.find("/x"), "GET /admin/x"),
        (lambda api: api.post("/x", {}), "POST /admin/x"),
        (lambda api: api.put("/x"), "PUT /admin/x"),
        (lambda api: api.delete("/x"), "DELETE /admin/x"),
    ],
)
def test_failed_requests_raise_the_matching_error(call: Callable[[AdminApi], Any], key: str) -> None:
    for answer, kind, message in (
        (json_answer(403, {"error": "HTTP 403 Forbidden"}), RightsError, "manage-realm, manage-clients"),
        (json_answer(400, {"errorMessage": "no such scope"}), AuthorizationServerError, "no such scope"),
        (httpx.Response(500, text="<html>"), AuthorizationServerError, "answered 500"),
        (httpx.ReadTimeout("late"), UnreachableError, "no response within the time limit"),
    ):
        api, _ = admin_api({key: answer})
        with pytest.raises(kind, match=message) as raised:
            call(api)
        assert URL in str(raised.value)
        assert "t-1" not in str(raised.value)


def test_response_without_json_is_rejected() -> None:
    api, _ = admin_api({"GET /admin/x": httpx.Response(200, text="<html>log in</html>")})
    with pytest.raises(UnreachableError, match=f"^Keycloak at {URL} did not answer JSON"):
        api.get("/x")
