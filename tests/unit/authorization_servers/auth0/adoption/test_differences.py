"""Differences of existing objects, by the properties of the recorded plugin."""

from __future__ import annotations

from typing import Any, cast

import pytest

from flow_mcp.authorization_servers.adoption import Difference
from flow_mcp.authorization_servers.auth0 import Auth0
from flow_mcp.authorization_servers.auth0.adoption import differences
from flow_mcp.authorization_servers.auth0.api_properties import api_properties
from flow_mcp.authorization_servers.auth0.client_properties import client_properties
from tests.recorded import resources
from tests.unit.authorization_servers.auth0 import hooli
from tests.unit.authorization_servers.auth0.adoption.tenant import PRODUCTION, api, program

_LOADED = hooli.load(hooli.tenant(clients={"agent": hooli.agent()})).declaration
_SERVER = cast("Auth0", _LOADED.server)
_CLIENT = client_properties(_LOADED, _SERVER, "agent", _LOADED.tenant.clients["agent"])
_API = api_properties(_LOADED, _SERVER, _LOADED.resources[0])
_AS_DECLARED = {
    "description": _CLIENT["description"],
    "client_metadata": {"flow_mcp_owner": "flow-mcp:hooli"},
}
_REMOVED: dict[str, Any] = {
    "addons": {"azure_sb": {"sas_key": "s3cr3t"}},
    "allowed_clients": ["x"],
    "allowed_logout_urls": ["https://x.example"],
    "async_approval_notification_channels": ["email"],
    "client_aliases": ["x"],
    "compliance_level": "fapi1_adv_pkj_par",
    "cross_origin_authentication": True,
    "cross_origin_loc": "https://x.example",
    "custom_login_page": "<p>x</p>",
    "fedcm_login": {"google": {"is_enabled": True}},
    "form_template": "<p>x</p>",
    "initiate_login_uri": "https://x.example",
    "logo_uri": "https://x.example",
    "oidc_logout": {},
    "organization_discovery_methods": ["email"],
    "require_pushed_authorization_requests": True,
    "resource_server_identifier": "https://x.example",
    "session_transfer": {"can_create_session_transfer_token": False},
    "skip_non_verifiable_callback_uri_confirmation_prompt": False,
    "sso": True,
    "sso_disabled": True,
    "token_exchange": {"allow_any_profile_of_type": ["x"]},
    "token_quota": {"client_credentials": {"per_day": 1}},
}
"""Values that the plugin removes from a client whose program does not set them."""


def _client(**more: Any) -> dict[str, Any]:
    return program("agent", "flow-mcp-hooli-agent", **{**_AS_DECLARED, **more})


def _properties(type_: str) -> set[str]:
    """Return the properties of a resource type in the recorded state of the real plugin."""
    recorded = (entry for entry in resources("initech.auth0-3.55.1") if entry["type"].endswith(f":{type_}"))
    return {name for entry in recorded for name in entry["outputs"]}


def test_a_client_as_declared_has_no_differences() -> None:
    assert differences.of_client(_client(), _CLIENT) == ()


@pytest.mark.parametrize("name", sorted(_REMOVED))
def test_a_value_that_the_plugin_would_remove_is_a_difference(name: str) -> None:
    [difference] = differences.of_client(_client(**{name: _REMOVED[name]}), _CLIENT)
    assert difference.property in _properties("Client")
    assert difference.stack is None
    assert "s3cr3t" not in repr(difference)


def test_values_that_the_plugin_keeps_are_no_differences() -> None:
    kept = {
        "jwt_configuration": {"alg": "RS256", "lifetime_in_seconds": 60, "secret_encoded": True},
        "refresh_token": {"rotation_type": "rotating", "expiration_type": "expiring"},
        "organization_usage": "deny",
        "mobile": {"ios": {}},
        "custom_login_page_on": False,
    }
    assert differences.of_client(_client(**kept), _CLIENT) == ()


def test_values_of_the_metadata_are_not_shown() -> None:
    [difference] = differences.of_client(_client(client_metadata={"token": "s3cr3t"}), _CLIENT)
    assert difference == Difference("clientMetadata", ["token"], {"flow_mcp_owner": "flow-mcp:hooli"})


def test_an_api_differs_by_the_properties_of_the_plugin() -> None:
    more = {"signing_alg": "HS256", "enforce_policies": True, "verification_location": "https://x.example"}
    names = {difference.property for difference in differences.of_api(api("api-1", PRODUCTION, **more), _API)}
    assert names == {
        *("enforcePolicies", "name", "signingAlg", "subjectTypeAuthorization"),
        *("tokenLifetime", "tokenLifetimeForWeb", "verificationLocation"),
    }
    assert names <= _properties("ResourceServer")


def test_permissions_are_compared_without_their_order() -> None:
    scopes = [{"value": "b", "description": "B"}, {"value": "a"}]
    wanted = [{"name": "a", "description": ""}, {"name": "b", "description": "B"}]
    assert differences.of_scopes({"scopes": scopes}, {"scopes": wanted}) == ()
    assert len(differences.of_scopes({"scopes": scopes[:1]}, {"scopes": wanted})) == 1


@pytest.mark.parametrize(
    ("app_type", "method"),
    [("native", "none"), ("spa", "none"), ("regular_web", "client_secret_post"), ("", "client_secret_basic")],
)
def test_the_method_of_a_client_without_one_follows_from_its_type(app_type: str, method: str) -> None:
    assert differences.of_credentials({"app_type": app_type}, method) == ()
    assert differences.of_credentials({"app_type": app_type}, "other") == (
        Difference("authenticationMethod", method, "other"),
    )
