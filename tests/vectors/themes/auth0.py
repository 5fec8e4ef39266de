"""Auth0's tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.issuers import auth0
from tests.vectors.book import NOW, ExpectedAnswers, ExpectedCaller, Theme
from tests.vectors.keys import AUTH0_KID
from tests.vectors.signing import signed
from tests.vectors.tenants import AUTH0, AUTH0_DOCUMENT, AUTH0_IDS

PRODUCTION, TEST = (resource.url for resource in AUTH0.protected_resources)
ISSUER = AUTH0.authorization_servers[0].authority
AGENT, DESKTOP = AUTH0_IDS["agent"], AUTH0_IDS["desktop"]
THIRD_PARTY = "tpc_8SXWY6j3afl2CP5ntwEOpMdPxxy49Gt2"
END = NOW + 3_600

answers, test_answers = (ExpectedAnswers(resource, ISSUER, "mcp:access") for resource in (PRODUCTION, TEST))
PERSON = ExpectedCaller(DESKTOP, auth0.PERSON, "person")
PROGRAM = ExpectedCaller(AGENT, f"{AGENT}@clients", "program")

theme = Theme("auth0", "Tokens of Auth0, in its three forms.", "auth0", "auth0", PRODUCTION)
add, expecting = theme.add, theme.expecting


def token(claims: Mapping[str, Any], typ: str = "at+jwt") -> str:
    """Return a signed token."""
    return signed(claims, {"alg": "RS256", "typ": typ, "kid": AUTH0_KID}, "issuer")


def person(
    issuer: str = ISSUER, audience: str = PRODUCTION, client: str = DESKTOP, **changes: Any
) -> dict[str, Any]:
    """Return a person's claims."""
    return auth0.person(issuer, audience, client, **changes)


def program(audience: str = PRODUCTION, client: str = AGENT, **changes: Any) -> dict[str, Any]:
    """Return a program's claims."""
    return auth0.program(ISSUER, audience, client, **changes)


person_allowed = expecting("AUTH0-1", answers.allowed(PERSON, END))
program_allowed = expecting("AUTH0-1", answers.allowed(PROGRAM, END))
person_allowed("person", "A person, RFC 9068 profile.", token(person()))
program_allowed("program", "A program, RFC 9068 profile.", token(program()))
person_authz, program_authz = (auth0.with_permissions(of(), "mcp:access") for of in (person, program))
person_allowed("person-authz", "A person, RFC 9068 profile with permissions.", token(person_authz))
program_allowed("program-authz", "A program, RFC 9068 profile with permissions.", token(program_authz))
add(
    "permissions-alone",
    "AUTH0-1 SCP-1",
    "Permissions do not stand in for scopes.",
    token(auth0.with_permissions(person(scope="openid"), "mcp:access")),
    answers.step_up("missing-scope", PERSON),
)
wrong_type = expecting("AUTH0-2", answers.invalid("wrong-type"))
own_program = auth0.own_profile(program(), "client-credentials")
wrong_type("own-profile-person", "A person, Auth0's own profile.", token(auth0.own_profile(person()), "JWT"))
wrong_type("own-profile-program", "A program, Auth0's own profile.", token(own_program, "JWT"))
wrong_type("id-token", "An ID token.", token(auth0.id_token(ISSUER, DESKTOP), "JWT"))
add(
    "program-at-people",
    "AUTH0-3 CLI-2",
    "A program through a client of people.",
    token(program(client=DESKTOP)),
    answers.invalid("wrong-grant", ExpectedCaller(DESKTOP, f"{DESKTOP}@clients", "program")),
)
add(
    "agent-subject",
    "AUTH0-3",
    "An agent as subject passes for no person, though its subject has no suffix.",
    token(person(sub="agt_72jbvv7LfRKYp59gtRLtkn", sub_profile="ai_agent")),
    answers.invalid("wrong-grant", ExpectedCaller(DESKTOP, "agt_72jbvv7LfRKYp59gtRLtkn", "program")),
)
unknown_issuer = answers.unknown_server("unknown-issuer")
no_slash = token(person(issuer=ISSUER.rstrip("/")))
globex = token(person(issuer="https://globex.eu.auth0.com/"))
add("issuer-without-slash", "AUTH0-4 ISS-1", "The issuer without its slash.", no_slash, unknown_issuer)
add("other-tenant", "ISS-1", "Another Auth0 tenant.", globex, unknown_issuer)
add(
    "management-api",
    "AUD-2",
    "A token for Auth0's management API.",
    token(person(audience=f"{ISSUER}api/v2/")),
    answers.invalid("wrong-audience", PERSON),
)
for name, client in (("third-party", THIRD_PARTY), ("document", AUTH0_DOCUMENT)):
    allowed = test_answers.allowed(PERSON._replace(client=client), END)
    denied = test_answers.invalid("no-person", ExpectedCaller(client, f"{client}@clients", "program"))
    text = token(person(audience=TEST, client=client, scope="mcp:access"))
    add(name, "CLI-4", "A third-party client with a person.", text, allowed, address=TEST)
    text = token(program(TEST, client))
    add(f"{name}-program", "CLI-5", "The same without a person.", text, denied, address=TEST)
