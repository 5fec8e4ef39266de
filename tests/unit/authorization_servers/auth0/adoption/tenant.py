"""An Auth0 tenant in memory that answers the requests of an adoption.

The objects have the shapes of https://auth0.com/docs/api/management/v2.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from flow_mcp.authorization_servers.adoption import AdoptionRequest
from flow_mcp.authorization_servers.auth0.adoption.reader import Auth0Reader
from flow_mcp.operations.adopt.proposal import Proposal, propose

DOMAIN = "hooli.eu.auth0.com"
FLOW = "https://app.profitbase.biz/flow"
BASE = f"{FLOW}/mcp/tenants/hooli/workspaces/7/environments"
PRODUCTION, TEST = f"{BASE}/production", f"{BASE}/test"


class TenantInMemory:
    """Answers lists from prepared objects by path; the grants are filtered by their API."""

    domain = DOMAIN

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = content

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def listed(self, path: str, permissions: str, **query: Any) -> list[dict[str, Any]]:
        del permissions
        objects = [entry for entry in self._content.get(path, ()) if isinstance(entry, dict)]
        audience = query.get("audience")
        return [entry for entry in objects if audience is None or entry.get("audience") == audience]


def application(client_id: str, name: str, *grants: str, **more: Any) -> dict[str, Any]:
    """Return an application as Auth0's dashboard creates it."""
    return {
        "client_id": client_id,
        "tenant": "hooli",
        "name": name,
        "global": False,
        "is_first_party": True,
        "oidc_conformant": True,
        "sso_disabled": False,
        "cross_origin_auth": False,
        "jwt_configuration": {"alg": "RS256", "lifetime_in_seconds": 36000, "secret_encoded": False},
        "grant_types": list(grants),
        "custom_login_page_on": True,
        **more,
    }


def program(client_id: str, name: str, **more: Any) -> dict[str, Any]:
    """Return a machine-to-machine application."""
    defaults = {"app_type": "non_interactive", "token_endpoint_auth_method": "client_secret_post"}
    return application(client_id, name, "client_credentials", **{**defaults, **more})


def api(identity: str, identifier: str, **more: Any) -> dict[str, Any]:
    """Return an API as Auth0's dashboard creates it."""
    return {
        "id": identity,
        "name": "Flow",
        "identifier": identifier,
        "scopes": [{"value": "mcp:access", "description": "Use Flow"}],
        "signing_alg": "RS256",
        "allow_offline_access": False,
        "skip_consent_for_verifiable_first_party_clients": True,
        "token_lifetime": 86400,
        "token_lifetime_for_web": 7200,
        "token_dialect": "rfc9068_profile",
        **more,
    }


def grant(identity: str, client_id: str, audience: str, **more: Any) -> dict[str, Any]:
    """Return a client grant of a program."""
    return {
        "id": identity,
        "client_id": client_id,
        "audience": audience,
        "scope": ["mcp:access"],
        "subject_type": "client",
        **more,
    }


def content(
    clients: list[Any], apis: list[Any], grants: list[Any] | None = None, **more: Any
) -> dict[str, Any]:
    """Return the lists of an Auth0 tenant by path."""
    return {
        "/api/v2/clients": clients,
        "/api/v2/resource-servers": apis,
        "/api/v2/client-grants": grants or [],
        **{f"/api/v2/{path}": listed for path, listed in more.items()},
    }


def proposal(objects: Mapping[str, Any], **request: Any) -> Proposal:
    """Return the proposal for the tenant hooli of an Auth0 tenant with these objects."""
    reader = Auth0Reader(lambda _: TenantInMemory(objects))  # type: ignore[arg-type,return-value]
    known = AdoptionRequest("hooli", FLOW, {"domain": DOMAIN}, **request)
    return propose("hooli", "auth0", reader, known, {"server": FLOW}, lambda _: None)
