"""Tokens with two faults, of which the order of the checks selects one."""

from __future__ import annotations

from typing import Any

from tests.vectors.acme import (
    CALLER_OF_UNKNOWN_KIND,
    DESKTOP,
    GOOD,
    PERSON,
    PRODUCTION,
    PROGRAM,
    TEST,
    TESTER,
    answers,
    person,
    program,
    token,
)
from tests.vectors.book import NOW, Expected, Theme, no_resource
from tests.vectors.signing import GONE

theme = Theme(
    "order", "Two faults at once: the first check that fails answers.", "keycloak", "keycloak", PRODUCTION
)


def add(name: str, description: str, text: str | None, decision: Expected, **other: Any) -> None:
    """Add a vector about the order."""
    theme.add(name, "ORD-1", description, text, decision, **other)


add(
    "settings-resource",
    "Settings before resource.",
    GOOD,
    no_resource("no-settings"),
    settings=None,
    address="x",
)
add(
    "resource-token",
    "Resource before token.",
    "opaque",
    no_resource("unknown-resource"),
    address=PRODUCTION + "2",
)
add("size-parts", "Size before parts.", "a" * (16 * 1024 + 1), answers.unknown_server("token-too-large"))
add(
    "form-issuer",
    "Form before issuer.",
    token(person(iss="x")) + "=",
    answers.unknown_server("token-malformed"),
)
add(
    "issuer-header",
    "Issuer before header.",
    token(person(iss="x"), typ="x"),
    answers.unknown_server("unknown-issuer"),
)
add(
    "crit-algorithm",
    "crit before algorithm.",
    token(alg="PS256", crit=["exp"]),
    answers.invalid("critical-header"),
)
add(
    "algorithm-type",
    "Algorithm before type.",
    token(alg="PS256", typ="x"),
    answers.invalid("wrong-algorithm"),
)
add("type-keys", "Type before keys.", token(typ="x"), answers.invalid("wrong-type"), keys="keycloak-none")
add("keys-kid", "Keys before kid.", token(kid=7), answers.invalid("keys-unavailable"), keys="keycloak-none")
add(
    "signature-claims",
    "Signature before claims.",
    token(person(cnf={}, exp=0), key="stranger"),
    answers.invalid("bad-signature"),
)
add("bound-times", "cnf before times.", token(person(cnf={}, exp=0)), answers.invalid("bound-token"))
add("exp-nbf", "exp before nbf.", token(person(exp=0, nbf=NOW + 999)), answers.invalid("expired"))
add(
    "nbf-iat",
    "nbf before iat.",
    token(person(nbf=NOW + 999, iat=NOW + 999)),
    answers.invalid("not-yet-valid"),
)
add("times-client", "Times before client.", token(person(exp=0, azp=GONE)), answers.invalid("expired"))
add(
    "client-subject",
    "Client before subject.",
    token(person(azp=[], sub=GONE)),
    answers.invalid("malformed-claim"),
)
add(
    "subject-audience",
    "Subject before audience.",
    token(person(sub=GONE, aud={})),
    answers.invalid("missing-claim"),
)
add(
    "audience-conditions",
    "The audience's form before conditions.",
    token(person(aud={}, typ="ID")),
    answers.invalid("malformed-claim", CALLER_OF_UNKNOWN_KIND),
)
add(
    "conditions-client",
    "Conditions before the client.",
    token(person(typ="ID", azp="https://x")),
    answers.invalid("not-an-access-token", CALLER_OF_UNKNOWN_KIND._replace(client="https://x")),
)
add(
    "registered-audience",
    "Registration before audience.",
    token(program(azp="x", aud=TEST)),
    answers.invalid("no-person", PROGRAM._replace(client="x")),
)
add(
    "grant-access",
    "Grant before access.",
    token(person(azp=TESTER)),
    answers.invalid("wrong-grant", PERSON._replace(client=TESTER)),
)
add(
    "access-audience",
    "Access before audience.",
    token(program(azp=TESTER, aud="x")),
    answers.no_access(PROGRAM._replace(client=TESTER)),
)
add(
    "access-scope",
    "Access before scope.",
    token(program(azp=TESTER, scope="")),
    answers.no_access(PROGRAM._replace(client=TESTER)),
)
add(
    "audience-scope",
    "Audience before scope.",
    token(person(aud="x", scope="")),
    answers.invalid("wrong-audience", PERSON),
)
add(
    "audience-scope-form",
    "Audience before the scopes' form.",
    token(person(aud="x", scope=7, azp=DESKTOP)),
    answers.invalid("wrong-audience", PERSON),
)
