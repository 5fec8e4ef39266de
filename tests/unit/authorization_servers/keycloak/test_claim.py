"""A stack's claim to a tenant, on a stand-in's answers; `tests/live/test_keycloak_ownership.py` is live."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from flow_mcp.authorization_servers.errors import AuthorizationServerError, OwnedByOthersError
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration
from flow_mcp.authorization_servers.keycloak.claim_resource import ClaimInputs, ClaimResource, ClaimState
from flow_mcp.engine.plugin.resource import Made
from tests.unit.authorization_servers.network import Answer, StandIn, json_answer

_TYPE = "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy"
COMPONENTS = f"GET /admin/realms/acme/components?type={_TYPE}"
TOKEN = {"POST /realms/master/protocol/openid-connect/token": json_answer(200, {"access_token": "t-1"})}
INPUTS = ClaimInputs(url="https://id.example", realm="acme", owner="flow-mcp:acme")
STATE = ClaimState(**INPUTS.model_dump())
CREATED = {
    "GET /admin/realms/acme": json_answer(200, {"id": "realm-1"}),
    "POST /admin/realms/acme/components": json_answer(201, {}),
}


def claim(claim_id: str, owner: str = "flow-mcp:acme") -> dict[str, str]:
    return {"id": claim_id, "subType": f"flow-mcp-claim:{owner}"}


def resource(answers: Mapping[str, Answer | list[Answer]]) -> tuple[ClaimResource, StandIn]:
    stand_in = StandIn({**TOKEN, **answers})
    environment = {"KEYCLOAK_USER": "admin", "KEYCLOAK_PASSWORD": "p-1"}

    def api(administration: Administration) -> AdminApi:
        return AdminApi(administration, environment, stand_in)

    return ClaimResource(api), stand_in


def test_a_claim_is_made_beside_those_of_other_tenants() -> None:
    other = claim("c-0", "flow-mcp:globex")
    made, _ = resource(
        {**CREATED, COMPONENTS: [json_answer(200, [other]), json_answer(200, [other, claim("c-1")])]}
    )
    made.check_create(INPUTS)
    made, _ = resource(
        {**CREATED, COMPONENTS: [json_answer(200, [other]), json_answer(200, [other, claim("c-1")])]}
    )
    assert made.create(INPUTS) == Made("c-1", STATE)


def test_a_tenant_that_another_stack_has_claimed_is_refused_before_anything_is_changed() -> None:
    refused, stand_in = resource({**CREATED, COMPONENTS: json_answer(200, [claim("c-2")])})
    for attempt in (refused.check_create, refused.create):
        with pytest.raises(OwnedByOthersError, match=r"\(claim c-2\).*`FLOW_MCP_TAKE_OVER=c-2 pulumi up`"):
            attempt(INPUTS)
    assert {each.partition(" ")[0] for each in stand_in.requests[1:]} <= {"GET", "POST"}
    assert "POST /admin/realms/acme/components" not in stand_in.requests


def test_two_stacks_that_claim_at_the_same_time_are_both_refused() -> None:
    both = json_answer(200, [claim("c-1"), claim("c-2")])
    refused, _ = resource({**CREATED, COMPONENTS: [json_answer(200, []), both]})
    with pytest.raises(OwnedByOthersError, match=r"\(claim c-1, c-2\)"):
        refused.create(INPUTS)


def test_a_claim_that_is_named_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Answer] = [json_answer(200, [claim("c-2")]), json_answer(200, [claim("c-3")])]
    deleted = {"DELETE /admin/realms/acme/components/c-2": json_answer(204, None)}
    monkeypatch.setenv("FLOW_MCP_TAKE_OVER", "c-2")
    made, stand_in = resource({**CREATED, **deleted, COMPONENTS: answers})
    assert made.create(INPUTS).id == "c-3"
    assert "DELETE /admin/realms/acme/components/c-2" in stand_in.requests

    monkeypatch.setenv("FLOW_MCP_TAKE_OVER", "c-1")
    refused, _ = resource({**CREATED, COMPONENTS: json_answer(200, [claim("c-2")])})
    with pytest.raises(OwnedByOthersError):
        refused.create(INPUTS)


def test_reading_tells_a_claim_that_is_gone_from_one_that_was_handed_over() -> None:
    present, _ = resource({COMPONENTS: json_answer(200, [claim("c-1")])})
    assert present.read("c-1", STATE) == Made("c-1", STATE)
    present.check_ownership("c-1", STATE)
    for answers in ({COMPONENTS: json_answer(200, [])}, {}):
        gone, _ = resource(answers)
        assert gone.read("c-1", STATE) is None
        gone.check_ownership("c-1", STATE)
    other, _ = resource({COMPONENTS: json_answer(200, [claim("c-2")])})
    with pytest.raises(OwnedByOthersError, match=r"\(claim c-2\)"):
        other.check_ownership("c-1", STATE)
    with pytest.raises(AuthorizationServerError, match="cannot be imported"):
        present.read("c-1", None)
