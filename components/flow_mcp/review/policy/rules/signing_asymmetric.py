"""FLOWMCP-008: tokens are signed with an asymmetric algorithm."""

from __future__ import annotations

import json
from collections.abc import Iterator

from flow_mcp.review.policy.references import keycloak, rfc
from flow_mcp.review.policy.resources.properties import is_in, judged
from flow_mcp.review.policy.resources.property_paths import EACH, Places, found, in_document
from flow_mcp.review.policy.resources.types import KEYCLOAK_CLIENT, KEYCLOAK_REALM
from flow_mcp.review.policy.rule import SETTINGS, Context, Resource, Rule, Severity, Unknown, Violation

_AT_SERVERS: Places = {
    KEYCLOAK_REALM: (("defaultSignatureAlgorithm",),),
    KEYCLOAK_CLIENT: (
        ("extraConfig", "access.token.signed.response.alg"),
        ("extraConfig", "id.token.signed.response.alg"),
    ),
}
_DECLARED: Places = {SETTINGS: (("tenant", "authorizationServer", "external", "tokens", "algorithms", EACH),)}
_IN_DOCUMENT = ("authorizationServers", EACH, "tokenProfile", "algorithms", EACH)

_FORGEABLE = "is not an asymmetric algorithm, so whoever validates tokens could forge them"
_ASYMMETRIC = tuple(f"{kind}{bits}" for kind in ("RS", "PS", "ES") for bits in (256, 384, 512))
_is_accepted = is_in(*_ASYMMETRIC, "EdDSA")
# An empty algorithm of a client means the realm's; of a realm, Keycloak's default, RS256.
_is_signed = is_in(*_ASYMMETRIC, "EdDSA", "")


def _settings_document(algorithm: str) -> Resource:
    server = {"tokenProfile": {"algorithms": [algorithm]}}
    return Resource(SETTINGS, outputs={"settings": json.dumps({"authorizationServers": [server]})})


class SigningAsymmetric(Rule):
    """Reject symmetric signing algorithms and unsigned tokens.

    With a shared secret, every service that validates tokens can also issue them.
    """

    id = "FLOWMCP-008"
    severity = Severity.CRITICAL
    message = (
        "Tokens must be signed with an asymmetric algorithm: RS, PS or ES with 256, 384 or 512 bits, or "
        "EdDSA."
    )
    remedy = (
        "Set RS256, or another asymmetric algorithm, where tokens are signed and where they are accepted."
    )
    references = (
        rfc(9068, "2.1"),
        rfc(8725, "3.2"),
        keycloak("Realm keys", "realm_keys"),
    )
    waivable = False
    good = (
        _settings_document("RS256"),
        Resource(
            KEYCLOAK_CLIENT, inputs={"extraConfig": {"flowMcpOwner": "acme"}, "fullScopeAllowed": False}
        ),
        Resource(
            KEYCLOAK_REALM,
            inputs={"defaultSignatureAlgorithm": "ES256", "securityDefenses": {"bruteForceDetection": {}}},
        ),
    )
    bad = (
        _settings_document("HS256"),
        _settings_document("none"),
        Resource(KEYCLOAK_REALM, inputs={"defaultSignatureAlgorithm": "HS512"}),
        Resource(KEYCLOAK_CLIENT, inputs={"extraConfig": {"access.token.signed.response.alg": "HS256"}}),
    )

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        for path, algorithm in found(resource, _AT_SERVERS):
            yield from judged(algorithm, path, _is_signed, _FORGEABLE)
        for path, algorithm in (*found(resource, _DECLARED), *in_document(resource, *_IN_DOCUMENT)):
            yield from judged(algorithm, path, _is_accepted, _FORGEABLE)
