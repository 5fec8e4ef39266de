"""Scalekit's tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.issuers import scalekit
from tests.vectors.book import NOW, ExpectedAnswers, ExpectedCaller, Theme
from tests.vectors.keys import SCALEKIT_KID
from tests.vectors.signing import signed
from tests.vectors.tenants import SCALEKIT, SCALEKIT_ENVIRONMENT, SCALEKIT_IDS

PRODUCTION = SCALEKIT.protected_resources[0].url
AUTHORITY = SCALEKIT.authorization_servers[0].authority
RESOURCE = SCALEKIT_IDS["resource"]
AGENT, PORTAL = SCALEKIT_IDS["clients.agent"], SCALEKIT_IDS["clients.portal"]
END = NOW + 3_600

answers = ExpectedAnswers(PRODUCTION, AUTHORITY, "flow:mcp")
PERSON = ExpectedCaller(PORTAL, scalekit.PERSON, "person")
PROGRAM = ExpectedCaller(AGENT, AGENT, "program")

theme = Theme("scalekit", "Tokens of Scalekit, with both issuers.", "scalekit", "scalekit", PRODUCTION)
add, expecting = theme.add, theme.expecting


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
    for kind, claims, caller in (("person", person(issuer), PERSON), ("program", program(issuer), PROGRAM)):
        allowed = expecting("SCALEKIT-1 SCALEKIT-3 ISS-3", answers.allowed(caller, END))
        allowed(f"{name}-{kind}", f"A {kind}; the issuer is the {name}.", token(claims))

unknown_issuer = expecting("SCALEKIT-1 ISS-1", answers.unknown_server("unknown-issuer"))
other_issuer = token(person(f"{SCALEKIT_ENVIRONMENT}/resources/res_2"))
slash = token(person(SCALEKIT_ENVIRONMENT + "/"))
unknown_issuer("other-resource-issuer", "Another MCP server's authority.", other_issuer)
unknown_issuer("issuer-slash", "The environment with a slash more.", slash)

both, url, other = (token(person(aud=aud)) for aud in ([RESOURCE, PRODUCTION], [PRODUCTION], ["res_2"]))
wrong_audience = answers.invalid("wrong-audience", PERSON)
add(
    "both-audiences",
    "SCALEKIT-2",
    "The server's URL beside the resource's ID.",
    both,
    answers.allowed(PERSON, END),
)
add("url-alone", "SCALEKIT-2", "The server's URL alone.", url, wrong_audience)
add("other-resource", "SCALEKIT-2 AUD-2", "Another MCP server's token.", other, wrong_audience)

missing_scope = expecting("SCALEKIT-3 SCP-1", answers.step_up("missing-scope", PERSON))
other_claim = token(person(scopes=None, scope="flow:mcp"))
missing_scope("scope-missing", "Another scope in the list.", token(person(scopes=["openid"])))
missing_scope("scope-in-other-claim", "Scopes in the claim that others use.", other_claim)
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
id_token = token(scalekit.id_token(SCALEKIT_ENVIRONMENT, PORTAL))
add("id-token", "CLM-6", "An ID token has no client_id.", id_token, answers.invalid("missing-claim"))
