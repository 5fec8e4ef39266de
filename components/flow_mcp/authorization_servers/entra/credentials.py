"""How clients authenticate at Entra: a federated identity credential first, else a secret that ends."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from flow_mcp.declaration.clients import Client
from flow_mcp.declaration.findings import Finding, Path


def check(path: Path, client: Client) -> Iterator[Finding]:
    """A confidential client needs a credential that Entra offers, and a secret needs an end."""
    if client.client_id:
        yield Finding(
            (*path, "clientId"),
            "chooses a client ID, but Entra assigns them",
            "Remove it; the stack's output clientIds has the one that Entra gave.",
        )
    if client.private_key_jwt:
        yield Finding(
            (*path, "privateKeyJwt"),
            "is not supported on Entra here",
            "Use federatedCredential, which needs no secret either.",
        )
    elif client.confidential and not (client.federated_credential or client.secret):
        yield Finding(
            path,
            "has no credential, and on Entra a secret has an end that must be declared",
            "Add federatedCredential: {issuer: …, subject: …}, "
            "or secret: {issued: 2026-11-01, lifetime: 180d}.",
        )
    if client.federated_credential and urlsplit(client.federated_credential.issuer).scheme != "https":
        yield Finding(
            (*path, "federatedCredential", "issuer"),
            "is plain http, where Entra reads no keys",
            "Use an issuer that Entra can reach by https.",
        )
