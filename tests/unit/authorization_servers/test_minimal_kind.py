"""What a new kind of authorization server needs: `bare_openid` is a whole one, in 110 lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pulumi
import pytest

from flow_mcp.authorization_servers import KINDS
from flow_mcp.authorization_servers.component import component_of
from flow_mcp.declaration.access import ClientAccess, snapshot
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.declaration.kinds import Kinds
from flow_mcp.declaration.load import from_configuration
from flow_mcp.review.diff import compare
from flow_mcp.runtime import Reason, decide
from tests.issuers import external as issuer
from tests.issuers.signer import NOW
from tests.unit.authorization_servers import bare_openid
from tests.unit.authorization_servers.mocks import run

WITH_OPENID = Kinds({"openid": f"{bare_openid.__name__}:OPENID"}, default="openid")
ISSUER = "https://id.acme.example"
URL = "https://app.profitbase.biz/flow/mcp/tenants/acme/workspaces/456/environments/{}"


def load(**changes: Any) -> Declaration:
    tenant: dict[str, Any] = {
        "id": "acme",
        "workspaces": {"456": {"environments": ["production", "test"]}},
        "authorizationServer": {"openid": {"issuer": ISSUER}},
        "manualRegistrations": {"agent": {"clientId": "c-1", "access": ["456/test"]}},
    }
    instance = {"server": "https://app.profitbase.biz/flow"}
    return from_configuration({**tenant, **changes}, instance, WITH_OPENID, source="acme").declaration


class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return f"{args.name}-id", dict(args.inputs)

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], None]:
        raise AssertionError(args.token)


def test_a_minimal_kind_takes_fewer_than_150_lines() -> None:
    assert len(Path(bare_openid.__file__).read_text(encoding="utf-8").splitlines()) < 150


def test_its_access_is_told_as_that_of_any_kind() -> None:
    access = snapshot(load())
    assert (access.kind, access.authority, access.registration_methods) == ("openid", ISSUER, ())
    assert access.clients == (
        ClientAccess(
            name="agent",
            registration="manual",
            client_id="c-1",
            grant="client-credentials",
            authentication=None,
            redirect_uris=(),
            web_origins=(),
            resources=("456/test",),
            secret_issued=None,
            secret_expires=None,
        ),
    )


def test_its_own_checks_run_with_those_of_every_tenant() -> None:
    agent = {"grant": "client-credentials", "access": ["457/test"]}
    with pytest.raises(DeclarationError) as refused:
        load(clients={"nightly": agent})
    assert [(problem.path, problem.message) for problem in refused.value.problems] == [
        ("clients.nightly.access[0]", "names 457/test, which the tenant does not declare"),
        ("clients.nightly", "cannot be registered by the stack"),
    ]


def test_the_runtime_decides_by_its_settings() -> None:
    document = load().kind.settings(load(), {})
    keys = {ISSUER: issuer.public_keys()}
    token = issuer.signed(issuer.program(ISSUER, URL.format("test"), "c-1", "mcp"))
    assert decide(document, URL.format("test"), token, keys, NOW).allowed
    refused = decide(document, URL.format("production"), token, keys, NOW)
    assert refused.reason is Reason.RESOURCE_NOT_GIVEN


def test_its_component_runs_in_a_program() -> None:
    ids: list[Any] = []

    def program() -> None:
        component = component_of(load().kind)("acme", load(), pulumi.ResourceOptions())
        component.ids.apply(ids.append)

    run(Mocks(), program)
    assert ids == [{}]


def test_another_issuer_is_another_authority_to_a_reviewer() -> None:
    moved = load(authorizationServer={"openid": {"issuer": "https://login.acme.example"}})
    assert [change.kind for change in compare(load(), moved)] == ["authority-changes", "client-id-changes"]


def test_it_is_one_more_beside_those_of_the_project() -> None:
    assert [*KINDS] == ["flow-entra", "entra", "keycloak", "auth0", "scalekit", "external"]
    assert [*WITH_OPENID] == ["openid"]
