"""The admin API answers, or ends with a sentence."""

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


def test_names_are_quoted_in_paths() -> None:
    assert realm_path("a/b", "clients", "x y") == "/realms/a%2Fb/clients/x%20y"


def test_what_is_there_is_found_and_what_is_not_is_none() -> None:
    api, _ = admin_api({"GET /admin/realms/acme": json_answer(200, {"realm": "acme"})})
    with api:
        assert api.find("/realms/acme") == {"realm": "acme"}
        assert api.find("/realms/globex") is None


def test_a_right_that_came_after_the_token_is_noticed() -> None:
    forbidden, fine = json_answer(403, {"error": "HTTP 403 Forbidden"}), json_answer(200, [])
    api, stand_in = admin_api({"GET /admin/realms/acme/groups": [forbidden, fine]})
    assert api.get("/realms/acme/groups") == []
    assert stand_in.requests.count(TOKEN) == 2


def test_an_ended_session_is_begun_again() -> None:
    ended, fine = json_answer(401, {"error": "HTTP 401 Unauthorized"}), json_answer(200, [])
    api, stand_in = admin_api({"GET /admin/realms": [ended, fine]})
    assert api.get("/realms") == []
    assert stand_in.requests.count(TOKEN) == 2


def test_removing_what_is_gone_is_no_error() -> None:
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
def test_every_refusal_is_a_sentence_of_its_kind(call: Callable[[AdminApi], Any], key: str) -> None:
    for answer, kind, said in (
        (json_answer(403, {"error": "HTTP 403 Forbidden"}), RightsError, "manage-realm, manage-clients"),
        (json_answer(400, {"errorMessage": "no such scope"}), AuthorizationServerError, "no such scope"),
        (httpx.Response(500, text="<html>"), AuthorizationServerError, "answered 500"),
        (httpx.ReadTimeout("late"), UnreachableError, "no answer in time"),
    ):
        api, _ = admin_api({key: answer})
        with pytest.raises(kind, match=said) as raised:
            call(api)
        assert URL in str(raised.value)
        assert "t-1" not in str(raised.value)


def test_an_answer_that_is_no_json_is_no_admin_api() -> None:
    api, _ = admin_api({"GET /admin/x": httpx.Response(200, text="<html>log in</html>")})
    with pytest.raises(UnreachableError, match=f"^Keycloak at {URL} did not answer JSON"):
        api.get("/x")
