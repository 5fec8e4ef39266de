"""Objects at Scalekit that another stack manages are not taken over."""

from __future__ import annotations

import pytest

from flow_mcp.authorization_servers.errors import AuthorizationServerError, OwnedByOthersError
from flow_mcp.authorization_servers.scalekit.adopted_objects import AdoptedObjects, ScalekitAdoptedObjects
from flow_mcp.authorization_servers.scalekit.api import ScalekitApi
from flow_mcp.authorization_servers.scalekit.import_ids import import_id
from tests.unit.authorization_servers.network import StandIn, json_answer

_URL = "https://acme.scalekit.com"


def _check(server: str | None, client: str | None, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """Check an MCP server and a client with these descriptions; None: the object does not exist."""
    monkeypatch.setenv("SCALEKIT_CLIENT_ID", "id")
    monkeypatch.setenv("SCALEKIT_CLIENT_SECRET", "secret")
    answers = {"POST /oauth/token": json_answer(200, {"access_token": "t"})}
    for path, key, description in (
        ("/api/v1/resources/res_1", "resource", server),
        ("/api/v1/resources/res_1/clients/m2m_1", "client", client),
    ):
        if description is not None:
            answers[f"GET {path}"] = json_answer(200, {key: {"description": description}})
    stand_in = StandIn(answers)
    ids = (import_id(_URL, "res_1"), import_id(_URL, "res_1", "m2m_1"))
    checked = ScalekitAdoptedObjects(lambda url: ScalekitApi(url, stand_in))
    checked.call(AdoptedObjects(environment_url=_URL, owner="flow-mcp:acme", import_ids=ids))
    return stand_in


@pytest.mark.parametrize(
    ("server", "client"),
    [
        ("", "Made in the dashboard"),
        ("flow-mcp:acme", "flow-mcp:acme:agent"),
        ("flow-mcp:acme", None),
        (None, None),
    ],
)
def test_objects_of_nobody_and_of_the_stack_can_be_taken_over(
    server: str | None, client: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _check(server, client, monkeypatch).requests == [
        "POST /oauth/token",
        "GET /api/v1/resources/res_1",
        "GET /api/v1/resources/res_1/clients/m2m_1",
    ]


@pytest.mark.parametrize(
    ("server", "client", "refused"),
    [
        ("flow-mcp:globex", "", "res_1"),
        ("flow-mcp:acme2", "", "res_1"),
        ("", "flow-mcp:globex:agent", "res_1/m2m_1"),
        ("flow-mcp:acme", "flow-mcp:acme2:agent", "res_1/m2m_1"),
    ],
)
def test_an_object_of_another_stack_is_refused(
    server: str, client: str, refused: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(
        OwnedByOthersError, match=f"^{refused} at {_URL} was created by the stack of flow-mcp:"
    ):
        _check(server, client, monkeypatch)


def test_an_object_of_another_environment_is_refused_before_a_request() -> None:
    stand_in = StandIn({})
    arguments = AdoptedObjects(
        environment_url=_URL, owner="flow-mcp:acme", import_ids=(import_id("https://evil.example", "res_1"),)
    )
    with pytest.raises(
        AuthorizationServerError, match=r"names res_1 at https://evil\.example, and the tenant"
    ):
        ScalekitAdoptedObjects(lambda url: ScalekitApi(url, stand_in)).call(arguments)
    assert stand_in.requests == []
