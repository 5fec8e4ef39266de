"""A sample tenant on Auth0, and functions to load and check it."""

from __future__ import annotations

from functools import cache
from typing import Any

from joserfc.jwk import RSAKey

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.declaration.load import Loaded
from tests.unit.declared import problems_of

SERVER = "https://app.profitbase.biz/flow"
BASE = f"{SERVER}/mcp/tenants/hooli/workspaces/7/environments/"
PRODUCTION, TEST = BASE + "production", BASE + "test"
ISSUER = "https://hooli.eu.auth0.com/"
PEOPLE = {"groups": ["planners"]}


@cache
def public_key() -> str:
    """Return a public key in PEM that Auth0 accepts."""
    return RSAKey.generate_key(2048).as_pem(private=False).decode()


def agent(**changes: Any) -> dict[str, Any]:
    """Return the declaration of a program."""
    return {"grant": "client-credentials", "access": ["7/production"]} | changes


def desktop(**changes: Any) -> dict[str, Any]:
    """Return the declaration of a client for people."""
    uris = ["http://127.0.0.1:6274/oauth/callback"]
    return {"grant": "authorization-code", "redirectUris": uris, "access": ["*"], "people": PEOPLE} | changes


def tenant(
    *,
    auth0: dict[str, Any] | None = None,
    clients: dict[str, Any] | None = None,
    manual: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the tenant's declaration, by default with one program and one client for people."""
    return {
        "id": "hooli",
        "workspaces": {"7": {"environments": ["production", "test"]}},
        "authorizationServer": {"auth0": {"domain": "hooli.eu.auth0.com"} | (auth0 or {})},
        "clients": {"agent": agent(), "desktop": desktop()} if clients is None else clients,
        "manualRegistrations": manual or {},
    }


def load(declared: dict[str, Any]) -> Loaded:
    return from_configuration(declared, {"server": SERVER}, source="hooli")


def problems(declared: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return severity, path and message of all findings."""
    return [
        (problem.severity, problem.path, problem.message) for problem in problems_of(lambda: load(declared))
    ]
