"""FLOWMCP-034: no shared secret where a key will do."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.references import oauth_2_1, rfc
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, Severity, Violation

_WITHOUT_SECRET = {
    "auth0": "privateKeyJwt",
    "entra": "federatedCredential",
    "flow-entra": "federatedCredential",
    "keycloak": "privateKeyJwt",
}
"""Kinds that can do without, by what a client then declares; of an external server nobody knows it here."""


def _declares(**more: object) -> Resource:
    return declares(clients={"agent": {"grant": "client-credentials", "access": ["456/test"], **more}})


class Secretless(Rule):
    """A secret is in two places from its first day, and in logs and mails from some later one."""

    id = "FLOWMCP-034"
    severity = Severity.LOW
    message = (
        "A confidential client should sign assertions or bring another issuer's token, not have a secret."
    )
    remedy = "Declare privateKeyJwt (Keycloak, Auth0) or federatedCredential (Entra) where the client can."
    references = (
        oauth_2_1("2.4", "Client Authentication"),
        rfc(9700, "2.5"),
        Reference(
            "Microsoft: Workload identity federation",
            "https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
        ),
        Reference(
            "Auth0: Authenticate with Private Key JWT",
            "https://auth0.com/docs/get-started/authentication-and-authorization-flow/authenticate-with-private-key-jwt",
        ),
    )
    good = (_declares(privateKeyJwt={"jwksUrl": "https://agent.acme.example/jwks"}),)
    bad = (_declares(),)

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:  # noqa: ARG002
        if (instead := _WITHOUT_SECRET.get(declaration.kind.key)) is None:
            return
        for name, client in declaration.tenant.clients.items():
            if client.confidential and not (client.private_key_jwt or client.federated_credential):
                yield Violation(("clients", name), f"has a secret, where {instead} is possible")
