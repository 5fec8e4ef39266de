"""Checks of clients' credentials at Entra: a federated credential, or a secret with an expiry."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from flow_mcp.declaration.clients import Client
from flow_mcp.declaration.federated_credential import FederatedCredential, is_trust_domain
from flow_mcp.declaration.findings import Finding, Path
from flow_mcp.declaration.texts import UNKNOWN_DAY


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
    elif client.secret and not client.secret.lifetime:
        yield Finding(
            (*path, "secret"),
            "has no issued and lifetime, and the expiry of a secret at Entra must be declared",
            "Add issued: the day of its creation, and lifetime: at least rotateAfter and overlap together.",
        )
    elif client.secret and client.secret.previous == UNKNOWN_DAY:
        yield Finding(
            (*path, "secret", "previous"),
            "is unknown, but the passwords of an application are declared by their days",
            "Declare the day of the previous secret, or remove previous, which ends that secret at once.",
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
