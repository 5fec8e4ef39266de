"""FLOWMCP-034: clients authenticate without a secret where the server supports it."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.references import oauth_2_1, rfc
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, Severity, Violation

_ALTERNATIVES = {
    "auth0": "privateKeyJwt",
    "entra": "federatedCredential",
    "flow-entra": "federatedCredential",
    "keycloak": "federatedCredential and privateKeyJwt",
}
"""What a client declares instead of a secret, by kind of server; unknown for external servers."""


def _declares(**more: object) -> Resource:
    return declares(clients={"agent": {"grant": "client-credentials", "access": ["456/test"], **more}})


class Secretless(Rule):
    """Report client secrets where the server supports keys or federated credentials.

    A secret must be copied to its client, and copies leak through logs and mail.
    """

    id = "FLOWMCP-034"
    severity = Severity.LOW
    message = "A confidential client should use a private key or a federated credential instead of a secret."
    remedy = (
        "Declare federatedCredential (Keycloak, Entra) or privateKeyJwt (Keycloak, Auth0) if the client "
        "supports it."
    )
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
        if (alternative := _ALTERNATIVES.get(declaration.kind.key)) is None:
            return
        for name, client in declaration.tenant.clients.items():
            if client.confidential and not (client.private_key_jwt or client.federated_credential):
                yield Violation(
                    ("clients", name), f"uses a client secret although the server supports {alternative}"
                )
