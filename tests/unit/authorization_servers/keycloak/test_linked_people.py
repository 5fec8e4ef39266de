"""Links of people and identity providers, with stubbed answers; tests/live/test_enterprise.py is live."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from flow_mcp.authorization_servers.errors import OwnedByOthersError
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration
from flow_mcp.authorization_servers.keycloak.identity_provider_resource import (
    IdentityProviderInputs,
    IdentityProviderResource,
    IdentityProviderState,
)
from flow_mcp.authorization_servers.keycloak.linked_people_resource import (
    LinkedPeopleInputs,
    LinkedPeopleResource,
    LinkedPeopleState,
)
from flow_mcp.engine.plugin.resource import Made, PartlyDoneError
from tests.unit.authorization_servers.network import Answer, StandIn, json_answer

URL, REALM = "https://id.example", "/admin/realms/acme"
TOKEN = {"POST /realms/master/protocol/openid-connect/token": json_answer(200, {"access_token": "t-1"})}
INPUTS = LinkedPeopleInputs(
    url=URL, realm="acme", identity_provider="company", subjects={"ada": "00u1", "guy": "00u2"}
)
ADA = f"GET {REALM}/users?username=ada&exact=true"
GUY = f"GET {REALM}/users?username=guy&exact=true"
LINKS_OF_ADA, LINK_OF_ADA = (
    f"{REALM}/users/u-1/federated-identity",
    f"{REALM}/users/u-1/federated-identity/company",
)
ANSWERS: dict[str, Answer] = {
    ADA: json_answer(200, [{"id": "u-1", "username": "ada"}]),
    GUY: json_answer(200, []),
    f"GET {REALM}/users?idpAlias=company&idpUserId=00u1": json_answer(200, []),
    f"GET {LINKS_OF_ADA}": json_answer(200, []),
    f"POST {LINK_OF_ADA}": json_answer(204, None),
    f"DELETE {LINK_OF_ADA}": json_answer(204, None),
}
PROVIDER = IdentityProviderInputs(
    url=URL, realm="acme", alias="x", kind="oidc", config={"issuer": "https://i"}
)
INSTANCE = f"{REALM}/identity-provider/instances/x"


def _api(answers: Mapping[str, Answer]) -> tuple[Any, StandIn]:
    stand_in = StandIn({**TOKEN, **answers})
    environment = {"KEYCLOAK_USER": "admin", "KEYCLOAK_PASSWORD": "p-1"}

    def api(administration: Administration) -> AdminApi:
        return AdminApi(administration, environment, stand_in)

    return api, stand_in


def test_a_missing_user_is_named_and_the_links_before_are_in_the_state() -> None:
    api, stand_in = _api(ANSWERS)
    with pytest.raises(PartlyDoneError, match="has no user guy, whom linkedPeople declares") as raised:
        LinkedPeopleResource(api).create(INPUTS)
    assert raised.value.made == Made(
        "acme/company", LinkedPeopleState(**INPUTS.model_dump() | {"subjects": {"ada": "00u1"}})
    )
    assert json.loads(stand_in.bodies[stand_in.requests.index(f"POST {LINK_OF_ADA}")]) == {
        "userId": "00u1",
        "userName": "ada",
    }


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (
            {
                f"GET {REALM}/users?idpAlias=company&idpUserId=00u1": json_answer(
                    200, [{"id": "u-9", "username": "eve"}]
                )
            },
            "eve is linked to the subject that linkedPeople declares for ada",
        ),
        (
            {f"GET {LINKS_OF_ADA}": json_answer(200, [{"identityProvider": "company", "userId": "00u9"}])},
            "ada is linked to another subject than linkedPeople declares",
        ),
    ],
)
def test_a_link_that_somebody_else_made_is_not_taken_over(
    answers: Mapping[str, Answer], message: str
) -> None:
    api, stand_in = _api({**ANSWERS, **answers})
    with pytest.raises(PartlyDoneError, match=message) as raised:
        LinkedPeopleResource(api).create(INPUTS)
    assert isinstance(raised.value.__cause__, OwnedByOthersError)
    assert f"POST {LINK_OF_ADA}" not in stand_in.requests


def test_only_the_links_of_declared_people_are_read_and_removed() -> None:
    links = [{"identityProvider": "other", "userId": "1"}, {"identityProvider": "company", "userId": "00u3"}]
    api, stand_in = _api(
        {**ANSWERS, f"GET {REALM}": json_answer(200, {}), f"GET {LINKS_OF_ADA}": json_answer(200, links)}
    )
    resource = LinkedPeopleResource(api)
    state = LinkedPeopleState(**INPUTS.model_dump())
    assert resource.read("acme/company", state) == Made(
        "acme/company", state.model_copy(update={"subjects": {"ada": "00u3"}})
    )
    resource.delete("acme/company", state)
    assert [request for request in stand_in.requests if request.startswith("DELETE")] == [
        f"DELETE {LINK_OF_ADA}"
    ]


def test_an_identity_provider_is_read_with_everything_that_differs() -> None:
    found = {"alias": "x", "providerId": "oidc", "enabled": False, "hideOnLogin": True, "linkOnly": True}
    api, _ = _api({f"GET {INSTANCE}": json_answer(200, {**found, "config": {"issuer": "https://evil"}})})
    state = IdentityProviderState(**PROVIDER.model_dump())
    assert IdentityProviderResource(api).read("acme/x", state) == Made(
        "acme/x",
        state.model_copy(update={"config": {"issuer": "https://evil"}, "deviations": ("enabled is False",)}),
    )


def test_an_identity_provider_that_exists_is_not_taken_over() -> None:
    api, _ = _api({f"GET {INSTANCE}": json_answer(200, {"alias": "x"})})
    with pytest.raises(
        OwnedByOthersError, match="has an identity provider x that is not in the stack's state"
    ):
        IdentityProviderResource(api).check_create(PROVIDER)
