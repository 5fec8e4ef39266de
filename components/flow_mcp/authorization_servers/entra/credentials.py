"""Checks of clients' credentials at Entra: a federated credential, or a secret with an expiry."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from flow_mcp.declaration.clients import Client
from flow_mcp.declaration.federated_credential import FederatedCredential, is_trust_domain
from flow_mcp.declaration.findings import Finding, Path


def check(path: Path, client: Client) -> Iterator[Finding]:
    """Yield findings on a client ID or credential that Entra does not support, and on missing credentials."""
    if client.client_id:
        yield Finding(
            (*path, "clientId"),
            "declares a client ID, but Entra assigns client IDs",
            "Remove it. The stack's output clientIds contains the assigned one.",
        )
    if client.private_key_jwt:
        yield Finding(
            (*path, "privateKeyJwt"),
            "is not supported for Entra",
            "Use federatedCredential, which needs no secret either.",
        )
    elif client.confidential and not (client.federated_credential or client.secret):
        yield Finding(
            path,
            "has no credential, and the expiry of a secret at Entra must be declared",
            "Add federatedCredential: {issuer: …, subject: …}, "
            "or secret: {issued: 2026-11-01, lifetime: 180d}.",
        )
    if credential := client.federated_credential:
        yield from _federated((*path, "federatedCredential"), credential)


def _federated(path: Path, credential: FederatedCredential) -> Iterator[Finding]:
    if is_trust_domain(credential.issuer):
        yield Finding(
            (*path, "issuer"),
            "is a SPIFFE trust domain, and Entra accepts tokens of an https issuer only",
            "Declare the address of the trust domain's OpenID Connect discovery.",
        )
    elif urlsplit(credential.issuer).scheme != "https":
        yield Finding(
            (*path, "issuer"),
            "is plain http, and Entra fetches an issuer's keys by https only",
            "Use an https issuer.",
        )
    if credential.jwks_url:
        yield Finding(
            (*path, "jwksUrl"),
            "is not supported for Entra, which finds an issuer's keys by discovery",
            "Remove it.",
        )
