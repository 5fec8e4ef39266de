"""The operators of a token profile's conditions."""

from __future__ import annotations

from typing import Any

from tests.vectors.book import ExpectedCaller, Theme
from tests.vectors.generic import AGENT, PRODUCTION, PROGRAM, answers, program, token
from tests.vectors.signing import GONE

theme = Theme(
    "conditions",
    "The operators of conditions: jti present, nonce absent, use one-of, acr no-suffix, org prefix.",
    "generic-conditions",
    "generic",
    PRODUCTION,
)
GOOD = {"use": "access", "acr": "strong", "org": "org_1"}


def allowed(name: str, description: str, **claims: Any) -> None:
    """Add a vector: all conditions are met."""
    text = token(program(**GOOD | claims))
    theme.add(name, "CLM-8", description, text, answers.allowed(PROGRAM))


def refused(name: str, description: str, **claims: Any) -> None:
    """Add a vector: one condition is not met."""
    text = token(program(**GOOD | claims))
    theme.add(
        name, "CLM-8", description, text, answers.invalid("not-an-access-token", ExpectedCaller(AGENT, AGENT))
    )


allowed("all", "All hold.")
allowed("present-empty", "An empty claim is present.", jti="")
allowed("present-number", "So is a number.", jti=7)
refused("present-missing", "A claim that must be present is missing.", jti=GONE)
refused("present-null", "A claim that must be present is null.", jti=None)
refused("absent-there", "A claim that must be absent is there.", nonce="n")
refused("absent-null", "Null is there.", nonce=None)
allowed("one-of-second", "The second value of several.", use="mcp")
refused("one-of-other", "Another value.", use="id")
refused("one-of-missing", "No value.", use=GONE)
refused("one-of-list", "The right value in a list.", use=["access"])
allowed("no-suffix-within", "The suffix in another place.", acr="-weakest")
refused("no-suffix", "Ends as it must not.", acr="very-weak")
refused("no-suffix-second", "Ends with the second of them.", acr="-none")
refused("no-suffix-missing", "What is missing has no ending.", acr=GONE)
refused("no-suffix-number", "A number has no ending.", acr=1)
allowed("prefix-second", "Begins with the second of them.", org="grp_7")
refused("prefix-other", "Begins otherwise.", org="x_org_1")
refused("prefix-missing", "What is missing has no beginning.", org=GONE)
refused("prefix-list", "A list has no beginning.", org=["org_1"])
