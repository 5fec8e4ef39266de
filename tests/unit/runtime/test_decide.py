"""Tests of each row of the decision table and of each check."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.runtime import Decision, Reason, decide
from flow_mcp.settings import ResourceAtServer, SettingsDocument
from tests.unit.runtime import acme
from tests.unit.runtime.acme import (
    AGENT,
    AUTHORITY,
    DESKTOP,
    GONE,
    NOW,
    PRODUCTION,
    TEST,
    TESTER,
    WELL_KNOWN,
    claims,
    decided,
    program,
    token,
)

SCOPE = 'scope="mcp-456-production flow"'
INVALID_TOKEN = f'Bearer error="invalid_token", resource_metadata="{WELL_KNOWN}", {SCOPE}'
INSUFFICIENT_SCOPE = f'Bearer error="insufficient_scope", resource_metadata="{WELL_KNOWN}", {SCOPE}'
PERSON = {"client": DESKTOP, "subject": "kari", "subject_kind": "person"}
PROGRAM = {"client": AGENT, "subject": "service-account", "subject_kind": "program"}


def answer(
    reason: Reason,
    challenge: str | None,
    *,
    at: str | None = PRODUCTION,
    authority: str | None = AUTHORITY,
    **who: Any,
) -> Decision:
    return Decision(reason, challenge, resource=at, authority=authority, **who)


def test_a_person_with_a_declared_client_is_allowed() -> None:
    decision = decided(token())
    assert decision == answer(Reason.ALLOWED, None, **PERSON, expires_at=NOW + 300)
    assert (decision.allowed, decision.status, decision.error) == (True, 200, None)


def test_a_declared_program_is_allowed() -> None:
    assert decided(token(program())) == answer(Reason.ALLOWED, None, **PROGRAM, expires_at=NOW + 300)


def test_a_tenant_without_settings_is_answered_401_without_metadata_address() -> None:
    decision = decide(None, PRODUCTION, token(), acme.keys(), NOW)
    assert decision == Decision(Reason.NO_SETTINGS, 'Bearer realm="Flow MCP"')
    assert (decision.allowed, decision.status, decision.error) == (False, 401, None)


def test_an_unknown_resource_is_answered_401_without_metadata_address() -> None:
    decision = decided(token(), address=PRODUCTION + "2")
    assert decision == Decision(Reason.UNKNOWN_RESOURCE, 'Bearer realm="Flow MCP"')
    assert (decision.allowed, decision.status, decision.error) == (False, 401, None)


def test_a_call_without_a_token_gets_the_metadata_address_and_the_scopes() -> None:
    decision = decided(None)
    assert decision == answer(
        Reason.NO_TOKEN, f'Bearer resource_metadata="{WELL_KNOWN}", {SCOPE}', authority=None
    )
    assert (decision.allowed, decision.status, decision.error) == (False, 401, None)


@pytest.mark.parametrize(
    ("reason", "body"),
    [
        pytest.param(Reason.UNKNOWN_ISSUER, claims(iss=AUTHORITY + "/"), id="issuer with a slash more"),
        pytest.param(Reason.UNKNOWN_ISSUER, claims(iss=AUTHORITY.upper()), id="issuer in other letters"),
        pytest.param(
            Reason.UNKNOWN_ISSUER, claims(iss="https://id.acme.example/realms/other"), id="other tenant"
        ),
        pytest.param(Reason.UNKNOWN_ISSUER, claims(iss=GONE), id="no issuer"),
        pytest.param(Reason.UNKNOWN_ISSUER, claims(iss=[AUTHORITY]), id="issuer in a list"),
        pytest.param(Reason.UNKNOWN_ISSUER, claims(iss={AUTHORITY: 1}), id="issuer in an object"),
    ],
)
def test_another_issuer_is_denied_without_an_authority_in_the_decision(
    reason: Reason, body: dict[str, Any]
) -> None:
    assert decided(token(body)) == answer(reason, INVALID_TOKEN, authority=None)


# Checks before the client is known: the decision has no client.
UNKNOWN_CALLER = [
    pytest.param(Reason.BOUND_TOKEN, {"cnf": {"jkt": "thumb"}}, id="bound by DPoP"),
    pytest.param(Reason.CERTIFICATE_BOUND_TOKEN, {"cnf": {"x5t#S256": "thumb"}}, id="bound by mutual TLS"),
    pytest.param(Reason.BOUND_TOKEN, {"cnf": None}, id="cnf without value"),
    pytest.param(Reason.MISSING_CLAIM, {"exp": GONE}, id="no exp"),
    pytest.param(Reason.MALFORMED_CLAIM, {"exp": str(NOW + 300)}, id="exp as a string"),
    pytest.param(Reason.MALFORMED_CLAIM, {"exp": True}, id="exp as a boolean"),
    pytest.param(Reason.MALFORMED_CLAIM, {"exp": None}, id="exp null"),
    pytest.param(Reason.MALFORMED_CLAIM, {"exp": [NOW + 300]}, id="exp in a list"),
    pytest.param(Reason.EXPIRED, {"exp": NOW - 60}, id="exp passed by the skew"),
    pytest.param(Reason.EXPIRED, {"exp": -1e308}, id="exp long before time began"),
    pytest.param(Reason.NOT_YET_VALID, {"nbf": NOW + 61}, id="nbf in the future"),
    pytest.param(Reason.MALFORMED_CLAIM, {"nbf": "0"}, id="nbf as a string"),
    pytest.param(Reason.ISSUED_IN_FUTURE, {"iat": NOW + 61}, id="iat in the future"),
    pytest.param(Reason.MALFORMED_CLAIM, {"iat": False}, id="iat as a boolean"),
    pytest.param(Reason.MISSING_CLAIM, {"azp": GONE}, id="no client"),
    pytest.param(Reason.MALFORMED_CLAIM, {"azp": [DESKTOP]}, id="client in a list"),
    pytest.param(Reason.MALFORMED_CLAIM, {"azp": ""}, id="client empty"),
    pytest.param(Reason.MALFORMED_CLAIM, {"azp": "a\r\nb"}, id="client with a line break"),
    pytest.param(Reason.MISSING_CLAIM, {"sub": GONE}, id="no subject"),
    pytest.param(Reason.MALFORMED_CLAIM, {"sub": 7}, id="subject a number"),
    pytest.param(Reason.MALFORMED_CLAIM, {"sub": "a\ud800"}, id="subject half a surrogate pair"),
]


@pytest.mark.parametrize(("reason", "changes"), UNKNOWN_CALLER)
def test_a_token_that_is_invalid_now_is_denied_without_a_client_in_the_decision(
    reason: Reason, changes: dict[str, Any]
) -> None:
    assert decided(token(claims(**changes))) == answer(reason, INVALID_TOKEN)


KNOWN_CALLER = [
    pytest.param(Reason.MISSING_CLAIM, {"aud": GONE}, id="no audience"),
    pytest.param(Reason.MALFORMED_CLAIM, {"aud": {"a": 1}}, id="audience an object"),
    pytest.param(Reason.MALFORMED_CLAIM, {"aud": [PRODUCTION, 1]}, id="audience with a number"),
    pytest.param(Reason.MALFORMED_CLAIM, {"aud": None}, id="audience null"),
    pytest.param(Reason.NOT_AN_ACCESS_TOKEN, {"typ": "ID"}, id="ID token"),
    pytest.param(Reason.NOT_AN_ACCESS_TOKEN, {"typ": "Refresh"}, id="refresh token"),
    pytest.param(Reason.NOT_AN_ACCESS_TOKEN, {"typ": "Logout"}, id="logout token"),
    pytest.param(Reason.NOT_AN_ACCESS_TOKEN, {"typ": GONE}, id="no type claim"),
    pytest.param(Reason.NOT_AN_ACCESS_TOKEN, {"typ": ["Bearer"]}, id="type claim in a list"),
]


@pytest.mark.parametrize(("reason", "changes"), KNOWN_CALLER)
def test_a_token_that_is_not_an_access_token_is_denied(reason: Reason, changes: dict[str, Any]) -> None:
    assert decided(token(claims(**changes))) == answer(reason, INVALID_TOKEN, client=DESKTOP, subject="kari")


@pytest.mark.parametrize(
    ("reason", "body", "who"),
    [
        pytest.param(
            Reason.UNREGISTERED_CLIENT,
            claims(azp="stranger"),
            PERSON | {"client": "stranger"},
            id="a client that nobody declared",
        ),
        pytest.param(
            Reason.WRONG_GRANT,
            program(azp=DESKTOP),
            PROGRAM | {"client": DESKTOP},
            id="a person's client alone",
        ),
        pytest.param(
            Reason.WRONG_GRANT,
            claims(azp=AGENT),
            PERSON | {"client": AGENT},
            id="a program's client with a person",
        ),
        pytest.param(Reason.WRONG_AUDIENCE, claims(aud=TEST), PERSON, id="another environment's token"),
        pytest.param(Reason.WRONG_AUDIENCE, claims(aud="account"), PERSON, id="another service's token"),
        pytest.param(Reason.WRONG_AUDIENCE, claims(aud=[]), PERSON, id="audience an empty list"),
        pytest.param(
            Reason.WRONG_AUDIENCE, claims(aud=PRODUCTION + "/"), PERSON, id="audience with a slash more"
        ),
        pytest.param(Reason.MALFORMED_CLAIM, claims(scope=7), PERSON, id="scope a number"),
        pytest.param(Reason.MALFORMED_CLAIM, claims(scope=[["flow"]]), PERSON, id="scope a list of lists"),
    ],
)
def test_the_decision_names_a_denied_client(
    reason: Reason, body: dict[str, Any], who: dict[str, Any]
) -> None:
    assert decided(token(body)) == answer(reason, INVALID_TOKEN, **who)


@pytest.mark.parametrize(
    ("body", "who"),
    [
        pytest.param(claims(scope="openid"), PERSON, id="no scope of the resource"),
        pytest.param(claims(scope="flow"), PERSON, id="one of two scopes"),
        pytest.param(claims(scope=GONE), PERSON, id="no scope claim"),
        pytest.param(claims(scope="mcp-456-production,flow"), PERSON, id="separated by a comma"),
        pytest.param(claims(scope="MCP-456-PRODUCTION FLOW"), PERSON, id="in other letters"),
        pytest.param(claims(scope="xmcp-456-production flows"), PERSON, id="only as part of others"),
        pytest.param(program(scope="flow"), PROGRAM, id="a program without app roles needs scopes too"),
    ],
)
def test_a_missing_scope_is_answered_403_with_all_scopes(body: dict[str, Any], who: dict[str, Any]) -> None:
    decision = decided(token(body))
    assert decision == answer(Reason.MISSING_SCOPE, INSUFFICIENT_SCOPE, **who)
    assert (decision.allowed, decision.status, decision.error) == (False, 403, "insufficient_scope")


@pytest.mark.parametrize(
    "audience", [PRODUCTION, TEST], ids=["right audience", "its own environment's audience"]
)
def test_a_client_without_access_gets_403_without_scope_and_error(audience: str) -> None:
    decision = decided(token(program(azp=TESTER, aud=audience)))
    assert decision == answer(
        Reason.RESOURCE_NOT_GIVEN,
        f'Bearer resource_metadata="{WELL_KNOWN}"',
        **PROGRAM | {"client": TESTER},
    )
    assert (decision.allowed, decision.status, decision.error) == (False, 403, None)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(claims(exp=NOW - 59), id="expired within the skew"),
        pytest.param(claims(exp=NOW + 0.5), id="exp with a fraction"),
        pytest.param(claims(exp=10**400), id="exp beyond every calendar and every float"),
        pytest.param(claims(nbf=NOW + 60), id="nbf within the skew"),
        pytest.param(claims(iat=NOW + 60), id="iat within the skew"),
        pytest.param(claims(iat=GONE), id="no iat"),
        pytest.param(claims(aud=PRODUCTION), id="audience a string"),
        pytest.param(claims(scope=["flow", "mcp-456-production"]), id="scopes in a list"),
        pytest.param(claims(scope="flow  mcp-456-production "), id="scopes with spaces to spare"),
        pytest.param(claims(sub="Kari Nordmann, Åsgårdstrand"), id="subject with letters and spaces"),
    ],
)
def test_a_token_within_the_limits_is_allowed(body: dict[str, Any]) -> None:
    assert decided(token(body)).reason is Reason.ALLOWED


def with_roles(profile_role_claim: str | None = "roles") -> SettingsDocument:
    """Return settings as for Entra: qualified scopes, a GUID as audience, roles for programs."""
    at = ResourceAtServer(
        authority=AUTHORITY,
        audiences=("00000000-aaaa",),
        scopes_advertised=("api://flow/mcp.access",),
        scopes_in_tokens=("mcp.access",),
        app_roles=("Mcp.Access", "Mcp.Run"),
    )
    profile = acme.KEYCLOAK_PROFILE.model_copy(
        update={"scope_claim": "scp", "role_claim": profile_role_claim}
    )
    return SettingsDocument(
        tenant="acme",
        authorization_servers=(acme.server(profile=profile),),
        protected_resources=(acme.resource("production", at), acme.resource("test")),
    )


@pytest.mark.parametrize(
    ("reason", "body"),
    [
        pytest.param(Reason.ALLOWED, program(roles=["Mcp.Run", "Mcp.Access"]), id="a program with all roles"),
        pytest.param(Reason.MISSING_ROLE, program(roles=["Mcp.Run"]), id="a program with one role of two"),
        pytest.param(Reason.MISSING_ROLE, program(), id="a program without roles"),
        pytest.param(Reason.MISSING_ROLE, program(scp="mcp.access"), id="a program with scopes instead"),
        pytest.param(
            Reason.MALFORMED_CLAIM, program(roles="Mcp.Access Mcp.Run"), id="a program with roles in a string"
        ),
        pytest.param(Reason.ALLOWED, claims(scp="mcp.access"), id="a person with the short scope"),
        pytest.param(
            Reason.MISSING_SCOPE, claims(scp="api://flow/mcp.access"), id="a person with the qualified scope"
        ),
        pytest.param(
            Reason.MISSING_SCOPE, claims(roles=["Mcp.Run", "Mcp.Access"]), id="a person with roles instead"
        ),
    ],
)
def test_programs_need_app_roles_and_people_scopes(reason: Reason, body: dict[str, Any]) -> None:
    assert decided(token(body | {"aud": "00000000-aaaa"}), of=with_roles()).reason is reason


def test_a_missing_role_is_challenged_with_the_advertised_scopes() -> None:
    decision = decided(token(program(aud="00000000-aaaa")), of=with_roles())
    assert decision == answer(
        Reason.MISSING_ROLE,
        f'Bearer error="insufficient_scope", resource_metadata="{WELL_KNOWN}", scope="api://flow/mcp.access"',
        **PROGRAM,
    )


def test_roles_without_a_claim_are_missing() -> None:
    assert decided(token(program(aud="00000000-aaaa")), of=with_roles(None)).reason is Reason.MISSING_ROLE


def test_the_answer_to_the_caller_contains_no_claims() -> None:
    marked = claims(azp="mark", sub="mark", scope="mark", aud="mark", typ="mark")
    for body in (marked, marked | {"typ": "Bearer"}, marked | {"typ": "Bearer", "azp": DESKTOP}):
        assert "mark" not in (decided(token(body)).challenge or "")


SECOND = "https://login.example/new"


def moving() -> SettingsDocument:
    """Return settings during a move: the second server is preferred, the first is still accepted."""
    old, new = acme.server(), acme.server().model_copy(update={"authority": SECOND, "issuers": (SECOND,)})
    at = acme.resource("production").authorization_servers[0]
    there = at.model_copy(
        update={"authority": SECOND, "scopes_advertised": ("new",), "scopes_in_tokens": ("new",)}
    )
    both = acme.resource("production").model_copy(update={"authorization_servers": (there, at)})
    return SettingsDocument(
        tenant="acme", authorization_servers=(old, new), protected_resources=(both, acme.resource("test"))
    )


BOTH_KEYS = {AUTHORITY: acme.keys()[AUTHORITY], SECOND: acme.keys("k2")[AUTHORITY]}


@pytest.mark.parametrize(
    ("reason", "text", "at"),
    [
        pytest.param(Reason.ALLOWED, token(), PRODUCTION, id="the old server's token"),
        pytest.param(
            Reason.ALLOWED,
            token(claims(iss=SECOND, scope="new"), signed_by=acme.key("k2")),
            PRODUCTION,
            id="the new server's",
        ),
        pytest.param(
            Reason.UNKNOWN_KEY,
            token(claims(iss=SECOND)),
            PRODUCTION,
            id="the new server's, by the old one's key",
        ),
        pytest.param(
            Reason.BAD_SIGNATURE,
            token(claims(iss=SECOND), kid="k2"),
            PRODUCTION,
            id="the same under the new key's name",
        ),
        pytest.param(
            Reason.UNKNOWN_ISSUER,
            token(claims(iss=SECOND, aud=TEST), signed_by=acme.key("k2")),
            TEST,
            id="the new server's at a resource that has not moved",
        ),
    ],
)
def test_during_a_move_each_servers_tokens_are_verified_with_its_own_keys(
    reason: Reason, text: str, at: str
) -> None:
    assert decided(text, at, of=moving(), with_keys=BOTH_KEYS).reason is reason


def test_during_a_move_a_challenge_has_the_preferred_servers_scopes_and_a_step_up_the_tokens_own() -> None:
    assert decided(None, of=moving()).challenge == f'Bearer resource_metadata="{WELL_KNOWN}", scope="new"'
    assert decided(token(claims(scope="openid")), of=moving()).challenge == INSUFFICIENT_SCOPE
    assert decided(token(claims(exp=0)), of=moving()).challenge == INVALID_TOKEN.replace(SCOPE, 'scope="new"')
