"""Reads the settings of the whole Auth0 tenant, and changes them if the stack manages them."""

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

_REMEDY = "Ask an administrator to change it, or declare tenantSettings: {manage: true}."


def prepare(
    declaration: Declaration, server: Auth0, opts: pulumi.ResourceOptions
) -> Sequence[pulumi.Resource]:
    """Set the tenant's settings if the stack manages them, and log warnings about missing ones.

    Returns:
        The resources that must exist before resources that depend on the settings.

    Raises:
        AuthorizationServerError: the settings cannot be read, or one that the declaration requires is off.
    """
    managed = server.tenant_settings.manage
    if not _has_people(declaration, server) and not managed:
        return ()  # Programs need no settings, so the administrator needs no permission to read them.
    current = _read(server, opts)
    documents = server.registration.metadata_documents
    if documents and not managed and not current.client_id_metadata_document_supported:
        raise AuthorizationServerError(
            f"Client ID metadata documents are off in the Auth0 tenant {server.domain}, so it would reject "
            f"the import of {documents.documents[0]}. {_REMEDY}"
        )
    for warning in missing_settings(server, current):
        pulumi.log.warn(warning, opts.parent)
    return (_set(server, current, opts),) if managed else ()


def missing_settings(server: Auth0, current: auth0.GetTenantResult) -> Iterator[str]:
    """Yield a warning with a remedy for each setting that people need and that this stack does not set."""
    flags = current.flags[0] if current.flags else None
    if not server.tenant_settings.manage:
        yield from _unmanaged(server, current, flags)
    if flags and not flags.enable_client_connections:
        yield (
            "This Auth0 tenant enables no connections for new applications. Nobody can sign in until an "
            "administrator enables a connection for each client for people."
        )
    if server.registration.dynamic and current.dynamic_client_registration_security_mode == "permissive":
        yield (
            "Clients that register get the permissive security mode, without mandatory PKCE. "
            "Ask an administrator to set the tenant's mode for dynamic registration to strict."
        )


def _unmanaged(
    server: Auth0, current: auth0.GetTenantResult, flags: GetTenantFlagResult | None
) -> Iterator[str]:
    if current.resource_parameter_profile != "compatibility":
        yield (
            "MCP clients name the protected resource in `resource` (RFC 8707), which this Auth0 tenant "
            f"ignores: its resource parameter profile is {current.resource_parameter_profile or 'audience'}. "
            f"{_REMEDY}"
        )
    if server.registration.dynamic and not (flags and flags.enable_dynamic_client_registration):
        yield f"Dynamic client registration is off in this Auth0 tenant, so no client can register. {_REMEDY}"


def _has_people(declaration: Declaration, server: Auth0) -> bool:
    return any(server.registration_methods.values()) or any(
        client.grant is Grant.AUTHORIZATION_CODE for client in declaration.tenant.clients.values()
    )


def _read(server: Auth0, opts: pulumi.ResourceOptions) -> auth0.GetTenantResult:
    try:
        return auth0.get_tenant(opts=pulumi.InvokeOptions(parent=opts.parent, provider=opts.provider))
    except Exception as error:  # the SDK raises no narrower type
        raise AuthorizationServerError(
            f"The settings of the Auth0 tenant {server.domain} cannot be read: {cause(error)}. "
            "Grant read:tenant_settings to the administrator's application."
        ) from error


def _set(server: Auth0, current: auth0.GetTenantResult, opts: pulumi.ResourceOptions) -> auth0.Tenant:
    """Set the settings that the stack manages, and store the former ones so that delete can restore them.

    Creating an `auth0.Tenant` clears each setting of `kept_inputs` that is left out. Deleting it changes
    nothing in Auth0.
    """
    dynamic = server.registration.dynamic is not None
    documents = server.registration.metadata_documents is not None
    profile = "compatibility" if server.resource_parameter else "audience"
    former = Auth0FormerSettings(
        "former-settings",
        {
            "domain": server.domain,
            "dynamic_registration": dynamic,
            "metadata_documents": documents,
            "resource_parameter_profile": profile,
        },
        pulumi.ResourceOptions(parent=opts.parent),
    )
    return auth0.Tenant(
        "settings",
        flags={"enable_dynamic_client_registration": dynamic},
        client_id_metadata_document_supported=documents,
        resource_parameter_profile=profile,
        # The former settings are read before this resource sets them, and restored after its deletion.
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[former])),
        **kept_inputs(current),
    )


def kept_inputs(tenant: auth0.GetTenantResult) -> dict[str, Any]:
    """Return the settings that the plugin would clear, as inputs of the tenant's resource; None if unset."""
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
