"""Unmanaged grants for a tenant's APIs in Auth0, with prepared responses of the Management API.

The shapes are those of https://auth0.com/docs/api/management/v2/client-grants/get-client-grants.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from flow_mcp.authorization_servers.auth0.management_api import ManagementApi
from flow_mcp.authorization_servers.errors import AuthorizationServerError, RightsError
from flow_mcp.operations.drift.auth0 import appeared, recreated
from flow_mcp.operations.drift.drift import Appeared
from flow_mcp.operations.drift.refresh import Refreshed, Resource
from flow_mcp.review.diff.change import Risk
from tests.unit.authorization_servers.network import Answer, StandIn, json_answer
from tests.unit.declaration.access.samples import sample

INITECH = sample("initech")
PRODUCTION, TEST = INITECH.resources
URN = "urn:pulumi:initech::flow-mcp::auth0:index/clientGrant:ClientGrant::portal"
MANAGED = Resource(URN, "same", {"id": "cgr_ours"}, {"id": "cgr_ours"}, ())


def request(resource: Any, page: int = 0) -> str:
    query = f"audience={quote(resource.url, safe='')}&per_page=100&page={page}"
    return f"GET /api/v2/client-grants?{query}"


def grant(identity: str, client: str, **more: Any) -> dict[str, Any]:
    return {"id": identity, "client_id": client, "scope": ["mcp:access"], "subject_type": "client", **more}


def listed(answers: dict[str, Answer | list[Answer]]) -> tuple[Appeared, ...]:
    network = StandIn(answers)

    def api(domain: str) -> ManagementApi:
        return ManagementApi(domain, {"AUTH0_DOMAIN": domain, "AUTH0_API_TOKEN": "t-1"}, network)

    return appeared(Refreshed(INITECH, (MANAGED,)), api)


def test_grants_of_the_stack_are_not_listed() -> None:
    ours = json_answer(200, [grant("cgr_ours", "portal")])
    assert listed({request(PRODUCTION): ours, request(TEST): json_answer(200, [])}) == ()


def test_another_applications_grant_is_listed_with_what_it_opens() -> None:
    theirs = json_answer(200, [grant("cgr_ours", "portal"), grant("cgr_1", "intruder", subject_type="user")])
    assert listed({request(PRODUCTION): theirs, request(TEST): json_answer(200, [])}) == (
        Appeared(
            "client-grant",
            "intruder",
            PRODUCTION.key,
            f"The application intruder reaches {PRODUCTION.key} for people with the scopes mcp:access.",
            Risk.HIGH,
            (PRODUCTION.key,),
        ),
    )


def test_all_pages_are_read() -> None:
    full = json_answer(200, [grant("cgr_ours", "portal")] * 100)
    last = json_answer(200, [grant("cgr_1", "intruder")])
    answers: dict[str, Answer | list[Answer]] = {
        request(PRODUCTION): full,
        request(PRODUCTION, 1): last,
        request(TEST): json_answer(200, []),
    }
    assert [item.name for item in listed(answers)] == ["intruder"]


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (json_answer(403, {"message": "Insufficient scope"}), RightsError, "Grant read:client_grants to"),
        (json_answer(200, {"grants": []}), AuthorizationServerError, "answered 200 to GET"),
    ],
)
def test_a_list_that_cannot_be_read_is_an_error(answer: Answer, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        listed({request(PRODUCTION): answer})


def test_an_api_that_was_recreated_is_taken_over_with_its_new_id() -> None:
    api = {"id": "api-2", "identifier": TEST.url, "scopes": []}
    network = StandIn(
        {
            "GET /api/v2/resource-servers?per_page=100&page=0": json_answer(200, [api]),
            "*": json_answer(200, []),
        }
    )
    deleted = Resource(
        "urn:pulumi:s::p::auth0:index/resourceServer:ResourceServer::31/test", "delete", {}, None, ()
    )
    taken_over = recreated(
        Refreshed(INITECH, (deleted,)),
        api=lambda domain: ManagementApi(domain, {"AUTH0_DOMAIN": domain, "AUTH0_API_TOKEN": "t-1"}, network),
    )
    assert [(entry.resource, entry.id) for entry in taken_over] == [
        ("ResourceServer/31/test", "api-2"),
        ("ResourceServerScopes/31/test-scopes", TEST.url),
    ]
    assert not any(request.startswith(("POST", "PATCH", "PUT", "DELETE")) for request in network.requests)
