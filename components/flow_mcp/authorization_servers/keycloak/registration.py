"""Creates the resources of the realm's registration methods, which are closed unless declared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import pulumi

from flow_mcp.authorization_servers.keycloak import client_policies, names, resources
from flow_mcp.authorization_servers.keycloak.declaration import (
    DynamicRegistration,
    Keycloak,
    MetadataDocuments,
)
from flow_mcp.authorization_servers.keycloak.scopes import ResourceScope
from flow_mcp.declaration.declaration import Declaration

_PKCE = ("pkce-enforcer", {"auto-configure": "true"})
_NO_IMPLICIT = ("reject-implicit-grant", {"auto-configure": "true"})
_NO_PASSWORD = ("reject-ropc-grant", {"auto-configure": "true"})
_DPOP = ("dpop-bind-enforcer", {"auto-configure": "true"})


def create(
    declaration: Declaration,
    server: Keycloak,
    realm: pulumi.Input[str],
    scopes: Mapping[str, ResourceScope],
    opts: pulumi.ResourceOptions,
) -> None:
    """Create the resources of the registration policies, if the stack manages them.

    Args:
        declaration: the tenant's declaration.
        server: its Keycloak.
        realm: ID of the realm.
        scopes: the scopes of the protected resources, by key.
        opts: options of the Pulumi resources, which depend on the stack's other client policies.
    """
    if not server.manages_registration:
        return
    dynamic, documents = server.registration.dynamic, server.registration.metadata_documents
    accessible = declaration.reached_by(
        tuple(entry for method in (dynamic, documents) if method for entry in method.access)
    )
    policies: list[pulumi.Resource] = []
    common = (_PKCE, _NO_IMPLICIT, _NO_PASSWORD, *([_DPOP] if declaration.binding() else []))
    if dynamic:
        sources = ("ByAnonymous", "ByInitialAccessToken", "ByRegistrationAccessToken")
        policy = client_policies.create(
            declaration,
            "dynamic",
            description="Flow MCP: clients by dynamic",
            executors=common,
            condition="client-updater-context",
            configuration={"update-client-source": _list(sources)},
            realm=realm,
            opts=opts,
        )
        policies.append(policy)
    if documents:
        policy = client_policies.create(
            declaration,
            "metadata-documents",
            description="Flow MCP: clients by metadata-documents",
            executors=(_metadata_document(documents), *common),
            condition="client-id-uri",
            configuration={
                "client-id-uri-allow-permitted-domains": _list(documents.domains),
                "client-id-uri-scheme": _list(("https",)),
            },
            realm=realm,
            # Each write replaces the realm's whole list, so the resources must be created one after another.
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[*policies])),
        )
        policies.append(policy)
    resources.KeycloakClientRegistration(
        "registration",
        {
            **resources.realm_inputs(server, realm),
            "owner": names.owner(declaration),
            "open": dynamic is not None,
            "redirect_hosts": dynamic.redirect_hosts if dynamic else (),
            "sender_hosts": dynamic.sender_hosts if dynamic else (),
            "allowed_scopes": _allowed_scopes(declaration, dynamic) if dynamic else (),
            "cors_origins": dynamic.cors_origins if dynamic else (),
            "maximum_clients": dynamic.maximum_clients if dynamic else 200,
            # A client that registers without requesting scopes gets the realm's optional scopes.
            "realm_optional_scopes": [
                scope for resource in accessible if (scope := scopes[resource.key].scope) is not None
            ],
        },
        # Registration opens after the client policies are created, and closes before they are deleted.
        pulumi.ResourceOptions(parent=opts.parent, depends_on=policies),
    )


def _allowed_scopes(declaration: Declaration, dynamic: DynamicRegistration) -> tuple[str, ...]:
    """Return the scopes that clients may request. Keycloak rejects even `openid` if it is not listed."""
    accessible = declaration.reached_by(dynamic.access)
    resource_scopes = (names.scope(declaration, resource) for resource in accessible)
    return ("openid", *resource_scopes, *dynamic.allowed_scopes)


def _metadata_document(documents: MetadataDocuments) -> tuple[str, dict[str, str]]:
    return "client-id-metadata-document", {
        "cimd-allow-http-scheme": "false",
        # Keycloak compares every URL of the document with these hosts, redirect URIs included.
        "cimd-allow-permitted-domains": _list((*documents.domains, *documents.redirect_hosts)),
    }


def _list(values: Iterable[str]) -> str:
    """Return a list as compact JSON, as Keycloak stores it. A space would be a change in each preview."""
    return json.dumps(list(values), separators=(",", ":"))
