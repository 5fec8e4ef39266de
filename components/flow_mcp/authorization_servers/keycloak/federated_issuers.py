"""How Keycloak validates the tokens of the issuers that federated credentials name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.declaration.federated_credential import FederatedCredential, is_trust_domain
from flow_mcp.declaration.findings import Finding, Path

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration

JWKS_URLS = {
    # https://token.actions.githubusercontent.com/.well-known/openid-configuration
    "https://token.actions.githubusercontent.com": (
        "https://token.actions.githubusercontent.com/.well-known/jwks"
    ),
    # https://gitlab.com/.well-known/openid-configuration
    "https://gitlab.com": "https://gitlab.com/oauth/discovery/keys",
}
"""Addresses of the keys of known issuers."""


@dataclass(frozen=True)
class Validation:
    """How Keycloak finds the keys of an issuer.

    Attributes:
        kind: Keycloak's type of identity provider. `kubernetes` finds the keys by the issuer's discovery, and
            sends the service account's token of Keycloak's own pod if that issuer is the cluster's.
        jwks_url: address of the keys; empty for `kubernetes`.
    """

    kind: Literal["oidc", "kubernetes", "spiffe"]
    jwks_url: str = ""


def federated_issuers(declaration: Declaration) -> dict[str, Validation]:
    """Return the issuers of the declared federated credentials, sorted."""
    credentials = (client.federated_credential for client in declaration.tenant.clients.values())
    return {
        credential.issuer: _validation(credential)
        for credential in sorted(filter(None, credentials), key=lambda credential: credential.issuer)
    }


def issuers(declaration: Declaration) -> tuple[str, ...]:
    """Return all issuers for which the realm needs an identity provider, sorted."""
    companies = {entry.issuer for entry in declaration.tenant.enterprise or ()}
    return tuple(sorted(companies | set(federated_issuers(declaration))))


def features(declaration: Declaration) -> tuple[str, ...]:
    """Return the features of Keycloak that the declaration needs, as `--features` takes them."""
    kinds = {validation.kind for validation in federated_issuers(declaration).values()}
    by_kind = {"kubernetes": ("kubernetes-service-accounts",), "spiffe": ("spiffe",), "oidc": ()}
    needed = {feature for kind in kinds for feature in by_kind[kind]}
    if kinds:
        needed.add("client-auth-federated")
    if declaration.tenant.enterprise:
        needed.update(("identity-assertion-jwt", "jwt-authorization-grant"))
    return tuple(sorted(needed))


def check(declaration: Declaration) -> Iterator[Finding]:
    """Yield findings on federated credentials that Keycloak would not accept or would confuse."""
    companies = {entry.issuer for entry in declaration.tenant.enterprise or ()}
    issuer = cast("Keycloak", declaration.server).issuer
    first: dict[str, tuple[str, Validation]] = {}
    owner: dict[tuple[str, str], str] = {}
    for name, client in declaration.tenant.clients.items():
        credential = client.federated_credential
        if credential is None:
            continue
        path: Path = ("clients", name, "federatedCredential")
        if credential.audience not in {None, issuer}:
            yield Finding(
                (*path, "audience"),
                "is not the realm's issuer, which is the only audience that Keycloak accepts in the token",
                f"Remove it, and let the workload request a token with the audience {issuer}.",
            )
        if credential.issuer in companies:
            yield Finding(
                (*path, "issuer"),
                "is also an issuer of enterprise, and a realm has one identity provider for each issuer",
                "Use different issuers for people and programs.",
            )
        if is_trust_domain(credential.issuer) and credential.jwks_url is None:
            yield Finding(
                path,
                "has no jwksUrl, and Keycloak needs the address of the trust domain's bundle",
                "Declare the SPIFFE bundle endpoint as jwksUrl.",
            )
        validation = _validation(credential)
        earlier, other = first.setdefault(credential.issuer, (name, validation))
        if other != validation:
            yield Finding(
                (*path, "jwksUrl"),
                f"differs from that of {earlier}, and a realm validates each issuer in one way",
                "Declare the same address for both.",
            )
        key = (credential.issuer, credential.subject)
        if key in owner:
            yield Finding(
                (*path, "subject"),
                f"is also the subject of {owner[key]}, and Keycloak finds the client by issuer and subject",
                "Give each client a workload of its own.",
            )
        owner.setdefault(key, name)


def _validation(credential: FederatedCredential) -> Validation:
    if is_trust_domain(credential.issuer):
        return Validation("spiffe", credential.jwks_url or "")
    address = credential.jwks_url or JWKS_URLS.get(credential.issuer)
    return Validation("oidc", address) if address else Validation("kubernetes")
