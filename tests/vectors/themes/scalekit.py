"""Scalekit's tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.issuers import scalekit
from tests.vectors.book import ExpectedAnswers, ExpectedCaller, Theme
from tests.vectors.keys import SCALEKIT_KID
from tests.vectors.signing import signed
from tests.vectors.tenants import SCALEKIT, SCALEKIT_ENVIRONMENT, SCALEKIT_IDS

PRODUCTION = SCALEKIT.protected_resources[0].url
AUTHORITY = SCALEKIT.authorization_servers[0].authority
RESOURCE = SCALEKIT_IDS["resource"]
AGENT, PORTAL = SCALEKIT_IDS["clients.agent"], SCALEKIT_IDS["clients.portal"]
END = scalekit.NOW + 3_600

answers = ExpectedAnswers(PRODUCTION, AUTHORITY, "flow:mcp")
PERSON = ExpectedCaller(PORTAL, scalekit.PERSON, "person")
PROGRAM = ExpectedCaller(AGENT, AGENT, "program")

theme = Theme("scalekit", "Tokens of Scalekit, with both issuers.", "scalekit", "scalekit", PRODUCTION)
add = theme.add


def token(claims: Mapping[str, Any]) -> str:
    """Return a signed token."""
    return signed(claims, {"alg": "RS256", "typ": "JWT", "kid": SCALEKIT_KID}, "issuer")


def person(issuer: str = SCALEKIT_ENVIRONMENT, client: str = PORTAL, **changes: Any) -> dict[str, Any]:
    """Return a person's claims."""
    return scalekit.person(issuer, RESOURCE, client, **changes)


def program(issuer: str = SCALEKIT_ENVIRONMENT, **changes: Any) -> dict[str, Any]:
    """Return a program's claims."""
    return scalekit.program(issuer, RESOURCE, AGENT, **changes)


for name, issuer in (("environment", SCALEKIT_ENVIRONMENT), ("authority", AUTHORITY)):
    references = "SCALEKIT-1 SCALEKIT-3 ISS-3"
    add(
        f"{name}-person",
        references,
        f"A person; the issuer is the {name}.",
        token(person(issuer)),
        answers.allowed(PERSON, END),
    )
    add(
        f"{name}-program",
        references,
        f"A program; the issuer is the {name}.",
        token(program(issuer)),
        answers.allowed(PROGRAM, END),
    )
add(
    "other-resource-issuer",
    "SCALEKIT-1 ISS-1",
    "Another MCP server's authority.",
    token(person(f"{SCALEKIT_ENVIRONMENT}/resources/res_2")),
    answers.unknown_server("unknown-issuer"),
)
add(
    "issuer-slash",
    "SCALEKIT-1 ISS-1",
    "The environment with a slash more.",
    token(person(SCALEKIT_ENVIRONMENT + "/")),
    answers.unknown_server("unknown-issuer"),
)
add(
    "both-audiences",
    "SCALEKIT-2",
    "The server's URL beside the resource's ID.",
    token(person(aud=[RESOURCE, PRODUCTION])),
    answers.allowed(PERSON, END),
)
add(
    "url-alone",
    "SCALEKIT-2",
    "The server's URL alone.",
    token(person(aud=[PRODUCTION])),
    answers.invalid("wrong-audience", PERSON),
)
add(
    "other-resource",
    "SCALEKIT-2 AUD-2",
    "Another MCP server's token.",
    token(person(aud=["res_2"])),
    answers.invalid("wrong-audience", PERSON),
)
add(
    "scope-missing",
    "SCALEKIT-3 SCP-1",
    "Another scope in the list.",
    token(person(scopes=["openid"])),
    answers.step_up("missing-scope", PERSON),
)
add(
    "scope-in-other-claim",
    "SCALEKIT-3 SCP-1",
    "Scopes in the claim that others use.",
    token(person(scopes=None, scope="flow:mcp")),
    answers.step_up("missing-scope", PERSON),
)
add(
    "program-at-people",
    "SCALEKIT-3 CLI-2",
    "A program through a client of people.",
    token(scalekit.program(SCALEKIT_ENVIRONMENT, RESOURCE, PORTAL)),
    answers.invalid("wrong-grant", ExpectedCaller(PORTAL, PORTAL, "program")),
)
add(
    "dynamic",
    "CLI-4",
    "A dynamic client with a person.",
    token(person(client="skc_1")),
    answers.allowed(PERSON._replace(client="skc_1"), END),
)
add(
    "id-token",
    "CLM-6",
    "An ID token has no client_id.",
    token(scalekit.id_token(SCALEKIT_ENVIRONMENT, PORTAL)),
    answers.invalid("missing-claim"),
)
