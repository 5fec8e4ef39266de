"""An Auth0 tenant that administrators made by hand, in the form of its Management API.

It has a tenant's APIs, applications of varied kinds, and applications of others.
"""

from __future__ import annotations

from typing import Any

DOMAIN = "handmade.eu.auth0.com"
BASE = "https://app.profitbase.biz/flow/mcp/tenants/handmade/workspaces/1/environments"
PRODUCTION, TEST = f"{BASE}/production", f"{BASE}/test"
_ROTATING = {
    "rotation_type": "rotating",
    "expiration_type": "expiring",
    "token_lifetime": 2592000,
    "idle_token_lifetime": 1296000,
    "leeway": 0,
    "infinite_token_lifetime": False,
    "infinite_idle_token_lifetime": False,
}


def _application(client_id: str, name: str, *grants: str, **more: Any) -> dict[str, Any]:
    return {
        "client_id": client_id,
        "client_secret": f"{client_id}-secret",
        "tenant": "handmade",
        "name": name,
        "global": False,
        "is_first_party": True,
        "oidc_conformant": True,
        "sso_disabled": False,
        "cross_origin_auth": False,
        "custom_login_page_on": True,
        "is_token_endpoint_ip_header_trusted": False,
        "jwt_configuration": {"alg": "RS256", "lifetime_in_seconds": 36000, "secret_encoded": False},
        "grant_types": list(grants),
        **more,
    }


def _program(client_id: str, name: str, **more: Any) -> dict[str, Any]:
    defaults = {"app_type": "non_interactive", "token_endpoint_auth_method": "client_secret_post"}
    return _application(client_id, name, "client_credentials", **{**defaults, **more})


def _grant(number: int, client_id: str, audience: str, subject: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"cgr_{number:016}",
        "client_id": client_id,
        "audience": audience,
        "scope": ["mcp:access"],
        "subject_type": subject,
        **more,
    }


_PEOPLE = ("authorization_code", "refresh_token")
EXISTING: dict[str, list[dict[str, Any]]] = {
    "clients": [
        _application(
            "web0000000000000000000000000000A",
            "Planner portal",
            *_PEOPLE,
            "client_credentials",
            app_type="regular_web",
            token_endpoint_auth_method="client_secret_post",
            callbacks=["https://portal.handmade.example/cb", "https://*.handmade.example/cb"],
            allowed_logout_urls=["https://portal.handmade.example"],
            web_origins=["https://portal.handmade.example"],
            refresh_token=_ROTATING,
            client_metadata={"team": "planning"},
            organization_usage="allow",
        ),
        _application(
            "spa0000000000000000000000000000B",
            "Browser app 日本語",
            *_PEOPLE,
            "implicit",
            app_type="spa",
            token_endpoint_auth_method="none",
            callbacks=["http://127.0.0.1:6274/oauth/callback"],
            allowed_origins=["https://browser.handmade.example"],
            refresh_token={**_ROTATING, "leeway": 30},
            cross_origin_auth=True,
            logo_uri="https://handmade.example/logo.png",
        ),
        _application(
            "third000000000000000000000000000C",
            "Partner",
            "authorization_code",
            app_type="native",
            token_endpoint_auth_method="none",
            callbacks=["https://partner.example/cb"],
            is_first_party=False,
            oidc_conformant=False,
            jwt_configuration={"alg": "HS256", "lifetime_in_seconds": 600, "secret_encoded": False},
        ),
        _program("m2m0000000000000000000000000000D", "Nightly agent"),
        _program("m2m0000000000000000000000000000E", "Reports", addons={"samlp": {"audience": "x"}}),
        _program(
            "signer00000000000000000000000000F",
            "Signer",
            client_authentication_methods={"private_key_jwt": {"credentials": [{"id": "cred_1"}]}},
        ),
        _program("erp0000000000000000000000000000G", "ERP"),
        _application("all0000000000000000000000000000H", "All Applications", **{"global": True}),
        _application("dev0000000000000000000000000000I", "Device", "password", app_type="native"),
        _program(
            "stack000000000000000000000000000J",
            "flow-mcp-globex-agent",
            client_metadata={"flow_mcp_owner": "flow-mcp:globex"},
        ),
    ],
    "resource-servers": [
        {
            "id": "5ff0000000000000000000a1",
            "name": "Flow production",
            "identifier": PRODUCTION,
            "scopes": [{"value": "mcp:access", "description": "Use Flow"}, {"value": "read:reports"}],
            "signing_alg": "RS256",
            "allow_offline_access": True,
            "skip_consent_for_verifiable_first_party_clients": True,
            "token_lifetime": 7200,
            "token_lifetime_for_web": 7200,
            "enforce_policies": True,
            "token_dialect": "rfc9068_profile",
            "subject_type_authorization": {
                "user": {"policy": "require_client_grant"},
                "client": {"policy": "require_client_grant"},
            },
        },
        {
            "id": "5ff0000000000000000000a2",
            "name": "Flow test",
            "identifier": TEST,
            "scopes": [{"value": "read:mcp", "description": "Read"}],
            "signing_alg": "RS256",
            "allow_offline_access": True,
            "skip_consent_for_verifiable_first_party_clients": False,
            "token_lifetime": 86400,
            "token_lifetime_for_web": 7200,
            "token_dialect": "access_token",
            "verification_location": "https://handmade.example/jwks",
        },
        {
            "id": "5ff0000000000000000000a3",
            "name": "Auth0 Management API",
            "identifier": f"https://{DOMAIN}/api/v2/",
            "is_system": True,
            "scopes": [{"value": "read:clients", "description": "Read"}],
        },
    ],
    "client-grants": [
        _grant(1, "web0000000000000000000000000000A", PRODUCTION, "user"),
        _grant(2, "spa0000000000000000000000000000B", PRODUCTION, "user", allow_all_scopes=True, scope=[]),
        _grant(
            3, "third000000000000000000000000000C", PRODUCTION, "user", scope=["read:reports", "mcp:access"]
        ),
        _grant(4, "m2m0000000000000000000000000000D", PRODUCTION, "client"),
        _grant(
            5,
            "m2m0000000000000000000000000000E",
            TEST,
            "client",
            scope=["read:mcp"],
            organization_usage="deny",
        ),
        _grant(6, "signer00000000000000000000000000F", TEST, "client", scope=["read:mcp"]),
        _grant(7, "dev0000000000000000000000000000I", PRODUCTION, "user"),
        _grant(8, "stack000000000000000000000000000J", PRODUCTION, "client"),
        {**_grant(9, "", PRODUCTION, "user"), "client_id": None, "default_for": "third_party_clients"},
    ],
    "roles": [
        {
            "id": "rol_planners00000000",
            "name": "planners",
            "description": "Planning",
            "permissions": [
                {"resource_server_identifier": PRODUCTION, "permission_name": "mcp:access"},
                {"resource_server_identifier": "https://erp.handmade.example", "permission_name": "read"},
            ],
        },
        {
            "id": "rol_readers000000000",
            "name": "readers",
            "permissions": [{"resource_server_identifier": PRODUCTION, "permission_name": "read:reports"}],
        },
        {"id": "rol_others0000000000", "name": "others", "permissions": []},
    ],
}
"""The lists of the Management API, by path."""
