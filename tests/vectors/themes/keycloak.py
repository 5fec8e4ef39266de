"""Keycloak's tokens."""

from __future__ import annotations

from tests.issuers import keycloak
from tests.vectors.acme import (
    AGENT,
    AUTHORITY,
    CALLER_OF_UNKNOWN_KIND,
    DESKTOP,
    PERSON,
    PRODUCTION,
    PROGRAM,
    TEST,
    answers,
    at_test_environment,
    person,
    program,
    test_answers,
    token,
)
from tests.vectors.book import ExpectedCaller, Theme
from tests.vectors.signing import GONE

theme = Theme("keycloak", "Tokens of Keycloak.", "keycloak", "keycloak", PRODUCTION)
add = theme.add

CLAUDE = "https://claude.ai/oauth/claude-code-client-metadata"
DYNAMIC = "0b1c2d3e-4f50-4a61-8b72-9c83ad94be05"

add("person", "KC-1", "A person has a session and no client_id.", token(), answers.allowed(PERSON))
add(
    "program", "KC-1", "A program has a client_id and no session.", token(program()), answers.allowed(PROGRAM)
)
add("person-rfc9068", "KC-1", "The same with the type at+jwt.", token(typ="at+jwt"), answers.allowed(PERSON))
add(
    "program-with-session",
    "KC-1 CLM-9",
    "A program whose token has a session is still no person.",
    token(program(sid="2a7d4c9e-5b1f-4f80-a6c3-7e9d0b1f2c3a")),
    answers.allowed(PROGRAM),
)
add(
    "neither",
    "KC-1 CLM-9",
    "Without a session nobody is a person.",
    token(person(sid=GONE)),
    answers.invalid("wrong-grant", PERSON._replace(kind="program")),
)
add(
    "account-audience",
    "KC-1",
    "Roles of the account client add an audience.",
    token(person(aud=[PRODUCTION, "account"])),
    answers.allowed(PERSON),
)
for name, typ in (("refresh", "Refresh"), ("offline", "Offline"), ("logout", "Logout")):
    add(
        f"{name}-token",
        "KC-2",
        f"A token whose typ is {typ}.",
        token(person(typ=typ)),
        answers.invalid("not-an-access-token", CALLER_OF_UNKNOWN_KIND),
    )
add(
    "id-token",
    "KC-2",
    "An ID token: typ, and the client as audience.",
    token(keycloak.id_token(AUTHORITY, DESKTOP)),
    answers.invalid("not-an-access-token", CALLER_OF_UNKNOWN_KIND),
)
add(
    "id-token-of-mcp",
    "KC-2",
    "An ID token with the resource as audience all the same.",
    token(keycloak.id_token(AUTHORITY, DESKTOP, aud=PRODUCTION)),
    answers.invalid("not-an-access-token", CALLER_OF_UNKNOWN_KIND),
)
add(
    "no-typ",
    "KC-2",
    "A token without the claim typ.",
    token(person(typ=GONE)),
    answers.invalid("not-an-access-token", CALLER_OF_UNKNOWN_KIND),
)
add(
    "dpop-typ",
    "KC-2 CLM-1",
    "A DPoP-bound token says so twice; cnf is what is read first.",
    token(person(typ="DPoP", cnf={"jkt": "x"})),
    answers.invalid("bound-token"),
)
add(
    "dynamic-person",
    "KC-3",
    "A dynamic client with a person.",
    token(at_test_environment(person(), DYNAMIC)),
    test_answers.allowed(PERSON._replace(client=DYNAMIC)),
    address=TEST,
)
add(
    "document-person",
    "KC-3",
    "A metadata document's client with a person.",
    token(at_test_environment(person(), CLAUDE)),
    test_answers.allowed(PERSON._replace(client=CLAUDE)),
    address=TEST,
)
add(
    "dynamic-program",
    "KC-3 CLI-5",
    "An anonymous registration that asked for client credentials ends without data.",
    token(at_test_environment(program(), DYNAMIC)),
    test_answers.invalid("no-person", ExpectedCaller(DYNAMIC, keycloak.PROGRAM, "program")),
    address=TEST,
)
add(
    "master-realm",
    "ISS-1",
    "The server's own realm is another issuer.",
    token(program(iss="https://id.acme.example/realms/master")),
    answers.unknown_server("unknown-issuer"),
)
add(
    "all-scopes-missing",
    "SCP-1 SCP-4",
    "An optional scope that was not asked for.",
    token(program(scope="profile email", azp=AGENT)),
    answers.step_up("missing-scope", PROGRAM),
)
