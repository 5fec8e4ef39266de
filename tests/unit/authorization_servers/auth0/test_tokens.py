"""Decisions on Auth0's tokens with the settings document."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.runtime import Reason
from flow_mcp.settings import SettingsDocument
from tests.issuers import auth0
from tests.unit.authorization_servers.auth0.hooli import ISSUER, PRODUCTION, TEST, desktop, load, tenant

AGENT, DESKTOP = "Ag3nT", "D3skt0p"
SUBJECT_CLAIMS = {"sub": "agt_72jbvv7LfRKYp59gtRLtkn", "sub_profile": "ai_agent"}


def settings(**registration: Any) -> SettingsDocument:
    clients = {
        "agent": {"grant": "client-credentials", "access": ["7/production"]},
        "desktop": desktop(),
    }
    loaded = load(tenant(auth0={"registration": registration}, clients=clients))
    return loaded.declaration.kind.settings(loaded.declaration, {"agent": AGENT, "desktop": DESKTOP})


def reason(claims: dict[str, Any], kind: str = "at+jwt", at: str = PRODUCTION) -> Reason:
    return auth0.decided(settings(), at, auth0.signed(claims, kind)).reason


def test_valid_tokens_of_people_and_programs_are_allowed() -> None:
    program = auth0.decided(settings(), PRODUCTION, auth0.signed(auth0.program(ISSUER, PRODUCTION, AGENT)))
    assert (program.reason, program.subject_kind, program.client) == (Reason.ALLOWED, "program", AGENT)
    person = auth0.decided(settings(), TEST, auth0.signed(auth0.person(ISSUER, TEST, DESKTOP)))
    assert (person.reason, person.subject_kind, person.subject) == (Reason.ALLOWED, "person", auth0.PERSON)


def test_permissions_claim_does_not_change_the_decision() -> None:
    program = auth0.program(ISSUER, PRODUCTION, AGENT)
    assert reason(auth0.with_permissions(program, "mcp:access")) is Reason.ALLOWED
    without_scope = auth0.person(ISSUER, PRODUCTION, DESKTOP, scope="openid profile")
    assert reason(auth0.with_permissions(without_scope, "mcp:access")) is Reason.MISSING_SCOPE


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        (auth0.person(ISSUER, PRODUCTION, DESKTOP, scope="openid"), Reason.MISSING_SCOPE),
        (auth0.person(ISSUER, PRODUCTION, DESKTOP, scope=None), Reason.MISSING_SCOPE),
        (auth0.person(ISSUER, TEST, DESKTOP), Reason.WRONG_AUDIENCE),
        (auth0.person(ISSUER, f"{ISSUER}api/v2/", DESKTOP), Reason.WRONG_AUDIENCE),
        (auth0.person(ISSUER, f"{PRODUCTION}/", DESKTOP), Reason.WRONG_AUDIENCE),
        (auth0.person(ISSUER, PRODUCTION, "Str4nger"), Reason.UNREGISTERED_CLIENT),
        (auth0.person(ISSUER, PRODUCTION, AGENT), Reason.WRONG_GRANT),
        (auth0.program(ISSUER, PRODUCTION, DESKTOP), Reason.WRONG_GRANT),
        (auth0.person(ISSUER, PRODUCTION, DESKTOP, **SUBJECT_CLAIMS), Reason.WRONG_GRANT),
        (auth0.person(ISSUER.rstrip("/"), PRODUCTION, DESKTOP), Reason.UNKNOWN_ISSUER),
        (auth0.person("https://globex.eu.auth0.com/", PRODUCTION, DESKTOP), Reason.UNKNOWN_ISSUER),
        (auth0.person(ISSUER, PRODUCTION, DESKTOP, exp=auth0.NOW - 600), Reason.EXPIRED),
        (auth0.person(ISSUER, PRODUCTION, DESKTOP, cnf={"jkt": "x"}), Reason.BOUND_TOKEN),
    ],
    ids=[
        "scope not held",
        "no scope",
        "other environment",
        "management API",
        "slash at the end of the audience",
        "unknown client",
        "person through a program's client",
        "program through a client of people",
        "agent as subject",
        "issuer without its slash",
        "other tenant",
        "expired",
        "bound to a key",
    ],
)
def test_invalid_tokens_are_rejected(claims: dict[str, Any], expected: Reason) -> None:
    assert reason(claims) is expected


def test_client_without_access_is_rejected_without_a_step_up_challenge() -> None:
    decision = auth0.decided(settings(), TEST, auth0.signed(auth0.program(ISSUER, TEST, AGENT)))
    assert (decision.status, decision.error, decision.reason) == (403, None, Reason.RESOURCE_NOT_GIVEN)


def test_id_tokens_and_tokens_of_auth0s_own_profile_are_rejected() -> None:
    person, program = (
        auth0.person(ISSUER, PRODUCTION, DESKTOP),
        auth0.program(ISSUER, PRODUCTION, AGENT),
    )
    assert reason(auth0.own_profile(person), "JWT") is Reason.WRONG_TYPE
    assert reason(auth0.own_profile(program, "client-credentials"), "JWT") is Reason.WRONG_TYPE
    assert reason(auth0.id_token(ISSUER, DESKTOP), "JWT") is Reason.WRONG_TYPE


def test_third_party_clients_have_the_registration_access_and_only_for_people() -> None:
    document = "https://claude.ai/oauth/claude-code-client-metadata"
    opened = settings(
        dynamic={"access": ["7/test"]},
        metadataDocuments={"documents": [document], "access": ["7/test"]},
    )
    registered = "tpc_8SXWY6j3afl2CP5ntwEOpMdPxxy49Gt2"
    scope = "mcp:access"  # these clients have no OpenID Connect scopes

    def answer(resource: str, claims: dict[str, Any]) -> Reason:
        return auth0.decided(opened, resource, auth0.signed(claims)).reason

    for client in (registered, document):
        assert answer(TEST, auth0.person(ISSUER, TEST, client, scope=scope)) is Reason.ALLOWED
        at_production = auth0.person(ISSUER, PRODUCTION, client, scope=scope)
        assert answer(PRODUCTION, at_production) is Reason.RESOURCE_NOT_GIVEN
        assert answer(TEST, auth0.program(ISSUER, TEST, client)) is Reason.NO_PERSON
    elsewhere = auth0.person(ISSUER, TEST, "https://evil.example/client", scope=scope)
    assert answer(TEST, elsewhere) is Reason.UNREGISTERED_CLIENT
