"""Tokens with two faults, of which the order of the checks selects one."""

from __future__ import annotations

from typing import Any

from tests.vectors.acme import (
    CALLER_OF_UNKNOWN_KIND,
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
from tests.vectors.book import NOW, Expected, ExpectedCaller, Theme, no_resource
from tests.vectors.signing import GONE

theme = Theme(
    "order", "Two faults at once: the first check that fails answers.", "keycloak", "keycloak", PRODUCTION
)


def add(name: str, description: str, text: str | None, decision: Expected, **other: Any) -> None:
    """Add a vector about the order."""
    theme.add(name, "ORD-1", description, text, decision, **other)


NO_SETTINGS, UNKNOWN = no_resource("no-settings"), no_resource("unknown-resource")
add("settings-resource", "Settings before resource.", GOOD, NO_SETTINGS, settings=None, address="x")
add("resource-token", "Resource before token.", "opaque", UNKNOWN, address=PRODUCTION + "2")
for name, description, text, reason in (
    ("size-parts", "Size before parts.", "a" * (16 * 1024 + 1), "token-too-large"),
    ("form-issuer", "Form before issuer.", token(person(iss="x")) + "=", "token-malformed"),
    ("issuer-header", "Issuer before header.", token(person(iss="x"), typ="x"), "unknown-issuer"),
):
    add(name, description, text, answers.unknown_server(reason))


def refused(
    name: str, description: str, text: str, reason: str, who: ExpectedCaller | None = None, **other: Any
) -> None:
    """Add a vector: the token is denied with a known server."""
    add(name, description, text, answers.invalid(reason, who), **other)


NO_KEYS: dict[str, Any] = {"keys": "keycloak-none"}
forged = token(person(cnf={}, exp=0), key="stranger")
refused("crit-algorithm", "crit before algorithm.", token(alg="PS256", crit=["exp"]), "critical-header")
refused("algorithm-type", "Algorithm before type.", token(alg="PS256", typ="x"), "wrong-algorithm")
refused("type-keys", "Type before keys.", token(typ="x"), "wrong-type", **NO_KEYS)
refused("keys-kid", "Keys before kid.", token(kid=7), "keys-unavailable", **NO_KEYS)
refused("signature-claims", "Signature before claims.", forged, "bad-signature")
for name, description, reason, claims in (
    ("bound-times", "cnf before times.", "bound-token", {"cnf": {}, "exp": 0}),
    ("exp-nbf", "exp before nbf.", "expired", {"exp": 0, "nbf": NOW + 999}),
    ("nbf-iat", "nbf before iat.", "not-yet-valid", {"nbf": NOW + 999, "iat": NOW + 999}),
    ("times-client", "Times before client.", "expired", {"exp": 0, "azp": GONE}),
    ("client-subject", "Client before subject.", "malformed-claim", {"azp": [], "sub": GONE}),
    ("subject-audience", "Subject before audience.", "missing-claim", {"sub": GONE, "aud": {}}),
):
    refused(name, description, token(person(**claims)), reason)
refused(
    "audience-conditions",
    "The audience's form before conditions.",
    token(person(aud={}, typ="ID")),
    "malformed-claim",
    CALLER_OF_UNKNOWN_KIND,
)
refused(
    "conditions-client",
    "Conditions before the client.",
    token(person(typ="ID", azp="https://x")),
    "not-an-access-token",
    CALLER_OF_UNKNOWN_KIND._replace(client="https://x"),
)
unregistered, tester = token(program(azp="x", aud=TEST)), token(person(azp=TESTER))
refused(
    "registered-audience",
    "Registration before audience.",
    unregistered,
    "no-person",
    PROGRAM._replace(client="x"),
)
refused("grant-access", "Grant before access.", tester, "wrong-grant", PERSON._replace(client=TESTER))
NO_ACCESS = answers.no_access(PROGRAM._replace(client=TESTER))
add("access-audience", "Access before audience.", token(program(azp=TESTER, aud="x")), NO_ACCESS)
add("access-scope", "Access before scope.", token(program(azp=TESTER, scope="")), NO_ACCESS)
no_scope, odd_scope = (token(person(aud="x", scope=scope)) for scope in ("", 7))
refused("audience-scope", "Audience before scope.", no_scope, "wrong-audience", PERSON)
refused("audience-scope-form", "Audience before the scopes' form.", odd_scope, "wrong-audience", PERSON)
