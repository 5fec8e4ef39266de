"""The protected resource that an address belongs to."""

from __future__ import annotations

from tests.vectors.acme import (
    GOOD,
    PERSON,
    PRODUCTION,
    TEST,
    TEST_SCOPE,
    answers,
    person,
    test_answers,
    token,
)
from tests.vectors.book import ExpectedAnswers, Theme, no_resource
from tests.vectors.tenants import SERVER

theme = Theme(
    "resources", "Which protected resource an address belongs to.", "keycloak", "keycloak", PRODUCTION
)
add = theme.add


def found(name: str, address: str, description: str) -> None:
    """Add a vector: the address belongs to production."""
    add(name, "RES-3", description, GOOD, answers.allowed(PERSON), address=address)


def unknown(name: str, requirement: str, address: str, description: str) -> None:
    """Add a vector: the address belongs to no resource, although the token is valid."""
    add(name, requirement, description, GOOD, no_resource("unknown-resource"), address=address)


found("slash", PRODUCTION + "/", "A slash at the end changes nothing.")
found("below", PRODUCTION + "/mcp/messages/", "What lies below a resource belongs to it.")
found("escaped-space", PRODUCTION + "/my%20tool", "A harmless escape changes nothing.")
found("dots-in-names", PRODUCTION + "/a.b/..c/.well-known", "Dots within a segment are no dot segments.")

add(
    "test",
    "RES-3",
    "The other environment has its own resource.",
    token(person(aud=TEST, scope=TEST_SCOPE)),
    test_answers.allowed(PERSON),
    address=TEST,
)
add(
    "nested",
    "RES-3",
    "Of two resources one below the other the longer URL decides.",
    None,
    ExpectedAnswers(PRODUCTION + "/sandbox", answers.authority, answers.scope).no_token(),
    settings="keycloak-nested",
    address=PRODUCTION + "/sandbox/mcp",
)
add(
    "nested-neighbour",
    "RES-3",
    "A neighbour of the longer one by name belongs to the shorter.",
    None,
    answers.no_token(),
    settings="keycloak-nested",
    address=PRODUCTION + "/sandbox2",
)

unknown("letter-more", "RES-3", PRODUCTION + "2", "A neighbour by a letter more is another environment.")
unknown("letter-less", "RES-3", PRODUCTION[:-1], "A neighbour by a letter less is another environment.")
unknown("above", "RES-3", PRODUCTION.rpartition("/")[0], "What lies above all resources belongs to none.")
unknown("server", "RES-3", SERVER, "The server itself is no resource.")
unknown("empty", "RES-3", "", "An empty address belongs to none.")
unknown("path-case", "RES-4", PRODUCTION.replace("production", "Production"), "Paths have case.")
unknown("scheme-case", "RES-4", PRODUCTION.replace("https", "HTTPS"), "The scheme is compared as it is.")
unknown("host-case", "RES-4", PRODUCTION.replace("app.", "APP."), "The host is compared as it is.")
unknown("http", "RES-4", PRODUCTION.replace("https", "http"), "Another scheme is another resource.")
unknown("port", "RES-4", PRODUCTION.replace(".biz", ".biz:443"), "A port written out is another resource.")
unknown("escaped-letter", "RES-4", PRODUCTION[:-1] + "%6e", "Compared before decoding.")
longer = PRODUCTION.replace(".biz", ".biz.evil.example")
unknown("host-longer", "RES-4", longer, "A host that begins alike is none.")

unknown("dot-segments", "RES-5", TEST + "/../production", "Dot segments into a resource.")
unknown("dot-segments-out", "RES-5", PRODUCTION + "/../test", "Dot segments out of a resource.")
unknown("dot-segments-end", "RES-5", PRODUCTION + "/..", "Dot segments at the end.")
unknown("single-dot", "RES-5", PRODUCTION + "/./mcp", "A single dot.")
unknown("escaped-dots", "RES-5", PRODUCTION + "/%2e%2e/test", "Escaped dots.")
unknown("half-escaped-dots", "RES-5", PRODUCTION + "/.%2E/test", "Half escaped dots.")
unknown("dots-escaped-twice", "RES-5", PRODUCTION + "/%252e%252e/test", "Dots escaped twice.")
unknown("escaped-slash", "RES-5", PRODUCTION + "/a%2fb", "An escaped slash.")
unknown("escaped-slash-capital", "RES-5", PRODUCTION + "/a%2Fb", "An escaped slash in capitals.")
unknown("escaped-semicolon", "RES-5", PRODUCTION + "/a%3bb", "An escaped semicolon.")
unknown("escaped-backslash", "RES-5", PRODUCTION + "/a%5cb", "An escaped backslash.")
unknown("escaped-delete", "RES-5", PRODUCTION + "/a%7f", "An escaped delete character.")
unknown("escaped-zero", "RES-5", PRODUCTION + "/a%00", "An escaped zero byte.")
unknown("escaped-line-break", "RES-5", PRODUCTION + "/a%0d%0a", "An escaped line break.")
unknown("bad-escape", "RES-5", PRODUCTION + "/a%zz", "An escape that is none.")
unknown("percent-end", "RES-5", PRODUCTION + "/a%", "A percent sign alone.")
unknown("empty-segment", "RES-5", PRODUCTION + "//mcp", "An empty segment.")
unknown("two-slashes-end", "RES-5", PRODUCTION + "//", "Two slashes at the end.")
unknown("semicolon", "RES-5", PRODUCTION + ";v=1", "A parameter.")
unknown("semicolon-below", "RES-5", PRODUCTION + "/a;b", "A parameter further on.")
unknown("backslash", "RES-5", PRODUCTION + "\\..\\test", "Backslashes.")
unknown("query", "RES-5", PRODUCTION + "/mcp?a=1", "A query.")
unknown("fragment", "RES-5", PRODUCTION + "/mcp#top", "A fragment.")
unknown("user", "RES-5", PRODUCTION.replace("://", "://user@"), "A user in front of the host.")
unknown("space", "RES-5", PRODUCTION + "/a b", "A space.")
unknown("line-break", "RES-5", PRODUCTION + "\n", "A line break at the end.")
unknown("look-alike-dots", "RES-5", PRODUCTION + "/\u2024\u2024/test", "Letters that look like dots.")
