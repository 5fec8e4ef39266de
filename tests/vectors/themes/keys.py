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


add(
    "unknown-kid",
    "KEY-1",
    "keycloak",
    "A kid that nobody has.",
    token(kid="k9"),
    answers.invalid("unknown-key"),
)
add(
    "kid-letters",
    "KEY-1",
    "keycloak",
    "A kid in other letters.",
    token(kid="K1"),
    answers.invalid("unknown-key"),
)
add(
    "second",
    "KEY-1",
    "keycloak-two",
    "The key with the token's kid verifies.",
    token(key="other", kid="k2"),
    ALLOWED,
)
add(
    "wrong-of-two",
    "KEY-1",
    "keycloak-two",
    "Another key of the same server does not.",
    token(key="other"),
    answers.invalid("bad-signature"),
)
add("nameless", "KEY-3", "keycloak", "Without a kid the only key verifies.", NAMELESS, ALLOWED)
add(
    "nameless-one-fits",
    "KEY-3",
    "keycloak-one-fits",
    "Without a kid the only key that fits verifies.",
    NAMELESS,
    ALLOWED,
)
add(
    "nameless-two-fit",
    "KEY-3",
    "keycloak-two",
    "Without a kid two keys that fit are one too many.",
    NAMELESS,
    answers.invalid("unfit-key"),
)
add(
    "nameless-none-fits",
    "KEY-3",
    "keycloak-other-algorithm",
    "Without a kid no key fits.",
    NAMELESS,
    answers.invalid("unfit-key"),
)
add(
    "without-kid",
    "KEY-1",
    "keycloak-without-kid",
    "A key without a kid is not the one that a token names.",
    GOOD,
    answers.invalid("unknown-key"),
)
add("both-without-kid", "KEY-3", "keycloak-without-kid", "Neither has a kid.", NAMELESS, ALLOWED)
add(
    "same-kid",
    "KEY-8",
    "keycloak-same-kid",
    "Two keys with the token's kid: the second verifies.",
    GOOD,
    ALLOWED,
)
add(
    "same-kid-neither",
    "KEY-8",
    "keycloak-same-kid",
    "Two keys with the token's kid: neither verifies.",
    token(key="stranger"),
    answers.invalid("bad-signature"),
)
add(
    "other-algorithm",
    "KEY-4",
    "keycloak-other-algorithm",
    "A key for another algorithm.",
    GOOD,
    answers.invalid("unfit-key"),
)
add("for-verifying", "KEY-4", "keycloak-for-verifying", "A key whose key_ops say verify.", GOOD, ALLOWED)
add(
    "not-for-verifying",
    "KEY-4",
    "keycloak-not-for-verifying",
    "A key whose key_ops say otherwise.",
    GOOD,
    answers.invalid("unknown-key"),
)
add(
    "encryption",
    "KEY-6",
    "keycloak-encryption",
    "A key for encryption.",
    GOOD,
    answers.invalid("unknown-key"),
)
add(
    "leaked",
    "KEY-6",
    "keycloak-leaked",
    "A key that is published with its private part.",
    GOOD,
    answers.invalid("unknown-key"),
)
add("symmetric", "KEY-6", "keycloak-symmetric", "A symmetric key.", GOOD, answers.invalid("unknown-key"))
add(
    "small",
    "KEY-6",
    "keycloak-small",
    "An RSA key of 1,024 bits.",
    token(key="small"),
    answers.invalid("unknown-key"),
)
add(
    "unreadable",
    "KEY-7",
    "keycloak-unreadable",
    "Keys that cannot be read stand beside the good one.",
    GOOD,
    ALLOWED,
)
add("empty", "KEY-1", "keycloak-empty", "The server publishes no key.", GOOD, answers.invalid("unknown-key"))
add(
    "empty-nameless",
    "KEY-3",
    "keycloak-empty",
    "The same, and no kid.",
    NAMELESS,
    answers.invalid("unfit-key"),
)
add(
    "none",
    "KEY-9",
    "keycloak-none",
    "The server's keys could not be fetched.",
    GOOD,
    answers.invalid("keys-unavailable"),
)
