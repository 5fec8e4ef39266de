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

add("bearer", "REQ-2", "The usual header.", [f"Bearer {GOOD}"], ALLOWED)
add("lower-case", "REQ-2", "The scheme in lower case.", [f"bearer {GOOD}"], ALLOWED)
add("upper-case", "REQ-2", "The scheme in capitals, with spaces to spare.", [f"BEARER   {GOOD}"], ALLOWED)
add("no-header", "REQ-1", "No header.", [], answers.no_token())
add("basic", "REQ-2", "Another scheme.", ["Basic YTpi"], answers.no_token())
add("dpop", "REQ-2", "A token of the scheme DPoP.", [f"DPoP {GOOD}"], answers.no_token())
add("no-scheme", "REQ-2", "A token without a scheme.", [GOOD], answers.no_token())
add("scheme-alike", "REQ-2", "A scheme that begins alike.", [f"Bearer2 {GOOD}"], answers.no_token())
add("scheme-alone", "FRM-2", "The scheme alone.", ["Bearer"], answers.unknown_server("token-opaque"))
add(
    "two-in-one",
    "FRM-2",
    "Two tokens in one header.",
    [f"Bearer {GOOD}, Bearer {GOOD}"],
    answers.unknown_server("token-encrypted"),
)
add(
    "two-headers",
    "REQ-3",
    "The header twice, with one good token.",
    [f"Bearer {GOOD}", f"Bearer {GOOD}"],
    SEVERAL,
)
add(
    "good-then-bad",
    "REQ-3",
    "A good token, then another.",
    [f"Bearer {GOOD}", f"Bearer {token(key='stranger')}"],
    SEVERAL,
)
add("bearer-and-basic", "REQ-3", "Two schemes.", [f"Bearer {GOOD}", "Basic YTpi"], SEVERAL)
add("query", "REQ-4", "A token in the query.", [], IN_QUERY, f"access_token={GOOD}")
add(
    "query-and-header",
    "REQ-4",
    "A token in the query beside a good header.",
    [f"Bearer {GOOD}"],
    IN_QUERY,
    "a=1&access_token=x",
)
add("query-escaped", "REQ-4", "Its name escaped.", [f"Bearer {GOOD}"], IN_QUERY, "%61ccess%5Ftoken=x")
add(
    "query-other",
    "REQ-4",
    "A name that only contains it.",
    [f"Bearer {GOOD}"],
    ALLOWED,
    "my_access_token=x&q=access_token",
)
add("query-without-value", "REQ-4", "Its name alone.", [f"Bearer {GOOD}"], IN_QUERY, "a=1&access_token")
add(
    "query-and-two-headers",
    "ORD-1",
    "Several headers before the query.",
    [f"Bearer {GOOD}"] * 2,
    SEVERAL,
    "access_token=x",
)
