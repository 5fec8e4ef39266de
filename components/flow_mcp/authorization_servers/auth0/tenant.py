"""Settings of the whole Auth0 tenant: read, and changed only where the declaration says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pulumi
import pulumi_auth0 as auth0
from pulumi_auth0.outputs import GetTenantFlagResult

from flow_mcp.authorization_servers.auth0.declaration import Auth0
from flow_mcp.authorization_servers.auth0.resources import Auth0FormerSettings
from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.engine.plugin.program import cause
from flow_mcp.settings import Grant

_REMEDY = "Have an administrator change it, or declare tenantSettings: {manage: true}."


def prepare(
    declaration: Declaration, server: Auth0, opts: pulumi.ResourceOptions
) -> Sequence[pulumi.Resource]:
    """Set the tenant's settings, or say what they lack; what must wait for them to be set.

    Raises:
        AuthorizationServerError: they cannot be read, or lack what the declaration cannot do without.
    """
    managed = server.tenant_settings.manage
    if not _has_people(declaration, server) and not managed:
        return ()  # Programs need none of them: no right to read them either.
    found = _read(server, opts)
    documents = server.registration.metadata_documents
    if documents and not managed and not found.client_id_metadata_document_supported:
        raise AuthorizationServerError(
            f"Client ID Metadata Documents are off in the Auth0 tenant {server.domain}, so it would refuse "
            f"to import {documents.documents[0]}. {_REMEDY}"
        )
    for sentence in missing(server, found):
        pulumi.log.warn(sentence, opts.parent)
    return (_set(server, found, opts),) if managed else ()


def missing(server: Auth0, found: auth0.GetTenantResult) -> Iterator[str]:
    """What the tenant's settings lack for people to sign in and this stack does not set, with the remedy."""
    flags = found.flags[0] if found.flags else None
    if not server.tenant_settings.manage:
        yield from _unset(server, found, flags)
    if flags and not flags.enable_client_connections:
        yield (
            "this Auth0 tenant enables no connections for new applications: nobody can sign in until an "
            "administrator enables one for each client of people."
        )
    if server.registration.dynamic and found.dynamic_client_registration_security_mode == "permissive":
        yield (
            "clients that register get the permissive security mode, without mandatory PKCE. "
            "Have an administrator set the tenant's mode for dynamic registration to strict."
        )


def _unset(server: Auth0, found: auth0.GetTenantResult, flags: GetTenantFlagResult | None) -> Iterator[str]:
    if found.resource_parameter_profile != "compatibility":
        yield (
            "MCP clients name the server they want by `resource` (RFC 8707), which this Auth0 tenant "
            f"ignores: its resource parameter profile is {found.resource_parameter_profile or 'audience'}. "
            f"{_REMEDY}"
        )
    if server.registration.dynamic and not (flags and flags.enable_dynamic_client_registration):
        yield f"dynamic client registration is off in this Auth0 tenant, so nobody can register. {_REMEDY}"


def _has_people(declaration: Declaration, server: Auth0) -> bool:
    return any(server.registration.methods.values()) or any(
        client.grant is Grant.AUTHORIZATION_CODE for client in declaration.tenant.clients.values()
    )


def _read(server: Auth0, opts: pulumi.ResourceOptions) -> auth0.GetTenantResult:
    try:
        return auth0.get_tenant(opts=pulumi.InvokeOptions(parent=opts.parent, provider=opts.provider))
    except Exception as error:  # whatever the plugin says, it comes as this
        raise AuthorizationServerError(
            f"the settings of the Auth0 tenant {server.domain} cannot be read: {cause(error)}. "
            "The administrator's application needs read:tenant_settings."
        ) from error


def _set(server: Auth0, found: auth0.GetTenantResult, opts: pulumi.ResourceOptions) -> auth0.Tenant:
    """Set the settings that are this stack's, and remember what they were, to put them back.

    Creating an `auth0.Tenant` clears the settings of `as_found` that are left out, whoever made them.
    Deleting it changes nothing in Auth0.
    """
    dynamic = server.registration.dynamic is not None
    documents = server.registration.metadata_documents is not None
    profile = "compatibility" if server.resource_parameter else "audience"
    former = Auth0FormerSettings(
        "former-settings",
        domain=server.domain,
        dynamic_registration=dynamic,
        metadata_documents=documents,
        resource_parameter_profile=profile,
        opts=pulumi.ResourceOptions(parent=opts.parent),
    )
    return auth0.Tenant(
        "settings",
        flags={"enable_dynamic_client_registration": dynamic},
        client_id_metadata_document_supported=documents,
        resource_parameter_profile=profile,
        # Read before they are set, and put back when nothing sets them any more.
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[former])),
        **as_found(found),
    )


def as_found(tenant: auth0.GetTenantResult) -> dict[str, Any]:
    """The settings that the plugin would clear, as inputs of the tenant's resource; None where unset."""
    pages, codes = tenant.error_pages, tenant.country_codes
    aliases = any(mtls.enable_endpoint_aliases for mtls in tenant.mtls)
    prompt = tenant.skip_non_verifiable_callback_uri_confirmation_prompt
    return {
        "country_codes": auth0.TenantCountryCodesArgs(lists=codes[0].lists, mode=codes[0].mode)
        if codes
        else None,
        "default_redirection_uri": tenant.default_redirection_uri or None,
        "default_token_quota": _quota(tenant),
        "error_page": auth0.TenantErrorPageArgs(
            html=pages[0].html, show_log_link=pages[0].show_log_link, url=pages[0].url
        )
        if pages and (pages[0].html or pages[0].show_log_link or pages[0].url)
        else None,
        "mtls": auth0.TenantMtlsArgs(enable_endpoint_aliases=True) if aliases else None,
        "skip_non_verifiable_callback_uri_confirmation_prompt": (
            prompt if prompt in {"true", "false"} else None
        ),
    }


def _quota(tenant: auth0.GetTenantResult) -> auth0.TenantDefaultTokenQuotaArgs | None:
    if not tenant.default_token_quotas:
        return None
    quota = tenant.default_token_quotas[0]
    clients = [limit for part in quota.clients for limit in part.client_credentials]
    organizations = [limit for part in quota.organizations for limit in part.client_credentials]
    return auth0.TenantDefaultTokenQuotaArgs(
        clients=auth0.TenantDefaultTokenQuotaClientsArgs(
            client_credentials=auth0.TenantDefaultTokenQuotaClientsClientCredentialsArgs(
                enforce=clients[0].enforce,
                per_day=clients[0].per_day or None,
                per_hour=clients[0].per_hour or None,
            )
        )
        if clients
        else None,
        organizations=auth0.TenantDefaultTokenQuotaOrganizationsArgs(
            client_credentials=auth0.TenantDefaultTokenQuotaOrganizationsClientCredentialsArgs(
                enforce=organizations[0].enforce,
                per_day=organizations[0].per_day or None,
                per_hour=organizations[0].per_hour or None,
            )
        )
        if organizations
        else None,
    )
