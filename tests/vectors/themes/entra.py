"""Entra's tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.issuers import entra
from tests.vectors.book import ExpectedAnswers, ExpectedCaller, Theme
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
add = theme.add


def token(claims: Mapping[str, Any]) -> str:
    """Return a signed token."""
    return signed(claims, {"typ": "JWT", "alg": "RS256", "kid": ENTRA_KID}, "issuer")


def person(**changes: Any) -> dict[str, Any]:
    """Return a person's claims, version 2.0."""
    return entra.person(ENTRA_TENANT, API, DESKTOP, **changes)


def program(**changes: Any) -> dict[str, Any]:
    """Return a program's claims, version 2.0."""
    return entra.program(ENTRA_TENANT, API, AGENT, **changes)


END = entra.NOW + 4_500
V2 = f"https://login.microsoftonline.com/{ENTRA_TENANT}/v2.0"

add(
    "v2-person",
    "ENTRA-1",
    "A person: short scope, the API's client ID as audience.",
    token(person()),
    answers.allowed(PERSON, END),
)
add(
    "v2-program",
    "ENTRA-1",
    "A program: roles and no scopes.",
    token(program()),
    answers.allowed(PROGRAM, END),
)
add(
    "v2-person-without-roles",
    "ENTRA-1",
    "People need no role.",
    token(person(roles=None)),
    answers.allowed(PERSON, END),
)
add(
    "idtyp",
    "ENTRA-1",
    "The optional claim idtyp changes nothing.",
    token(program(idtyp="app")),
    answers.allowed(PROGRAM, END),
)
add(
    "url-as-audience",
    "ENTRA-1 AUD-2",
    "The MCP server's URL is no audience of version 2.0.",
    token(person(aud=PRODUCTION)),
    answers.invalid("wrong-audience", PERSON),
)
add(
    "other-environment",
    "ENTRA-1 AUD-2",
    "Another environment's API.",
    token(person(aud=OTHER_API)),
    answers.invalid("wrong-audience", PERSON),
)
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
    answers.step_up("missing-scope", PERSON),
)
add(
    "graph-scope",
    "ENTRA-1",
    "Microsoft Graph's scopes are none of ours.",
    token(person(scp="User.Read")),
    answers.step_up("missing-scope", PERSON),
)
add(
    "program-without-roles",
    "ENTRA-1 SCP-2",
    "A program that was assigned nothing.",
    token(program(roles=None)),
    answers.step_up("missing-role", PROGRAM),
)
add(
    "persons-role",
    "ENTRA-1 SCP-2",
    "A program with the role of people.",
    token(program(roles=["mcp.person"])),
    answers.step_up("missing-role", PROGRAM),
)
add(
    "program-not-given",
    "CLI-8",
    "A program at an environment that it was not given.",
    token(program(aud=OTHER_API)),
    test_answers.no_access(PROGRAM),
    address=TEST,
)

add(
    "v1-person",
    "ENTRA-2",
    "A person's token of version 1.0.",
    token(entra.person_1(ENTRA_TENANT, API, DESKTOP)),
    answers.unknown_server("unknown-issuer"),
)
add(
    "v1-program",
    "ENTRA-2",
    "A program's token of version 1.0.",
    token(entra.program_1(ENTRA_TENANT, API, AGENT)),
    answers.unknown_server("unknown-issuer"),
)
add(
    "v1-claims-person",
    "ENTRA-2",
    "Version 1.0 under the issuer of 2.0: the client is in another claim.",
    token(entra.person_1(ENTRA_TENANT, API, DESKTOP) | {"iss": V2}),
    answers.invalid("missing-claim"),
)
add(
    "v1-claims-program",
    "ENTRA-2",
    "The same of a program.",
    token(entra.program_1(ENTRA_TENANT, API, AGENT) | {"iss": V2}),
    answers.invalid("missing-claim"),
)
add(
    "v1-by-ver",
    "ENTRA-2",
    "Version 2.0 in everything but ver.",
    token(person(ver="1.0")),
    answers.invalid("not-an-access-token", PERSON._replace(kind=None)),
)
add(
    "other-tenant",
    "ENTRA-3 ISS-1",
    "Another Entra tenant's issuer.",
    token(entra.person(OTHER_TENANT, API, DESKTOP)),
    answers.unknown_server("unknown-issuer"),
)
add(
    "other-tid",
    "ENTRA-3",
    "Another Entra tenant in tid alone.",
    token(person(tid=OTHER_TENANT)),
    answers.invalid("not-an-access-token", PERSON._replace(kind=None)),
)
add(
    "other-cloud",
    "ENTRA-3",
    "Another cloud.",
    token(entra.person(ENTRA_TENANT, API, DESKTOP, login="login.microsoftonline.us")),
    answers.unknown_server("unknown-issuer"),
)
add(
    "common",
    "ENTRA-3",
    "The template of all tenants' issuers.",
    token(person(iss="https://login.microsoftonline.com/{tenantid}/v2.0")),
    answers.unknown_server("unknown-issuer"),
)
add(
    "id-token",
    "ENTRA-4",
    "An ID token has no azp, and the client as audience.",
    token(entra.id_token(ENTRA_TENANT, DESKTOP)),
    answers.invalid("missing-claim"),
)
