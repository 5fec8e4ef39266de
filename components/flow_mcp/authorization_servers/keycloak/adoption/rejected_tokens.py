"""Which settings of a realm and its clients make tokens that the runtime rejects."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.authorization_servers.keycloak.settings import PROFILE
from flow_mcp.authorization_servers.representations import Representation, flag, mapping, text

_ALGORITHMS = PROFILE.algorithms
_ACCEPTED = f"the runtime accepts {', '.join(_ALGORITHMS)}"
_LATER = "Remove extraConfig from its kept properties and apply that"


def of_realm(realm: Representation) -> Iterator[str]:
    """Yield why the runtime rejects the tokens of all clients of a realm, one sentence each."""
    algorithm = text(realm, "defaultSignatureAlgorithm")
    if algorithm and algorithm not in _ALGORITHMS:
        yield (
            f"The realm signs tokens with {algorithm}, and {_ACCEPTED}. Clients without an algorithm of "
            "their own are affected; the stack sets it when extraConfig is removed from their kept "
            "properties."
        )


def of_client(client: Representation) -> Iterator[str]:
    """Yield why the runtime rejects the tokens of a client, one or two sentences each."""
    attributes = mapping(client, "attributes")
    algorithm = text(attributes, "access.token.signed.response.alg")
    if algorithm and algorithm not in _ALGORITHMS:
        yield f"Its tokens are signed with {algorithm}, and {_ACCEPTED}. {_LATER}."
    if flag(attributes, "dpop.bound.access.tokens"):
        yield (
            "Its tokens are bound by DPoP, and the runtime rejects them until the client declares tokens: "
            f"{{binding: dpop}}. {_LATER} before."
        )
    if flag(attributes, "tls.client.certificate.bound.access.tokens"):
        yield (
            "Its tokens are bound to a certificate (mutual TLS), and the runtime rejects them. Switch that "
            "off at Keycloak."
        )
    if flag(attributes, "client.use.lightweight.access.token.enabled"):
        yield (
            "Its access tokens are lightweight: they lack claims that the runtime requires, such as the "
            "audience. Switch that off at Keycloak."
        )
