"""Required times and claims of a token."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from tests.vectors.acme import (
    CALLER_OF_UNKNOWN_KIND,
    DESKTOP,
    HEADER,
    PERSON,
    PRODUCTION,
    TEST,
    answers,
    person,
    token,
)
from tests.vectors.book import NOW, ExpectedCaller, Theme
from tests.vectors.signing import GONE, signed

theme = Theme("claims", "Times, and claims that a token must have.", "keycloak", "keycloak", PRODUCTION)
add = theme.add


def refused(
    name: str,
    requirement: str,
    description: str,
    reason: str,
    who: ExpectedCaller | None = None,
    **claims: Any,
) -> None:
    """Add a vector: the changed token of the person is denied."""
    add(name, requirement, description, token(person(**claims)), answers.invalid(reason, who))


def allowed(
    name: str, requirement: str, description: str, expires_at: int = NOW + 300, **claims: Any
) -> None:
    """Add a vector: the changed token of the person is valid."""
    who = PERSON._replace(subject=claims.get("sub", PERSON.subject))
    add(name, requirement, description, token(person(**claims)), answers.allowed(who, expires_at))


BY_KEY = {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}
BY_CERTIFICATE = {"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}
refused("cnf-dpop", "CLM-1", "Bound by DPoP.", "bound-token", cnf=BY_KEY)
refused("cnf-mtls", "CLM-1", "Bound by mutual TLS.", "certificate-bound-token", cnf=BY_CERTIFICATE)
refused("cnf-null", "CLM-1", "Bound to who knows what.", "bound-token", cnf=None)

refused("exp-missing", "CLM-2", "No exp.", "missing-claim", exp=GONE)
refused("exp-passed", "CLM-2", "Passed by just the skew.", "expired", exp=NOW - 60)
allowed(
    "exp-within-skew", "CLM-2", "Passed by a second less than the skew.", exp=NOW - 59, expires_at=NOW - 59
)
refused("exp-long-ago", "CLM-2", "Passed before time began.", "expired", exp=-1)
refused("nbf-future", "CLM-3", "A second beyond the skew.", "not-yet-valid", nbf=NOW + 61)
allowed("nbf-within-skew", "CLM-3", "Just within the skew.", nbf=NOW + 60)
refused("iat-future", "CLM-4", "A second beyond the skew.", "issued-in-future", iat=NOW + 61)
allowed("iat-within-skew", "CLM-4", "Just within the skew.", iat=NOW + 60)
allowed("iat-missing", "CLM-4", "No iat, which is no condition.", iat=GONE)

no_skew = partial(add, settings="keycloak-no-skew")
for name, requirement, description, reason, claims in (
    ("exp-now", "CLM-2", "exp is now", "expired", {"exp": NOW}),
    ("nbf-soon", "CLM-3", "nbf is in a second", "not-yet-valid", {"nbf": NOW + 1}),
    ("iat-soon", "CLM-4", "iat is in a second", "issued-in-future", {"iat": NOW + 1}),
):
    text = f"{description}, and no skew is allowed."
    no_skew(f"no-skew-{name}", requirement, text, token(person(**claims)), answers.invalid(reason))
no_skew(
    "no-skew-to-the-second",
    "CLM-2 CLM-3 CLM-4",
    "nbf and iat are now, exp is in a second, and no skew is allowed.",
    token(person(nbf=NOW, iat=NOW, exp=NOW + 1)),
    answers.allowed(PERSON, NOW + 1),
)

refused("exp-string", "CLM-5", "exp a string.", "malformed-claim", exp=str(NOW + 300))
refused("exp-boolean", "CLM-5", "exp a boolean.", "malformed-claim", exp=True)
refused("exp-null", "CLM-5", "exp null.", "malformed-claim", exp=None)
refused("exp-list", "CLM-5", "exp in a list.", "malformed-claim", exp=[NOW + 300])
refused("exp-huge", "CLM-2 CLM-5", "exp a number of 400 digits below zero.", "expired", exp=-(10**400))
refused("nbf-string", "CLM-5", "nbf a string.", "malformed-claim", nbf="0")
refused("nbf-null", "CLM-5", "nbf null.", "malformed-claim", nbf=None)
refused("iat-boolean", "CLM-5", "iat a boolean.", "malformed-claim", iat=False)
allowed("exp-fraction", "CLM-5", "exp with a fraction; told rounded down.", exp=NOW + 300.75)
allowed("exp-exponent", "CLM-5", "exp written with an exponent.", exp=2e9, expires_at=2_000_000_000)
add(
    "exp-endless",
    "CLM-5",
    "exp too large for a number.",
    signed(json.dumps(person(exp=0)).replace('"exp": 0', '"exp": 1e999'), HEADER, "issuer"),
    answers.invalid("malformed-claim"),
)

refused("client-missing", "CLM-6", "No client.", "missing-claim", azp=GONE)
refused(
    "client-other-claim",
    "CLM-6",
    "The client in another claim than the profile's.",
    "missing-claim",
    azp=GONE,
    client_id=DESKTOP,
)
refused("client-list", "CLM-6", "The client in a list.", "malformed-claim", azp=[DESKTOP])
refused("client-null", "CLM-6", "The client null.", "malformed-claim", azp=None)
refused("client-empty", "CLM-6", "The client empty.", "malformed-claim", azp="")
refused("client-line-break", "CLM-6", "The client with a line break.", "malformed-claim", azp="a\r\nb")
refused("subject-missing", "CLM-7", "No subject.", "missing-claim", sub=GONE)
refused("subject-number", "CLM-7", "The subject a number.", "malformed-claim", sub=7)
refused("subject-empty", "CLM-7", "The subject empty.", "malformed-claim", sub="")
refused(
    "subject-control", "CLM-7", "The subject with a control character.", "malformed-claim", sub="kari\x1b[2J"
)
allowed(
    "subject-letters",
    "CLM-7",
    "A subject of letters and spaces.",
    sub="Kari Nordmann, \u00c5sg\u00e5rdstrand",
)

unread_audience = partial(refused, who=CALLER_OF_UNKNOWN_KIND)
unread_audience("audience-missing", "AUD-1", "No audience.", "missing-claim", aud=GONE)
for name, description, audience in (
    ("null", "The audience null.", None),
    ("object", "The audience an object.", {PRODUCTION: 1}),
    ("number", "A number among the audiences.", [PRODUCTION, 1]),
):
    unread_audience(f"audience-{name}", "AUD-1", description, "malformed-claim", aud=audience)
allowed("audience-list", "AUD-1 AUD-2", "The resource among other audiences.", aud=["account", PRODUCTION])
for name, description, other in (
    ("environment", "Another environment's token.", TEST),
    ("service", "Another service's token.", "account"),
    ("empty", "An empty list.", []),
    ("slash", "The audience with a slash more.", PRODUCTION + "/"),
    ("letters", "The audience in other letters.", PRODUCTION.upper()),
    ("prefix", "What lies above the resource.", PRODUCTION.rpartition("/")[0]),
):
    refused(f"audience-{name}", "AUD-2", description, "wrong-audience", PERSON, aud=other)
