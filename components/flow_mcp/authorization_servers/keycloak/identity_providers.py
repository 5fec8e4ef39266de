"""Creates the identity providers of a realm whose tokens authenticate programs or identify people.

Keycloak validates such a token with the identity provider that has its issuer (Server Administration Guide,
Federated client authentication; Securing Applications, JWT Authorization Grant). A realm has at most one
identity provider for each issuer.
"""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
import pulumi_keycloak as keycloak

from flow_mcp.authorization_servers.keycloak import names
from flow_mcp.authorization_servers.keycloak.federated_issuers import Validation, federated_issuers
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.enterprise import EnterpriseIssuer

# The provider requires the settings of a sign-in. No host has this name (RFC 6761, section 6.4), so nobody
# can sign in through the identity provider.
_NO_SIGN_IN = "https://no-sign-in.invalid"
_NOT_USED = "not-used"
_LONGEST_ASSERTION_SECONDS = 300


def create(
    declaration: Declaration, realm: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> Mapping[str, pulumi.Output[str]]:
    """Create an identity provider for each declared issuer, and return the aliases by issuer."""
    programs = {
        issuer: _create(
            declaration,
            f"issuer {issuer}",
            issuer,
            f"Flow MCP: programs with tokens of {issuer}",
            kind=validation.kind,
            jwks_url=validation.jwks_url if validation.kind == "oidc" else None,
            config=_of_programs(issuer, validation),
            realm=realm,
            opts=opts,
        )
        for issuer, validation in federated_issuers(declaration).items()
    }
    companies = {
        entry.issuer: _create(
            declaration,
            f"company {entry.issuer}",
            entry.issuer,
            f"Flow MCP: people with assertions of {entry.issuer}",
            kind="jwt-authorization-grant",
            jwks_url=entry.jwks_url,
            config=_OF_A_COMPANY,
            realm=realm,
            opts=opts,
        )
        for entry in _companies(declaration)
    }
    return programs | companies


_OF_A_COMPANY = {
    "useJwksUrl": "true",
    "jwtAuthorizationGrantEnabled": "true",
    "jwtAuthorizationGrantAssertionReuseAllowed": "false",
    "jwtAuthorizationGrantMaxAllowedAssertionExpiration": str(_LONGEST_ASSERTION_SECONDS),
}


def _of_programs(issuer: str, validation: Validation) -> dict[str, str]:
    """Return the settings with which Keycloak accepts an issuer's tokens as credentials of clients."""
    if validation.kind == "spiffe":
        return {"trustDomain": issuer, "bundleEndpoint": validation.jwks_url}
    if validation.kind == "kubernetes":
        return {}
    return {
        "useJwksUrl": "true",
        "supportsClientAssertions": "true",
        # A job gets one token and requests a token with it for each protected resource. Some issuers, such as
        # GitLab, give a job no second one.
        "supportsClientAssertionReuse": "true",
    }


def _companies(declaration: Declaration) -> list[EnterpriseIssuer]:
    return sorted(declaration.tenant.enterprise or (), key=lambda entry: entry.issuer)


def _create(
    declaration: Declaration,
    name: str,
    issuer: str,
    display_name: str,
    *,
    kind: str,
    jwks_url: str | None,
    config: Mapping[str, str],
    realm: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[str]:
    # The provider's own resources for Kubernetes and SPIFFE are newer than the plugin that is built where
    # nothing can be downloaded; this one creates every type.
    return keycloak.oidc.IdentityProvider(
        name,
        realm=realm,
        alias=names.identity_provider(declaration, issuer),
        display_name=display_name,
        provider_id=kind,
        issuer=issuer,
        jwks_url=jwks_url,
        validate_signature=True,
        authorization_url=_NO_SIGN_IN,
        token_url=_NO_SIGN_IN,
        client_id=_NOT_USED,
        client_secret=_NOT_USED,
        hide_on_login_page=True,
        link_only=True,
        extra_config=config,
        opts=opts,
    ).alias
