"""The calls of the demo: who calls what with which token, and what the runtime must answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import httpx

from flow_mcp.local.demo.by_hand import HandMade
from flow_mcp.operations.token_client import fetch_program_token
from flow_mcp.runtime import Decision, KeyCache, Validator
from flow_mcp.settings import Client, SettingsDocument


@dataclass(frozen=True)
class TenantInDemo:
    """A tenant as its stack's outputs describe it; `secrets` by client name."""

    document: SettingsDocument
    secrets: Mapping[str, str] = field(repr=False)

    def client(self, name: str) -> Client:
        return next(
            client for client in self.document.authorization_servers[0].clients if client.name == name
        )

    def url(self, key: str) -> str:
        return next(resource.url for resource in self.document.protected_resources if resource.key == key)


@dataclass(frozen=True)
class Call:
    """One call: what it shows, what must be answered, and what was."""

    what: str
    resource: str
    expected: int
    decision: Decision

    @property
    def as_expected(self) -> bool:
        return self.decision.status == self.expected


def calls(
    acme: TenantInDemo, globex: TenantInDemo, legacy: HandMade, rogue: HandMade, http: httpx.Client
) -> Iterator[Call]:
    """Fetch the tokens and let the runtime decide; yields each call as soon as it is decided."""
    keys = KeyCache()
    runtime = Validator(acme.document, keys)
    production = acme.url("456/production")
    nightly = acme.client("nightly-agent")

    def token(tenant: TenantInDemo, name: str, key: str) -> str:
        client = tenant.client(name)
        request = next(r for r in client.token_requests if r.resource == tenant.url(key))
        return fetch_program_token(http, client, request, tenant.secrets[name])

    def hand_made_token(made: HandMade, *, without: tuple[str, ...] = ()) -> str:
        client = nightly.model_copy(update={"name": made.client_id, "client_id": made.client_id})
        request = next(r for r in nightly.token_requests if r.resource == production)
        return fetch_program_token(http, client, request, made.secret, without=without)

    def call(what: str, expected: int, bearer: str | None, validator: Validator = runtime) -> Call:
        return Call(what, production, expected, validator.decide(production, bearer))

    own = token(acme, "nightly-agent", "456/production")
    yield call("own client, own token", 200, own)
    yield call("no token", 401, None)
    yield call("another tenant's token", 401, token(globex, "reporting", "12/production"))
    yield call("an unregistered client", 401, hand_made_token(rogue))
    yield call("a token for another environment", 401, token(acme, "nightly-agent", "456/test"))
    yield call("a token without the scope", 403, hand_made_token(legacy, without=("scope",)))
    yield call("a client that was not given this resource", 403, token(acme, "test-agent", "456/test"))
    yield call("a tenant with no settings", 401, own, Validator(None, keys))
