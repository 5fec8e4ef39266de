"""Selection of the key that verifies a token."""

from __future__ import annotations

from tests.vectors.acme import GOOD, PERSON, PRODUCTION, answers, token
from tests.vectors.book import Expected, Theme
from tests.vectors.signing import GONE

theme = Theme("keys", "Which of the published keys verifies a token.", "keycloak", "keycloak", PRODUCTION)

NAMELESS = token(kid=GONE)
ALLOWED = answers.allowed(PERSON)


def add(name: str, requirement: str, keys: str, description: str, text: str, decision: Expected) -> None:
    """Add a vector with a token and published keys."""
    theme.add(name, requirement, description, text, decision, keys=keys)


UNKNOWN, UNFIT = answers.invalid("unknown-key"), answers.invalid("unfit-key")
add("unknown-kid", "KEY-1", "keycloak", "A kid that nobody has.", token(kid="k9"), UNKNOWN)
add("kid-letters", "KEY-1", "keycloak", "A kid in other letters.", token(kid="K1"), UNKNOWN)
second = token(key="other", kid="k2")
add("second", "KEY-1", "keycloak-two", "The key with the token's kid verifies.", second, ALLOWED)
add(
    "wrong-of-two",
    "KEY-1",
    "keycloak-two",
    "Another key of the same server does not.",
    token(key="other"),
    answers.invalid("bad-signature"),
)
for name, keys, description, decision in (
    ("", "", "the only key verifies", ALLOWED),
    ("-one-fits", "-one-fits", "the only key that fits verifies", ALLOWED),
    ("-two-fit", "-two", "two keys that fit are one too many", UNFIT),
    ("-none-fits", "-other-algorithm", "no key fits", UNFIT),
):
    description = f"Without a kid {description}."
    add(f"nameless{name}", "KEY-3", f"keycloak{keys}", description, NAMELESS, decision)
WITHOUT_KID = "keycloak-without-kid"
add(
    "without-kid",
    "KEY-1",
    WITHOUT_KID,
    "A key without a kid is not the one that a token names.",
    GOOD,
    UNKNOWN,
)
add("both-without-kid", "KEY-3", WITHOUT_KID, "Neither has a kid.", NAMELESS, ALLOWED)
two = "Two keys with the token's kid:"
add("same-kid", "KEY-8", "keycloak-same-kid", f"{two} the second verifies.", GOOD, ALLOWED)
add(
    "same-kid-neither",
    "KEY-8",
    "keycloak-same-kid",
    f"{two} neither verifies.",
    token(key="stranger"),
    answers.invalid("bad-signature"),
)
for name, requirement, description, text, decision in (
    ("other-algorithm", "KEY-4", "A key for another algorithm.", GOOD, UNFIT),
    ("for-verifying", "KEY-4", "A key whose key_ops say verify.", GOOD, ALLOWED),
    ("not-for-verifying", "KEY-4", "A key whose key_ops say otherwise.", GOOD, UNKNOWN),
    ("encryption", "KEY-6", "A key for encryption.", GOOD, UNKNOWN),
    ("leaked", "KEY-6", "A key that is published with its private part.", GOOD, UNKNOWN),
    ("symmetric", "KEY-6", "A symmetric key.", GOOD, UNKNOWN),
    ("small", "KEY-6", "An RSA key of 1,024 bits.", token(key="small"), UNKNOWN),
    ("unreadable", "KEY-7", "Keys that cannot be read stand beside the good one.", GOOD, ALLOWED),
    ("empty", "KEY-1", "The server publishes no key.", GOOD, UNKNOWN),
):
    add(name, requirement, f"keycloak-{name}", description, text, decision)
add("empty-nameless", "KEY-3", "keycloak-empty", "The same, and no kid.", NAMELESS, UNFIT)
unfetched = answers.invalid("keys-unavailable")
add("none", "KEY-9", "keycloak-none", "The server's keys could not be fetched.", GOOD, unfetched)
