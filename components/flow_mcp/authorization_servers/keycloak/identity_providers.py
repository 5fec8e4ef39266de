"""Creates the identity providers of a realm whose tokens authenticate programs or identify people.

Keycloak validates such a token with the identity provider that has its issuer (Server Administration Guide,
Federated client authentication; Securing Applications, JWT Authorization Grant). A realm has at most one
identity provider for each issuer.
"""

from __future__ import annotations

from collections.abc import Mapping

import pulumi

from flow_mcp.authorization_servers.keycloak import names, resources
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.authorization_servers.keycloak.federated_issuers import Validation, federated_issuers
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.enterprise_issuer import EnterpriseIssuer

_LONGEST_ASSERTION_SECONDS = 300


def create(
    declaration: Declaration, server: Keycloak, realm: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> Mapping[str, pulumi.Output[str]]:
    """Create an identity provider for each declared issuer, and return the aliases by issuer."""
    programs = {
        issuer: ("issuer", validation.kind, _of_programs(issuer, validation))
        for issuer, validation in federated_issuers(declaration).items()
    }
    companies = {
        entry.issuer: ("company", "jwt-authorization-grant", _of_a_company(entry))
        for entry in declaration.tenant.enterprise or ()
    }
    return {
        issuer: resources.KeycloakIdentityProvider(
            f"{noun} {issuer}",
            {
                **resources.realm_inputs(server, realm),
                "alias": names.identity_provider(declaration, issuer),
                "kind": kind,
                "config": config,
            },
            pulumi.ResourceOptions(parent=opts.parent, depends_on=opts.depends_on),
        ).alias
        for issuer, (noun, kind, config) in sorted((programs | companies).items())
    }


def _of_programs(issuer: str, validation: Validation) -> dict[str, str]:
    """Return the settings with which Keycloak accepts an issuer's tokens as credentials of clients."""
    if validation.kind == "spiffe":
        return {"trustDomain": issuer, "bundleEndpoint": validation.jwks_url}
    if validation.kind == "kubernetes":
        return {"issuer": issuer}
    return {
        "issuer": issuer,
        "jwksUrl": validation.jwks_url,
        "useJwksUrl": "true",
        "validateSignature": "true",
        "supportsClientAssertions": "true",
        # A job gets one token and requests a token with it for each protected resource. Some issuers, such as
        # GitLab, give a job no second one.
        "supportsClientAssertionReuse": "true",
    }


def _of_a_company(entry: EnterpriseIssuer) -> dict[str, str]:
    """Return the settings with which Keycloak redeems a company's assertions, each of them once."""
    return {
        "issuer": entry.issuer,
        "jwksUrl": entry.jwks_url,
        "useJwksUrl": "true",
        "jwtAuthorizationGrantEnabled": "true",
        "jwtAuthorizationGrantAssertionReuseAllowed": "false",
        "jwtAuthorizationGrantMaxAllowedAssertionExpiration": str(_LONGEST_ASSERTION_SECONDS),
    }
