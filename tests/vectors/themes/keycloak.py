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
    person,
    program,
    test_answers,
    token,
)
from tests.vectors.book import ExpectedCaller, Theme
from tests.vectors.signing import GONE
from tests.vectors.themes.clients import CLAUDE, DYNAMIC, as_person, as_program

theme = Theme("keycloak", "Tokens of Keycloak.", "keycloak", "keycloak", PRODUCTION)
add, expecting = theme.add, theme.expecting


person_allowed = expecting("KC-1", answers.allowed(PERSON))
person_allowed("person", "A person has a session and no client_id.", token())
add(
    "program", "KC-1", "A program has a client_id and no session.", token(program()), answers.allowed(PROGRAM)
)
person_allowed("person-rfc9068", "The same with the type at+jwt.", token(typ="at+jwt"))
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
account = token(person(aud=[PRODUCTION, "account"]))
person_allowed("account-audience", "Roles of the account client add an audience.", account)

no_access_token = expecting("KC-2", answers.invalid("not-an-access-token", CALLER_OF_UNKNOWN_KIND))
for typ in ("Refresh", "Offline", "Logout"):
    no_access_token(f"{typ.lower()}-token", f"A token whose typ is {typ}.", token(person(typ=typ)))
id_token = token(keycloak.id_token(AUTHORITY, DESKTOP))
id_token_of_mcp = token(keycloak.id_token(AUTHORITY, DESKTOP, aud=PRODUCTION))
no_access_token("id-token", "An ID token: typ, and the client as audience.", id_token)
no_access_token("id-token-of-mcp", "An ID token with the resource as audience all the same.", id_token_of_mcp)
no_access_token("no-typ", "A token without the claim typ.", token(person(typ=GONE)))
add(
    "dpop-typ",
    "KC-2 CLM-1",
    "A DPoP-bound token says so twice; cnf is what is read first.",
    token(person(typ="DPoP", cnf={"jkt": "x"})),
    answers.invalid("bound-token"),
)
for name, client, description in (
    ("dynamic", DYNAMIC, "A dynamic client with a person."),
    ("document", CLAUDE, "A metadata document's client with a person."),
):
    text, decision = as_person(client), test_answers.allowed(PERSON._replace(client=client))
    add(f"{name}-person", "KC-3", description, text, decision, address=TEST)
add(
    "dynamic-program",
    "KC-3 CLI-5",
    "An anonymous registration that asked for client credentials ends without data.",
    as_program(DYNAMIC),
    test_answers.invalid("no-person", ExpectedCaller(DYNAMIC, keycloak.PROGRAM, "program")),
    address=TEST,
)
master = token(program(iss="https://id.acme.example/realms/master"))
unknown_issuer = answers.unknown_server("unknown-issuer")
add("master-realm", "ISS-1", "The server's own realm is another issuer.", master, unknown_issuer)
add(
    "all-scopes-missing",
    "SCP-1 SCP-4",
    "An optional scope that was not asked for.",
    token(program(scope="profile email", azp=AGENT)),
    answers.step_up("missing-scope", PROGRAM),
)
