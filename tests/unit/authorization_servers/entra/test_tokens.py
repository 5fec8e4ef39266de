"""Decisions on Entra's tokens with the settings document."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.authorization_servers.entra.names import VSCODE
from flow_mcp.runtime import Reason
from tests.issuers import entra
from tests.unit.authorization_servers.entra.contoso import IDS, PRODUCTION, TENANT, TEST, settings

API, OTHER_API, AGENT, DESKTOP = IDS["7/production"], IDS["7/test"], IDS["agent"], IDS["desktop"]
OTHER_TENANT = "9e0d6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b99"
STRANGER = "c0000000-0000-4000-8000-000000000099"


def reason(claims: dict[str, Any], at: str = PRODUCTION, kind: str = "JWT") -> Reason:
    return entra.decided(settings(), at, entra.signed(claims, kind)).reason


def test_valid_tokens_of_people_and_programs_are_allowed() -> None:
    program = entra.decided(settings(), PRODUCTION, entra.signed(entra.program(TENANT, API, AGENT)))
    assert (program.reason, program.subject_kind, program.client) == (Reason.ALLOWED, "program", AGENT)
    person = entra.decided(settings(), TEST, entra.signed(entra.person(TENANT, OTHER_API, DESKTOP)))
    assert (person.reason, person.subject_kind, person.subject) == (Reason.ALLOWED, "person", entra.PERSON)


def test_optional_claims_and_people_without_roles_do_not_change_the_decision() -> None:
    assert reason(entra.program(TENANT, API, AGENT, idtyp="app")) is Reason.ALLOWED
    assert reason(entra.person(TENANT, API, DESKTOP, idtyp="user", roles=None)) is Reason.ALLOWED
    assert reason(entra.person(TENANT, API, DESKTOP, scp="other mcp.access")) is Reason.ALLOWED


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        (entra.person_1(TENANT, API, DESKTOP), Reason.UNKNOWN_ISSUER),
        (entra.program_1(TENANT, API, AGENT), Reason.UNKNOWN_ISSUER),
        (
            entra.person_1(TENANT, API, DESKTOP)
            | {"iss": f"https://login.microsoftonline.com/{TENANT}/v2.0"},
            Reason.MISSING_CLAIM,
        ),
        (entra.person(TENANT, API, DESKTOP, ver="1.0"), Reason.NOT_AN_ACCESS_TOKEN),
        (entra.person(OTHER_TENANT, API, DESKTOP), Reason.UNKNOWN_ISSUER),
        (entra.person(TENANT, API, DESKTOP, tid=OTHER_TENANT), Reason.NOT_AN_ACCESS_TOKEN),
        (entra.person(TENANT, API, DESKTOP, login="login.microsoftonline.us"), Reason.UNKNOWN_ISSUER),
        (
            entra.person(TENANT, API, DESKTOP, iss=f"https://login.microsoftonline.com/{TENANT}/v2.0/"),
            Reason.UNKNOWN_ISSUER,
        ),
        (entra.person(TENANT, OTHER_API, DESKTOP), Reason.WRONG_AUDIENCE),
        (entra.person(TENANT, PRODUCTION, DESKTOP), Reason.WRONG_AUDIENCE),
        (entra.person(TENANT, DESKTOP, DESKTOP), Reason.WRONG_AUDIENCE),
        (entra.id_token(TENANT, DESKTOP), Reason.MISSING_CLAIM),
        (entra.person(TENANT, API, DESKTOP, scp="User.Read"), Reason.MISSING_SCOPE),
        (entra.person(TENANT, API, DESKTOP, scp=f"{PRODUCTION}/mcp.access"), Reason.MISSING_SCOPE),
        (entra.program(TENANT, API, AGENT, roles=None), Reason.MISSING_ROLE),
        (entra.program(TENANT, API, AGENT, roles=["mcp.person"]), Reason.MISSING_ROLE),
        (entra.program(TENANT, API, AGENT, roles=["mcp.access"]), Reason.MISSING_ROLE),
        (entra.program(TENANT, API, STRANGER), Reason.UNREGISTERED_CLIENT),
        (entra.person(TENANT, API, VSCODE), Reason.UNREGISTERED_CLIENT),
        (entra.person(TENANT, API, AGENT), Reason.WRONG_GRANT),
        (entra.program(TENANT, API, DESKTOP), Reason.WRONG_GRANT),
        (entra.person(TENANT, API, DESKTOP, exp=entra.NOW - 600), Reason.EXPIRED),
        (entra.person(TENANT, API, DESKTOP, cnf={"kid": "x"}), Reason.BOUND_TOKEN),
    ],
    ids=[
        "person, version 1",
        "program, version 1",
        "version 1 from the issuer of version 2",
        "version 1 with the claims of version 2",
        "other Entra tenant",
        "other tenant in a token of this issuer",
        "other cloud",
        "slash at the end of the issuer",
        "other environment",
        "URL instead of the client ID as audience",
        "the client as audience",
        "ID token",
        "scope of Microsoft Graph",
        "qualified scope",
        "program without a role",
        "program with the people's role",
        "program with the scope as role",
        "unknown program",
        "VS Code, not preauthorized",
        "person through a program's client",
        "program through a client of people",
        "expired",
        "bound to a key",
    ],
)
def test_invalid_tokens_are_rejected(claims: dict[str, Any], expected: Reason) -> None:
    assert reason(claims) is expected


def test_program_has_only_its_declared_access() -> None:
    assert reason(entra.program(TENANT, OTHER_API, AGENT), at=TEST) is Reason.RESOURCE_NOT_GIVEN


def test_proof_of_possession_token_is_rejected() -> None:
    assert reason(entra.person(TENANT, API, DESKTOP), kind="pop") is Reason.WRONG_TYPE


def test_preauthorized_application_has_its_declared_access() -> None:
    document = settings(entra={"preauthorized": {"vscode": {"access": ["7/test"]}}})
    token = entra.signed(entra.person(TENANT, OTHER_API, VSCODE))
    assert entra.decided(document, TEST, token).reason is Reason.ALLOWED
    token = entra.signed(entra.person(TENANT, API, VSCODE))
    assert entra.decided(document, PRODUCTION, token).reason is Reason.RESOURCE_NOT_GIVEN


@pytest.mark.parametrize(
    ("cloud", "login"),
    [("usgovernment", "login.microsoftonline.us"), ("china", "login.partner.microsoftonline.cn")],
)
def test_each_cloud_has_its_own_issuer(cloud: str, login: str) -> None:
    document = settings(entra={"cloud": cloud})
    token = entra.signed(entra.program(TENANT, API, AGENT, login=login))
    assert entra.decided(document, PRODUCTION, token).reason is Reason.ALLOWED
    token = entra.signed(entra.program(TENANT, API, AGENT))
    assert entra.decided(document, PRODUCTION, token).reason is Reason.UNKNOWN_ISSUER


def test_challenge_names_the_qualified_scope() -> None:
    decision = entra.decided(
        settings(), PRODUCTION, entra.signed(entra.person(TENANT, API, DESKTOP, scp="x"))
    )
    assert f'scope="{PRODUCTION}/mcp.access"' in (decision.challenge or "")
