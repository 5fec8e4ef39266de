"""Credentials for authorization servers, and the servers themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.operations.doctor.credentials import credentials
from flow_mcp.operations.doctor.finding import Finding
from flow_mcp.operations.doctor.servers import servers
from flow_mcp.operations.verify.web import Web
from tests.conftest import REPOSITORY
from tests.unit.authorization_servers.network import StandIn
from tests.unit.declared import Stacks, tenant

MARKER = "s3cret-value"
NOW = 1_790_000_000.0
ENTRA = "entra: {tenantId: 3f0c6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11}\n"
AUTH0 = "auth0: {domain: acme.eu.auth0.com}\n"
SCALEKIT = "scalekit: {environmentUrl: 'https://acme.scalekit.com'}\n"
EXTERNAL = """\
external:
  authority: https://id.acme.example
  resources: {456/production: {scopes: [a]}}
  clientRegistration: {}
"""
AGENT = "agent: {grant: client-credentials, access: ['456/production']}\n"
DESKTOP = """\
desktop:
  grant: authorization-code
  redirectUris: ["http://127.0.0.1/callback"]
  access: ["456/production"]
  people: {groups: [planners]}
"""
MANUAL = "manualRegistrations:\n  agent: {clientId: agent, access: ['*']}\n"


Declared = Callable[[str, str], dict[str, tuple[Path, Declaration]]]


@pytest.fixture
def declared(stacks: Stacks) -> Declared:
    def declare(server: str, more: str = "") -> dict[str, tuple[Path, Declaration]]:
        clients = "" if more.startswith("manual") else DESKTOP if server == ENTRA else AGENT
        text = tenant(clients, server=server, more=more)
        file = stacks.write(text.replace("[production, test]", "[production]"))
        return {"acme": (file, stacks.load(file.read_bytes()).declaration)}

    return declare


KEYCLOAK = "keycloak: {url: 'https://id.acme.example', realm: {name: acme, create: true}}\n"


@pytest.mark.parametrize(
    ("server", "environment", "expected"),
    [
        (KEYCLOAK, {}, ("problem", "none in the environment; needed by acme")),
        (KEYCLOAK, {"KEYCLOAK_USER": "x"}, ("problem", "only KEYCLOAK_USER is set; needed by acme")),
        (
            KEYCLOAK,
            {"KEYCLOAK_USER": "x", "KEYCLOAK_PASSWORD": MARKER},
            ("ok", "KEYCLOAK_USER and KEYCLOAK_PASSWORD are set"),
        ),
        (KEYCLOAK, {"KEYCLOAK_CLIENT_SECRET": MARKER}, ("ok", "KEYCLOAK_CLIENT_SECRET is set")),
        (KEYCLOAK, {"KEYCLOAK_CLIENT_SECRET": ""}, ("problem", "none in the environment; needed by acme")),
        (ENTRA, {}, ("warning", "none in the environment; needed by acme")),
        (ENTRA, {"ARM_USE_MSI": "true"}, ("ok", "ARM_USE_MSI is set")),
        (AUTH0, {"AUTH0_API_TOKEN": MARKER}, ("ok", "AUTH0_API_TOKEN is set")),
        (SCALEKIT, {}, ("problem", "none in the environment; needed by acme")),
        (EXTERNAL, {}, ("problem", "none in the environment; needed by acme")),
    ],
)
def test_only_the_presence_of_credentials_is_checked(
    declared: Declared, server: str, environment: Mapping[str, str], expected: tuple[str, str]
) -> None:
    (found,) = credentials(declared(server, ""), environment)
    assert (found.status, found.message) == expected
    assert bool(found.remedy) is (found.status != "ok")
    assert MARKER not in repr(found)


def test_a_stack_that_administers_nothing_needs_no_credentials(declared: Declared) -> None:
    without = EXTERNAL.replace("  clientRegistration: {}\n", "")
    assert list(credentials(declared(without, MANUAL), {})) == []
    open_to_all = EXTERNAL.replace("clientRegistration: {}", "clientRegistration: {protected: false}")
    assert list(credentials(declared(open_to_all, ""), {})) == []


def test_on_premises_an_administrator_registers_the_applications(stacks: Stacks) -> None:
    sample = (REPOSITORY / "stacks" / "Pulumi.northwind.yaml").read_text(encoding="utf-8")
    file = stacks.write(sample)
    assert list(credentials({"acme": (file, stacks.load(sample).declaration)}, {})) == []


def test_encrypted_values_of_the_stack_are_credentials_too(declared: Declared) -> None:
    found = declared(EXTERNAL, "")
    file, _ = found["acme"]
    text = file.read_text(encoding="utf-8")
    for value, problems in (("{secure: v1:x}", 0), ("in plain text", 1)):
        config = f"config:\n  flow-mcp:initialAccessToken: {value}\n"
        file.write_text(text.replace("config:\n", config), encoding="utf-8")
        assert len(list(credentials(found, {}))) == problems


def asked(declared: Declared, answer: httpx.Response | Exception) -> list[Finding]:
    """The findings on Keycloak with an answer, at the time `NOW`."""
    web = Web(StandIn({"*": answer}))
    declarations = [declaration for _, declaration in declared(KEYCLOAK, "").values()]
    try:
        return list(servers([*declarations, *declarations], web, lambda _: None, lambda: NOW))
    finally:
        web.close()


def dated(seconds: float, **headers: str) -> httpx.Response:
    """An answer whose server's clock differs by this many seconds."""
    date = format_datetime(datetime.fromtimestamp(NOW + seconds, UTC), usegmt=True)
    return httpx.Response(404, headers={"Date": date, **headers})


@pytest.mark.parametrize(
    ("answer", "status", "message"),
    [
        (dated(0), "ok", "agrees with this machine's"),
        (dated(-1), "ok", "agrees with this machine's"),
        (dated(9), "ok", "agrees with this machine's"),
        (dated(10), "warning", "is 10 seconds ahead of this machine's"),
        (dated(-61), "warning", "is 60 seconds behind this machine's"),
        (dated(61), "problem", "is 61 seconds ahead of this machine's"),
        (dated(-3600), "problem", "is 3599 seconds behind this machine's"),
        (dated(-3600, Age="3600"), "ok", "agrees with this machine's"),
        (httpx.Response(200), "warning", "is unknown: the answer has no valid Date header"),
        (
            httpx.Response(200, headers={"Date": "tomorrow"}),
            "warning",
            "is unknown: the answer has no valid Date header",
        ),
    ],
)
def test_the_clock_is_compared_with_the_date_of_the_answer(
    declared: Declared, answer: httpx.Response, status: str, message: str
) -> None:
    reached, clock = asked(declared, answer)
    assert reached == Finding("https://id.acme.example", "ok", "answers")
    assert (clock.subject, clock.status, clock.message) == (
        "clock of https://id.acme.example",
        status,
        message,
    )
    assert bool(clock.remedy) is (status != "ok")


def test_a_server_that_does_not_answer_is_one_problem(declared: Declared) -> None:
    (found,) = asked(declared, httpx.ConnectError("connection refused"))
    assert (found.subject, found.status, found.message) == (
        "https://id.acme.example",
        "problem",
        "does not answer: connection refused",
    )


def test_a_server_error_is_a_problem_and_its_clock_is_compared(declared: Declared) -> None:
    down = dated(0)
    down.status_code = 503
    assert [(each.status, each.message) for each in asked(declared, down)] == [
        ("problem", "answers with status 503"),
        ("ok", "agrees with this machine's"),
    ]
