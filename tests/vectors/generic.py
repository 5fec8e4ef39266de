"""Calls of the tenant on a server that conforms to RFC 9068."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.issuers import external
from tests.vectors.book import ExpectedAnswers, ExpectedCaller
from tests.vectors.keys import SIGNERS
from tests.vectors.signing import signed, without_gone
from tests.vectors.tenants import GENERIC, GENERIC_IDS, GENERIC_ISSUER

PRODUCTION, TEST = (resource.url for resource in GENERIC.protected_resources)
AGENT, DESKTOP = GENERIC_IDS["clients.agent"], GENERIC_IDS["clients.desktop"]
SCOPES = "flow.production flow.run"

answers = ExpectedAnswers(PRODUCTION, GENERIC_ISSUER, SCOPES)
PROGRAM = ExpectedCaller(AGENT, AGENT, "program")
PERSON = ExpectedCaller(DESKTOP, "5ba552d67", "person")


def program(**changes: Any) -> dict[str, Any]:
    """Return claims of a valid token for production: the program `agent`."""
    return without_gone(external.program(GENERIC_ISSUER, PRODUCTION, AGENT, SCOPES) | changes)


def person(**changes: Any) -> dict[str, Any]:
    """Return claims of a valid token for production: a person with the desktop client."""
    return without_gone(external.person(GENERIC_ISSUER, PRODUCTION, DESKTOP, SCOPES) | changes)


def token(
    claims: Mapping[str, Any], algorithm: str = "ES256", kid: str | None = None, typ: str = "at+jwt"
) -> str:
    """Return a signed token; each algorithm has the key of its name."""
    return signed(claims, {"alg": algorithm, "typ": typ, "kid": kid or algorithm}, SIGNERS[algorithm])
