"""A stack's claim to a tenant, with stubbed answers; tests/live/test_keycloak_ownership.py is live."""

from __future__ import annotations

from collections.abc import Mapping

import httpx
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


def test_a_claim_is_created_although_other_tenants_have_claims() -> None:
    other = claim("c-0", "flow-mcp:globex")
    claimable, _ = resource(
        {**CREATED, COMPONENTS: [json_answer(200, [other]), json_answer(200, [other, claim("c-1")])]}
    )
    claimable.check_create(INPUTS)
    claimable, _ = resource(
        {**CREATED, COMPONENTS: [json_answer(200, [other]), json_answer(200, [other, claim("c-1")])]}
    )
    assert claimable.create(INPUTS) == Made("c-1", STATE)


def test_a_tenant_that_another_stack_has_claimed_is_rejected_without_changes() -> None:
    rejected, stand_in = resource({**CREATED, COMPONENTS: json_answer(200, [claim("c-2")])})
    for attempt in (rejected.check_create, rejected.create):
        with pytest.raises(OwnedByOthersError, match=r"\(claim c-2\).*`FLOW_MCP_TAKE_OVER=c-2 pulumi up`"):
            attempt(INPUTS)
    assert {request.partition(" ")[0] for request in stand_in.requests[1:]} <= {"GET", "POST"}
    assert "POST /admin/realms/acme/components" not in stand_in.requests


def test_two_stacks_that_claim_at_the_same_time_are_both_rejected_and_leave_no_claim() -> None:
    both = json_answer(200, [claim("c-1"), claim("c-2")])
    created = httpx.Response(201, headers={"Location": "https://id.example/admin/realms/acme/components/c-2"})
    deleted = {"DELETE /admin/realms/acme/components/c-2": json_answer(204, None)}
    answers = {**CREATED, **deleted, "POST /admin/realms/acme/components": created}
    rejected, stand_in = resource({**answers, COMPONENTS: [json_answer(200, []), both]})
    with pytest.raises(OwnedByOthersError, match=r"\(claim c-1\).*`FLOW_MCP_TAKE_OVER=c-1 pulumi up`"):
        rejected.create(INPUTS)
    assert [request for request in stand_in.requests if request.startswith("DELETE")] == [*deleted]


def test_several_claims_are_replaced_together_only(monkeypatch: pytest.MonkeyPatch) -> None:
    both = json_answer(200, [claim("c-1"), claim("c-2")])
    rejected, _ = resource({**CREATED, COMPONENTS: both})
    for one in ("", "c-1", "c-2", "c-1,c-2,c-3"):
        monkeypatch.setenv("FLOW_MCP_TAKE_OVER", one)
        with pytest.raises(OwnedByOthersError, match="`FLOW_MCP_TAKE_OVER=c-1,c-2 pulumi up`"):
            rejected.create(INPUTS)
    deleted = {
        f"DELETE /admin/realms/acme/components/{name}": json_answer(204, None) for name in ("c-1", "c-2")
    }
    monkeypatch.setenv("FLOW_MCP_TAKE_OVER", "c-1,c-2")
    claimable, stand_in = resource(
        {**CREATED, **deleted, COMPONENTS: [both, json_answer(200, [claim("c-3")])]}
    )
    assert claimable.create(INPUTS).id == "c-3"
    assert deleted.keys() <= {*stand_in.requests}


def test_the_claim_in_the_environment_variable_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Answer] = [json_answer(200, [claim("c-2")]), json_answer(200, [claim("c-3")])]
    deleted = {"DELETE /admin/realms/acme/components/c-2": json_answer(204, None)}
    monkeypatch.setenv("FLOW_MCP_TAKE_OVER", "c-2")
    claimable, stand_in = resource({**CREATED, **deleted, COMPONENTS: answers})
    assert claimable.create(INPUTS).id == "c-3"
    assert "DELETE /admin/realms/acme/components/c-2" in stand_in.requests

    monkeypatch.setenv("FLOW_MCP_TAKE_OVER", "c-1")
    rejected, _ = resource({**CREATED, COMPONENTS: json_answer(200, [claim("c-2")])})
    with pytest.raises(OwnedByOthersError):
        rejected.create(INPUTS)


def test_a_deleted_claim_and_a_claim_that_was_handed_over_are_distinguished() -> None:
    present, _ = resource({COMPONENTS: json_answer(200, [claim("c-1")])})
    assert present.read("c-1", STATE) == Made("c-1", STATE)
    present.check_ownership("c-1", STATE)
    for answers in ({COMPONENTS: json_answer(200, [])}, {}):
        deleted, _ = resource(answers)
        assert deleted.read("c-1", STATE) is None
        deleted.check_ownership("c-1", STATE)
    other, _ = resource({COMPONENTS: json_answer(200, [claim("c-2")])})
    with pytest.raises(OwnedByOthersError, match=r"\(claim c-2\)"):
        other.check_ownership("c-1", STATE)
    with pytest.raises(AuthorizationServerError, match="cannot be imported"):
        present.read("c-1", None)
