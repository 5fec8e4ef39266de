"""Required times and claims of a token."""

from __future__ import annotations

import json
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


refused(
    "cnf-dpop",
    "CLM-1",
    "Bound by DPoP.",
    "bound-token",
    cnf={"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"},
)
refused(
    "cnf-mtls",
    "CLM-1",
    "Bound by mutual TLS.",
    "certificate-bound-token",
    cnf={"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"},
)
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

for name, requirement, description, reason, changes in (
    ("exp-now", "CLM-2", "exp is now, and no skew is allowed.", "expired", {"exp": NOW}),
    ("nbf-soon", "CLM-3", "nbf is in a second, and no skew is allowed.", "not-yet-valid", {"nbf": NOW + 1}),
    (
        "iat-soon",
        "CLM-4",
        "iat is in a second, and no skew is allowed.",
        "issued-in-future",
        {"iat": NOW + 1},
    ),
):
    text = token(person(**changes))
    add(
        f"no-skew-{name}",
        requirement,
        description,
        text,
        answers.invalid(reason),
        settings="keycloak-no-skew",
    )
add(
    "no-skew-to-the-second",
    "CLM-2 CLM-3 CLM-4",
    "nbf and iat are now, exp is in a second, and no skew is allowed.",
    token(person(nbf=NOW, iat=NOW, exp=NOW + 1)),
    answers.allowed(PERSON, NOW + 1),
    settings="keycloak-no-skew",
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

refused("audience-missing", "AUD-1", "No audience.", "missing-claim", CALLER_OF_UNKNOWN_KIND, aud=GONE)
refused("audience-null", "AUD-1", "The audience null.", "malformed-claim", CALLER_OF_UNKNOWN_KIND, aud=None)
refused(
    "audience-object",
    "AUD-1",
    "The audience an object.",
    "malformed-claim",
    CALLER_OF_UNKNOWN_KIND,
    aud={PRODUCTION: 1},
)
refused(
    "audience-number",
    "AUD-1",
    "A number among the audiences.",
    "malformed-claim",
    CALLER_OF_UNKNOWN_KIND,
    aud=[PRODUCTION, 1],
)
allowed("audience-list", "AUD-1 AUD-2", "The resource among other audiences.", aud=["account", PRODUCTION])
refused("audience-environment", "AUD-2", "Another environment's token.", "wrong-audience", PERSON, aud=TEST)
refused("audience-service", "AUD-2", "Another service's token.", "wrong-audience", PERSON, aud="account")
refused("audience-empty", "AUD-2", "An empty list.", "wrong-audience", PERSON, aud=[])
refused(
    "audience-slash",
    "AUD-2",
    "The audience with a slash more.",
    "wrong-audience",
    PERSON,
    aud=PRODUCTION + "/",
)
refused(
    "audience-letters",
    "AUD-2",
    "The audience in other letters.",
    "wrong-audience",
    PERSON,
    aud=PRODUCTION.upper(),
)
refused(
    "audience-prefix",
    "AUD-2",
    "What lies above the resource.",
    "wrong-audience",
    PERSON,
    aud=PRODUCTION.rpartition("/")[0],
)
