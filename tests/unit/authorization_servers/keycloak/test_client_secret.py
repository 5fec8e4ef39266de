"""The resource of a client's secret, with stubbed answers; tests/live/test_rotation.py is live."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration
from flow_mcp.authorization_servers.keycloak.client_secret_resource import (
    ClientSecretInputs,
    ClientSecretResource,
    ClientSecretState,
)
from flow_mcp.engine.plugin.resource import PartlyDoneError
from tests.unit.authorization_servers.network import Answer, StandIn, json_answer

_CLIENT = "/admin/realms/acme/clients/c-1"
CLIENTS = "GET /admin/realms/acme/clients?clientId=agent"
GET, POST = f"GET {_CLIENT}/client-secret", f"POST {_CLIENT}/client-secret"
PREVIOUS, WITHDRAW = f"GET {_CLIENT}/client-secret/rotated", f"DELETE {_CLIENT}/client-secret/rotated"
ATTRIBUTE = f"PUT {_CLIENT}"
FOUND = {
    "POST /realms/master/protocol/openid-connect/token": json_answer(200, {"access_token": "t-1"}),
    CLIENTS: json_answer(200, [{"id": "c-1"}]),
    ATTRIBUTE: json_answer(204, None),
    WITHDRAW: json_answer(204, None),
}
NONE = json_answer(404, {})


def inputs(**more: str | None) -> ClientSecretInputs:
    return ClientSecretInputs.model_validate(
        {"url": "https://id.example", "realm": "acme", "client_id": "agent", "overlap": "7d", **more}
    )


def state(value: str, **more: str | None) -> ClientSecretState:
    return ClientSecretState(**inputs(**more).model_dump(), value=value)


def secret(value: str) -> Answer:
    return json_answer(200, {"type": "secret", "value": value})


def resource(answers: Mapping[str, Answer | list[Answer]]) -> tuple[ClientSecretResource, StandIn]:
    stand_in = StandIn({**FOUND, **answers})
    environment = {"KEYCLOAK_USER": "admin", "KEYCLOAK_PASSWORD": "p-1"}

    def api(administration: Administration) -> AdminApi:
        return AdminApi(administration, environment, stand_in)

    return ClientSecretResource(api), stand_in


def _requests(stand_in: StandIn) -> list[str]:
    """Return the requests to the admin API."""
    return [request for request in stand_in.requests if "/admin/" in request]


def test_an_existing_client_keeps_its_secret_and_a_new_one_gets_a_random_secret() -> None:
    adopting, _ = resource({GET: secret("old")})
    assert adopting.create(inputs(issued="2026-09-01")).state == state("old", issued="2026-09-01")
    creating, stand_in = resource({CLIENTS: json_answer(200, [])})
    created = [creating.create(inputs(issued="2026-09-01")).state.value for _ in range(2)]
    assert (len(created[0]), created[0] != created[1]) == (43, True)
    assert _requests(stand_in) == [CLIENTS, CLIENTS]


def test_a_rotation_keeps_the_previous_secret() -> None:
    rotating, stand_in = resource({GET: secret("old"), POST: secret("new"), PREVIOUS: secret("old")})
    new = inputs(issued="2026-11-30", previous="2026-09-01")
    updated = rotating.update("acme/agent", new, state("old", issued="2026-09-01"))
    assert updated == state("new", issued="2026-11-30", previous="2026-09-01")
    assert _requests(stand_in) == [CLIENTS, ATTRIBUTE, GET, POST, PREVIOUS]


def test_an_interrupted_rotation_is_not_repeated() -> None:
    rotating, stand_in = resource({GET: secret("new"), PREVIOUS: secret("old")})
    new = inputs(issued="2026-11-30", previous="2026-09-01")
    updated = rotating.update("acme/agent", new, state("old", issued="2026-09-01"))
    assert updated.value == "new"
    assert POST not in stand_in.requests


def test_a_previous_secret_that_keycloak_dropped_is_an_error_with_the_new_secret_in_the_state() -> None:
    rotating, _ = resource({GET: secret("old"), POST: secret("new"), PREVIOUS: NONE})
    new = inputs(issued="2026-11-30", previous="unknown")
    with pytest.raises(PartlyDoneError, match=r"has not kept the previous secret of agent") as raised:
        rotating.update("acme/agent", new, state("old"))
    assert raised.value.made.state == state("new", issued="2026-11-30", previous="unknown")
    assert "new" not in str(raised.value).replace("new secret", "")


def test_finishing_withdraws_the_previous_secret_and_keeps_the_new_one() -> None:
    finishing, stand_in = resource({})
    before = state("new", issued="2026-11-30", previous="2026-09-01")
    after = finishing.update("acme/agent", inputs(issued="2026-11-30"), before)
    assert after == state("new", issued="2026-11-30")
    assert _requests(stand_in) == [CLIENTS, WITHDRAW]


def test_a_reverted_rotation_restores_the_previous_secret() -> None:
    reverting, stand_in = resource({PREVIOUS: secret("old")})
    before = state("new", issued="2026-11-30", previous="2026-09-01")
    assert reverting.update("acme/agent", inputs(issued="2026-09-01"), before).value == "old"
    # The secret stays valid until the client's own resource has set it again.
    assert WITHDRAW not in stand_in.requests


def test_a_reverted_first_rotation_restores_the_previous_secret() -> None:
    reverting, stand_in = resource({PREVIOUS: secret("old")})
    before = state("new", issued="2026-11-30", previous="unknown")
    assert reverting.update("acme/agent", inputs(), before).value == "old"
    assert WITHDRAW not in stand_in.requests


def test_a_day_that_is_no_longer_recorded_keeps_the_secret() -> None:
    forgetting, stand_in = resource({})
    assert forgetting.update("acme/agent", inputs(), state("old", issued="2026-11-30")).value == "old"
    assert _requests(stand_in) == [CLIENTS]


def test_without_an_overlap_another_day_replaces_the_secret() -> None:
    replacing, stand_in = resource({})
    after = replacing.update(
        "acme/agent", inputs(issued="2026-11-30", overlap=None), state("old", issued="2026-09-01")
    )
    assert after.value != "old"
    assert (POST in stand_in.requests, _requests(stand_in)[-1]) == (False, WITHDRAW)


def test_recording_the_first_day_keeps_the_secret() -> None:
    recording, stand_in = resource({})
    assert recording.update("acme/agent", inputs(issued="2026-11-30"), state("old")).value == "old"
    assert _requests(stand_in) == [CLIENTS]
