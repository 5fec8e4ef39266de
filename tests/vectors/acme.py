"""Calls of the tenant on Keycloak: a valid call, from which most vectors differ in one respect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.issuers import keycloak
from tests.vectors import tenants
from tests.vectors.book import ExpectedAnswers, ExpectedCaller
from tests.vectors.keys import KID
from tests.vectors.signing import signed, without_gone

(SERVER,) = tenants.KEYCLOAK.authorization_servers
AUTHORITY = SERVER.authority
PRODUCTION, TEST = (resource.url for resource in tenants.KEYCLOAK.protected_resources)
PRODUCTION_SCOPE, TEST_SCOPE = "flow-mcp/acme/456/production", "flow-mcp/acme/456/test"
AGENT, DESKTOP = "flow-mcp-acme-agent", "flow-mcp-acme-desktop"
TESTER, READER = "flow-mcp-acme-tester", "flow-mcp-acme-reader"

answers = ExpectedAnswers(PRODUCTION, AUTHORITY, PRODUCTION_SCOPE)
test_answers = ExpectedAnswers(TEST, AUTHORITY, TEST_SCOPE)

PERSON = ExpectedCaller(DESKTOP, keycloak.PERSON, "person")
PROGRAM = ExpectedCaller(AGENT, keycloak.PROGRAM, "program")
CALLER_OF_UNKNOWN_KIND = ExpectedCaller(DESKTOP, keycloak.PERSON)
"""The caller before it is known whether the token is a person's."""

HEADER = {"alg": "RS256", "typ": "JWT", "kid": KID}


def person(**changes: Any) -> dict[str, Any]:
    """Return claims of a valid token for production: a person with the desktop client."""
    return without_gone(keycloak.person(AUTHORITY, PRODUCTION, DESKTOP, PRODUCTION_SCOPE) | changes)


def program(**changes: Any) -> dict[str, Any]:
    """Return claims of a valid token for production: the program `agent`."""
    return without_gone(keycloak.program(AUTHORITY, PRODUCTION, AGENT, PRODUCTION_SCOPE) | changes)


def at_test_environment(claims: Mapping[str, Any], client: str) -> dict[str, Any]:
    """Return the claims for another client and the test environment."""
    named = {"client_id": client} if "client_id" in claims else {}
    return {**claims, "aud": TEST, "scope": TEST_SCOPE, "azp": client} | named


def token(claims: Mapping[str, Any] | None = None, *, key: str = "issuer", **header: Any) -> str:
    """Return a signed token, by default with the valid claims of the person."""
    return signed(person() if claims is None else claims, HEADER | header, key)


GOOD = token()
