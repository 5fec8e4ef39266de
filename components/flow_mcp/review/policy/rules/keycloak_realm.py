"""FLOWMCP-029: realms prevent self-registration and password guessing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flow_mcp.review.policy.references import keycloak, oauth_2_1
from flow_mcp.review.policy.resources.properties import is_on, must
from flow_mcp.review.policy.resources.types import KEYCLOAK_REALM
from flow_mcp.review.policy.rule import Context, Resource, Rule, Severity, Unknown, Violation

_PROTECTED = {"realm": "acme", "securityDefenses": {"bruteForceDetection": {}}}


class KeycloakRealm(Rule):
    """Reject realms with self-registration or without brute force detection.

    With `people: everyone`, whoever can create an account or guess a password has access.
    """

    id = "FLOWMCP-029"
    severity = Severity.MEDIUM
    message = (
        "A realm must not let people register themselves, and must detect brute force attacks on passwords."
    )
    remedy = "Set registrationAllowed: false and securityDefenses: {bruteForceDetection: {}}."
    references = (
        oauth_2_1("7.7", "Credentials-Guessing Attacks"),
        keycloak("Brute force attacks", "password-guess-brute-force-attacks"),
    )
    good = (Resource(KEYCLOAK_REALM, inputs=_PROTECTED),)
    bad = (
        Resource(KEYCLOAK_REALM, inputs={**_PROTECTED, "registrationAllowed": True}),
        Resource(KEYCLOAK_REALM, inputs={"realm": "acme"}),
    )

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        if resource.type != KEYCLOAK_REALM or not resource.values:
            return
        yield from must(
            resource,
            ("registrationAllowed",),
            lambda value: not is_on(value),
            "lets anyone create an account",
        )
        yield from must(
            resource,
            ("securityDefenses", "bruteForceDetection"),
            lambda value: isinstance(value, Mapping),
            "is missing, so passwords can be guessed without limit",
        )
