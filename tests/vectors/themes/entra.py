"""Entra's tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.issuers import entra
from tests.vectors.book import NOW, ExpectedAnswers, ExpectedCaller, Theme
from tests.vectors.keys import ENTRA_KID
from tests.vectors.signing import signed
from tests.vectors.tenants import ENTRA, ENTRA_IDS, ENTRA_TENANT

PRODUCTION, TEST = (resource.url for resource in ENTRA.protected_resources)
AUTHORITY = ENTRA.authorization_servers[0].authority
API, OTHER_API = ENTRA_IDS["7/production"], ENTRA_IDS["7/test"]
AGENT, DESKTOP = ENTRA_IDS["agent"], ENTRA_IDS["desktop"]
OTHER_TENANT = "9e0d6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b99"

answers = ExpectedAnswers(PRODUCTION, AUTHORITY, f"{PRODUCTION}/mcp.access")
test_answers = ExpectedAnswers(TEST, AUTHORITY, f"{TEST}/mcp.access")
PERSON = ExpectedCaller(DESKTOP, entra.PERSON, "person")
PROGRAM = ExpectedCaller(AGENT, entra.program(ENTRA_TENANT, API, AGENT)["sub"], "program")

theme = Theme("entra", "Tokens of Microsoft Entra ID, versions 2.0 and 1.0.", "entra", "entra", PRODUCTION)
add, expecting = theme.add, theme.expecting


def token(claims: Mapping[str, Any]) -> str:
    """Return a signed token."""
    return signed(claims, {"typ": "JWT", "alg": "RS256", "kid": ENTRA_KID}, "issuer")


def person(**changes: Any) -> dict[str, Any]:
    """Return a person's claims, version 2.0."""
    return entra.person(ENTRA_TENANT, API, DESKTOP, **changes)


def program(**changes: Any) -> dict[str, Any]:
    """Return a program's claims, version 2.0."""
    return entra.program(ENTRA_TENANT, API, AGENT, **changes)


END = NOW + 4_500
V2 = f"https://login.microsoftonline.com/{ENTRA_TENANT}/v2.0"

unknown_issuer = answers.unknown_server("unknown-issuer")
no_access_token = answers.invalid("not-an-access-token", PERSON._replace(kind=None))
missing_scope = answers.step_up("missing-scope", PERSON)

person_allowed = expecting("ENTRA-1", answers.allowed(PERSON, END))
program_allowed = expecting("ENTRA-1", answers.allowed(PROGRAM, END))
person_allowed("v2-person", "A person: short scope, the API's client ID as audience.", token(person()))
program_allowed("v2-program", "A program: roles and no scopes.", token(program()))
person_allowed("v2-person-without-roles", "People need no role.", token(person(roles=None)))
program_allowed("idtyp", "The optional claim idtyp changes nothing.", token(program(idtyp="app")))

wrong_audience = expecting("ENTRA-1 AUD-2", answers.invalid("wrong-audience", PERSON))
wrong_audience(
    "url-as-audience", "The MCP server's URL is no audience of version 2.0.", token(person(aud=PRODUCTION))
)
wrong_audience("other-environment", "Another environment's API.", token(person(aud=OTHER_API)))
add(
    "program-other-environment",
    "ENTRA-1 AUD-2 ORD-1",
    "A program's token for another environment's API, roles and all.",
    token(program(aud=OTHER_API)),
    answers.invalid("wrong-audience", PROGRAM),
)
add(
    "qualified-scope",
    "ENTRA-1 SCP-4",
    "Tokens carry the short scope; the challenge names the qualified one.",
    token(person(scp=f"{PRODUCTION}/mcp.access")),
    missing_scope,
)
graph = token(person(scp="User.Read"))
add("graph-scope", "ENTRA-1", "Microsoft Graph's scopes are none of ours.", graph, missing_scope)
missing_role = expecting("ENTRA-1 SCP-2", answers.step_up("missing-role", PROGRAM))
missing_role("program-without-roles", "A program that was assigned nothing.", token(program(roles=None)))
missing_role("persons-role", "A program with the role of people.", token(program(roles=["mcp.person"])))
add(
    "program-not-given",
    "CLI-8",
    "A program at an environment that it was not given.",
    token(program(aud=OTHER_API)),
    test_answers.no_access(PROGRAM),
    address=TEST,
)

V1_PERSON = entra.person_1(ENTRA_TENANT, API, DESKTOP)
V1_PROGRAM = entra.program_1(ENTRA_TENANT, API, AGENT)
v1 = expecting("ENTRA-2", unknown_issuer)
v1("v1-person", "A person's token of version 1.0.", token(V1_PERSON))
v1("v1-program", "A program's token of version 1.0.", token(V1_PROGRAM))
v1_claims = expecting("ENTRA-2", answers.invalid("missing-claim"))
v1_claims(
    "v1-claims-person",
    "Version 1.0 under the issuer of 2.0: the client is in another claim.",
    token(V1_PERSON | {"iss": V2}),
)
v1_claims("v1-claims-program", "The same of a program.", token(V1_PROGRAM | {"iss": V2}))
v1_by_ver = token(person(ver="1.0"))
add("v1-by-ver", "ENTRA-2", "Version 2.0 in everything but ver.", v1_by_ver, no_access_token)

other = token(entra.person(OTHER_TENANT, API, DESKTOP))
other_tid = token(person(tid=OTHER_TENANT))
other_cloud = token(entra.person(ENTRA_TENANT, API, DESKTOP, login="login.microsoftonline.us"))
common = token(person(iss="https://login.microsoftonline.com/{tenantid}/v2.0"))
add("other-tenant", "ENTRA-3 ISS-1", "Another Entra tenant's issuer.", other, unknown_issuer)
add("other-tid", "ENTRA-3", "Another Entra tenant in tid alone.", other_tid, no_access_token)
add("other-cloud", "ENTRA-3", "Another cloud.", other_cloud, unknown_issuer)
add("common", "ENTRA-3", "The template of all tenants' issuers.", common, unknown_issuer)
id_token = token(entra.id_token(ENTRA_TENANT, DESKTOP))
missing_claim = answers.invalid("missing-claim")
add("id-token", "ENTRA-4", "An ID token has no azp, and the client as audience.", id_token, missing_claim)
