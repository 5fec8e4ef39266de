"""A seventh kind of authorization server, as small as one can be: applications are registered by hand.

docs/architecture.md names what a package of `authorization_servers` must have; here it stands in one module.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, cast

import pulumi
from pydantic import Field

from flow_mcp.authorization_servers import documents
from flow_mcp.authorization_servers.component import AuthorizationServerComponent
from flow_mcp.declaration.authorization_server import DeclaredServer
from flow_mcp.declaration.base import ServerUrl
from flow_mcp.declaration.declaration import (
    AuthorizationServerKind,
    Declaration,
    ResourceDeclared,
    ServerIds,
)
from flow_mcp.declaration.findings import Finding
from flow_mcp.declaration.setting_changes import SettingChange
from flow_mcp.settings import (
    AuthorizationServer,
    ClaimCondition,
    Grant,
    ResourceAtServer,
    SettingsDocument,
    TokenProfile,
    TokenRequest,
)


class OpenId(DeclaredServer):
    """An OpenID provider whose access tokens follow RFC 9068."""

    issuer: Annotated[ServerUrl, Field(description="Its issuer.")]


def check(declaration: Declaration) -> Iterator[Finding]:
    """Refuse clients: nothing is registered here."""
    for name in declaration.tenant.clients:
        yield Finding(
            ("clients", name), "cannot be registered by the stack", "List it under manualRegistrations."
        )


def settings(declaration: Declaration, ids: ServerIds) -> SettingsDocument:  # noqa: ARG001 nothing is assigned
    """Return the settings document: one scope for all protected resources, told apart by their audience."""
    issuer = authority(declaration)

    def ask(grant: Grant, client_id: str, resource: ResourceDeclared) -> TokenRequest:  # noqa: ARG001
        return TokenRequest(
            resource=resource.url,
            token_endpoint=f"{issuer}/token",
            parameters={"grant_type": grant.value.replace("-", "_"), "resource": resource.url},
        )

    server = AuthorizationServer(
        kind="openid",
        authority=issuer,
        issuers=(issuer,),
        metadata_url=f"{issuer}/.well-known/openid-configuration",
        token_profile=TokenProfile(
            algorithms=("RS256",),
            types=("at+jwt",),
            client_claim="client_id",
            scope_claim="scope",
            conditions=(),
            person=(ClaimCondition(claim="sid", must="present"),),
        ),
        clients=tuple(documents.clients(declaration, lambda name: name, ask)),
        registration=documents.registration(declaration),
    )
    at_server = (
        ResourceAtServer(
            authority=issuer, audiences=(resource.url,), scopes_advertised=("mcp",), scopes_in_tokens=("mcp",)
        )
        for resource in declaration.resources
    )
    return documents.document(declaration, server, zip(declaration.resources, at_server, strict=True))


def authority(declaration: Declaration) -> str:
    """Return the issuer."""
    return cast("OpenId", declaration.server).issuer


class OpenIdAuthorizationServer(AuthorizationServerComponent):
    """Creates nothing."""

    def __init__(self, name: str, declaration: Declaration, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, declaration, opts)
        self.ids = pulumi.Output.from_input({})
        self.secrets = pulumi.Output.secret({})
        self.register_outputs({})


OPENID = AuthorizationServerKind(
    key="openid",
    declaration=OpenId,
    check=check,
    settings=settings,
    component_path=f"{__name__}:OpenIdAuthorizationServer",
    setting_changes=(SettingChange(("authorizationServer", "openid", "issuer"), "identity"),),
    authority=authority,
)
