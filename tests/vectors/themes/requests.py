"""The place of the token in a call."""

from __future__ import annotations

from tests.vectors.acme import GOOD, PERSON, PRODUCTION, answers, token
from tests.vectors.book import Expected, Theme

theme = Theme(
    "requests",
    "Where a call carries its token: Authorization headers and query.",
    "keycloak",
    "keycloak",
    PRODUCTION,
)
ALLOWED = answers.allowed(PERSON)
BEARER = f"Bearer {GOOD}"


def add(
    name: str,
    requirement: str,
    description: str,
    headers: list[str],
    decision: Expected,
    query: str | None = None,
) -> None:
    """Add a vector with these Authorization headers."""
    theme.add(name, requirement, description, None, decision, authorization=headers, query=query)


SEVERAL, IN_QUERY = answers.unknown_server("several-tokens"), answers.unknown_server("token-in-query")

add("bearer", "REQ-2", "The usual header.", [BEARER], ALLOWED)
add("lower-case", "REQ-2", "The scheme in lower case.", [f"bearer {GOOD}"], ALLOWED)
add("upper-case", "REQ-2", "The scheme in capitals, with spaces to spare.", [f"BEARER   {GOOD}"], ALLOWED)
add("no-header", "REQ-1", "No header.", [], answers.no_token())
add("basic", "REQ-2", "Another scheme.", ["Basic YTpi"], answers.no_token())
add("dpop", "REQ-2", "A token of the scheme DPoP.", [f"DPoP {GOOD}"], answers.no_token())
add("no-scheme", "REQ-2", "A token without a scheme.", [GOOD], answers.no_token())
add("scheme-alike", "REQ-2", "A scheme that begins alike.", [f"Bearer2 {GOOD}"], answers.no_token())
add("scheme-alone", "FRM-2", "The scheme alone.", ["Bearer"], answers.unknown_server("token-opaque"))
encrypted = answers.unknown_server("token-encrypted")
add("two-in-one", "FRM-2", "Two tokens in one header.", [f"{BEARER}, {BEARER}"], encrypted)
add("two-headers", "REQ-3", "The header twice, with one good token.", [BEARER, BEARER], SEVERAL)
strangers = f"Bearer {token(key='stranger')}"
add("good-then-bad", "REQ-3", "A good token, then another.", [BEARER, strangers], SEVERAL)
add("bearer-and-basic", "REQ-3", "Two schemes.", [BEARER, "Basic YTpi"], SEVERAL)
add("query", "REQ-4", "A token in the query.", [], IN_QUERY, f"access_token={GOOD}")
for name, description, query, decision in (
    ("and-header", "A token in the query beside a good header.", "a=1&access_token=x", IN_QUERY),
    ("escaped", "Its name escaped.", "%61ccess%5Ftoken=x", IN_QUERY),
    ("other", "A name that only contains it.", "my_access_token=x&q=access_token", ALLOWED),
    ("without-value", "Its name alone.", "a=1&access_token", IN_QUERY),
):
    add(f"query-{name}", "REQ-4", description, [BEARER], decision, query)
two = [BEARER, BEARER]
add("query-and-two-headers", "ORD-1", "Several headers before the query.", two, SEVERAL, "access_token=x")
