"""Checks of what browsers ask before a page may call (CORS)."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.operations.verify.check import check
from flow_mcp.operations.verify.observation import Observation, judged, skipped
from flow_mcp.operations.verify.target import Target

_FETCH = "https://fetch.spec.whatwg.org/#cors-preflight-fetch"


@check(
    "V-CORS-001",
    "Pages of declared origins may read the metadata",
    meaning="Clients that run in a browser (the MCP Inspector) do not get past discovery.",
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
    "Pages of declared origins may ask for tokens",
    meaning="Clients that run in a browser sign people in and then cannot fetch the token.",
    remedy="List the origin in the client's `webOrigins`, then `pulumi up`; look at the proxy's own CORS "
    "rules.",
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
    "Pages of declared origins may register",
    meaning="Clients that run in a browser cannot register themselves.",
    remedy="Keycloak: update to 26.5 or later and list the origin in `registration.dynamic.corsOrigins`.",
    reference="https://github.com/keycloak/keycloak/issues/43514",
)
def registration(target: Target) -> Iterator[Observation]:
    origins = _registration_origins(target)
    if not origins:
        yield skipped("", "registration declares no origins")
    for origin in origins:
        yield _preflight(target, origin, str(target.metadata.get("registration_endpoint")))


def _token_origins(target: Target) -> list[str]:
    return sorted({origin for c in target.declared.tenant.clients.values() for origin in c.web_origins})


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
    # POST needs no listing (Fetch, CORS-safelisted method); the header `content-type` with JSON does.
    return _allowed(origin, answer, f", methods {methods or 'none'}")


def _allowed(origin: str, answer: httpx.Response, more: str = "") -> Observation:
    named = answer.headers.get("access-control-allow-origin")
    seen = f"answered {answer.status_code}, origin {named or 'not allowed'}{more}"
    return judged(origin, seen, right=answer.is_success and named in {origin, "*"})
