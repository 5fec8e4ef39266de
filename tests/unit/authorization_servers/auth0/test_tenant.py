"""Settings of the whole Auth0 tenant: warnings about missing settings, and inputs that keep the others."""

from __future__ import annotations

import inspect
from typing import Any, cast

import pulumi_auth0 as auth0
import pytest
from pulumi_auth0 import outputs

from flow_mcp.authorization_servers.auth0 import Auth0
from flow_mcp.authorization_servers.auth0 import tenant as settings
from tests.unit.authorization_servers.auth0.hooli import load, tenant

DYNAMIC: dict[str, Any] = {"dynamic": {"access": ["7/test"]}}
DOCUMENTS: dict[str, Any] = {
    "metadataDocuments": {
        "documents": ["https://claude.ai/oauth/claude-code-client-metadata"],
        "access": ["7/test"],
    }
}
READY = {
    "resource_parameter_profile": "compatibility",
    "client_id_metadata_document_supported": True,
    "dynamic_client_registration_security_mode": "strict",
}


def result(switches: dict[str, bool] | None = None, **given: Any) -> auth0.GetTenantResult:
    """Return a tenant's settings in the form of the plugin: single values in lists, unset values as texts."""
    names = list(inspect.signature(auth0.GetTenantResult.__init__).parameters)[1:]
    flag_names = list(inspect.signature(outputs.GetTenantFlagResult.__init__).parameters)[1:]
    default = {"enable_client_connections": True, "enable_dynamic_client_registration": True}
    flags = dict.fromkeys(flag_names, False) | default | (switches or {})
    empty: dict[str, Any] = {
        "country_codes": [],
        "default_redirection_uri": "",
        "default_token_quotas": [],
        "error_pages": [],
        "mtls": [outputs.GetTenantMtlResult(disable=True, enable_endpoint_aliases=False)],
        "skip_non_verifiable_callback_uri_confirmation_prompt": "null",
        "flags": [outputs.GetTenantFlagResult(**flags)],
    }
    untyped: Any = auth0.GetTenantResult
    return cast("auth0.GetTenantResult", untyped(**(dict.fromkeys(names) | empty | READY | given)))


def server(*, manage: bool = False, **registration: Any) -> Auth0:
    auth0 = {"registration": registration, "tenantSettings": {"manage": manage}}
    return cast("Auth0", load(tenant(auth0=auth0)).declaration.server)


def test_no_warnings_if_all_tenant_settings_are_on() -> None:
    assert list(settings.missing_settings(server(**DYNAMIC, **DOCUMENTS), result())) == []


@pytest.mark.parametrize(
    ("registration", "tenant_settings", "message"),
    [
        (
            {},
            result(resource_parameter_profile="audience"),
            "its resource parameter profile is audience.",
        ),
        ({}, result(resource_parameter_profile=""), "its resource parameter profile is audience."),
        (
            {},
            result({"enable_client_connections": False}),
            "This Auth0 tenant enables no connections for new applications",
        ),
        (
            DYNAMIC,
            result({"enable_dynamic_client_registration": False}),
            "Dynamic client registration is off in this Auth0 tenant",
        ),
        (
            DYNAMIC,
            result(flags=[]),
            "Dynamic client registration is off in this Auth0 tenant",
        ),
        (
            DYNAMIC,
            result(dynamic_client_registration_security_mode="permissive"),
            "Clients that register get the permissive security mode",
        ),
    ],
)
def test_each_missing_tenant_setting_has_its_own_warning(
    registration: dict[str, Any], tenant_settings: auth0.GetTenantResult, message: str
) -> None:
    [warning] = settings.missing_settings(server(**registration), tenant_settings)
    assert message in warning


def test_no_warning_about_registration_that_is_not_declared() -> None:
    closed = result(
        {"enable_dynamic_client_registration": False}, client_id_metadata_document_supported=False
    )
    assert list(settings.missing_settings(server(), closed)) == []


def test_managing_stack_warns_only_about_settings_it_cannot_set() -> None:
    switches = {"enable_client_connections": False, "enable_dynamic_client_registration": False}
    closed = result(
        switches,
        resource_parameter_profile="audience",
        dynamic_client_registration_security_mode="permissive",
    )
    connections, mode = settings.missing_settings(server(manage=True, **DYNAMIC), closed)
    assert connections.startswith("This Auth0 tenant enables no connections for new applications")
    assert mode.startswith("Clients that register get the permissive security mode")


def test_default_tenant_settings_give_no_inputs_to_keep() -> None:
    empty_page = outputs.GetTenantErrorPageResult(html="", show_log_link=False, url="")
    for default in (result(), result(error_pages=[empty_page])):
        assert set(settings.kept_inputs(default).values()) == {None}


def test_settings_that_the_plugin_would_clear_are_kept_as_inputs() -> None:
    clients = outputs.GetTenantDefaultTokenQuotaClientClientCredentialResult(
        enforce=True, per_day=1_000, per_hour=0
    )
    kept = settings.kept_inputs(
        result(
            country_codes=[outputs.GetTenantCountryCodeResult(lists=["NO"], mode="allow")],
            default_redirection_uri="https://hooli.example/login",
            default_token_quotas=[
                outputs.GetTenantDefaultTokenQuotaResult(
                    clients=[outputs.GetTenantDefaultTokenQuotaClientResult(client_credentials=[clients])],
                    organizations=[],
                )
            ],
            error_pages=[
                outputs.GetTenantErrorPageResult(
                    html="<p>Oh</p>", show_log_link=True, url="https://e.example"
                )
            ],
            mtls=[outputs.GetTenantMtlResult(disable=False, enable_endpoint_aliases=True)],
            skip_non_verifiable_callback_uri_confirmation_prompt="true",
        )
    )
    quota = kept["default_token_quota"].clients.client_credentials
    assert (kept["country_codes"].lists, kept["country_codes"].mode) == (["NO"], "allow")
    assert kept["default_redirection_uri"] == "https://hooli.example/login"
    assert (quota.enforce, quota.per_day, quota.per_hour) == (True, 1_000, None)
    assert kept["default_token_quota"].organizations is None
    assert (kept["error_page"].html, kept["error_page"].show_log_link) == ("<p>Oh</p>", True)
    assert kept["mtls"].enable_endpoint_aliases is True
    assert kept["skip_non_verifiable_callback_uri_confirmation_prompt"] == "true"
