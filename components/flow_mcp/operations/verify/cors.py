"""Checks of CORS: the requests that browsers send before a page may call."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.operations.verify.check import check
from flow_mcp.operations.verify.observation import Observation, observe, skipped
from flow_mcp.operations.verify.target import Target

_FETCH = "https://fetch.spec.whatwg.org/#cors-preflight-fetch"


@check(
    "V-CORS-001",
    "The metadata allows the declared origins",
    meaning="Clients that run in a browser (the MCP Inspector) cannot use discovery.",
    remedy="Allow the origin on /.well-known at the server or its proxy.",
    reference=_FETCH,
)
def discovery(target: Target) -> Iterator[Observation]:
    origins = sorted({*_token_origins(target), *_registration_origins(target)})
    if not origins:
        yield skipped("", "no web origins are declared")
    for origin in origins:
        answer = target.web.ask("GET", target.server.metadata_url, headers={"Origin": origin})
        yield _allowed(origin, answer)


@check(
    "V-CORS-002",
    "The token endpoint allows the declared origins",
    meaning="Clients that run in a browser sign people in and then cannot get the token.",
    remedy="List the origin in the client's `webOrigins` and run `pulumi up`. Check the CORS rules of a "
    "proxy.",
    reference=_FETCH,
)
def token(target: Target) -> Iterator[Observation]:
    origins = _token_origins(target)
    if not origins:
        yield skipped("", "no client declares web origins")
    for origin in origins:
        yield _preflight(target, origin, str(target.metadata.get("token_endpoint")))


@check(
    "V-CORS-003",
    "The registration endpoint allows the declared origins",
    meaning="Clients that run in a browser cannot register.",
    remedy="Keycloak: update to 26.5 or later and list the origin in `registration.dynamic.corsOrigins`.",
    reference="https://github.com/keycloak/keycloak/issues/43514",
)
def registration(target: Target) -> Iterator[Observation]:
    origins = _registration_origins(target)
    if not origins:
        yield skipped("", "registration.dynamic declares no origins")
    for origin in origins:
        yield _preflight(target, origin, str(target.metadata.get("registration_endpoint")))


def _token_origins(target: Target) -> list[str]:
    return sorted(
        {origin for client in target.declared.tenant.clients.values() for origin in client.web_origins}
    )


def _registration_origins(target: Target) -> list[str]:
    server = target.declared.server
    dynamic = server.registration.dynamic if isinstance(server, Keycloak) else None
    return sorted(dynamic.cors_origins) if dynamic else []


def _preflight(target: Target, origin: str, url: str) -> Observation:
    answer = target.web.ask(
        "OPTIONS",
        url,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        },
    )
    methods = answer.headers.get("access-control-allow-methods", "")
    # POST needs no permission (Fetch, CORS-safelisted method); the header `content-type` with JSON does.
    return _allowed(origin, answer, f", methods {methods or 'none'}")


def _allowed(origin: str, answer: httpx.Response, details: str = "") -> Observation:
    allowed = answer.headers.get("access-control-allow-origin")
    seen = f"answered {answer.status_code}, origin {allowed or 'not allowed'}{details}"
    return observe(origin, seen, passed=answer.is_success and allowed in {origin, "*"})
