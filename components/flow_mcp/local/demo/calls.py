"""The calls of the demo, with the answers that the runtime must give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import httpx

from flow_mcp.local.demo.by_hand import ManualClient
from flow_mcp.operations.token_client import fetch_program_token
from flow_mcp.runtime import Decision, KeyCache, Validator
from flow_mcp.settings import Client, SettingsDocument


@dataclass(frozen=True)
class DemoTenant:
    """A tenant's settings document and client secrets by client name, from its stack's outputs."""

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
    """One call: its description, the expected status and the decision."""

    description: str
    resource: str
    expected: int
    decision: Decision

    @property
    def as_expected(self) -> bool:
        return self.decision.status == self.expected


def calls(
    acme: DemoTenant, globex: DemoTenant, legacy: ManualClient, rogue: ManualClient, http: httpx.Client
) -> Iterator[Call]:
    """Request the tokens and yield each call as soon as the runtime has decided it."""
    keys = KeyCache()
    runtime = Validator(acme.document, keys)
    production = acme.url("456/production")
    nightly = acme.client("nightly-agent")

    def token(tenant: DemoTenant, name: str, key: str) -> str:
        client = tenant.client(name)
        request = next(item for item in client.token_requests if item.resource == tenant.url(key))
        return fetch_program_token(http, client, request, tenant.secrets[name])

    def manual_client_token(manual: ManualClient, *, without: tuple[str, ...] = ()) -> str:
        client = nightly.model_copy(update={"name": manual.client_id, "client_id": manual.client_id})
        request = next(item for item in nightly.token_requests if item.resource == production)
        return fetch_program_token(http, client, request, manual.secret, without=without)

    def call(description: str, expected: int, bearer: str | None, validator: Validator = runtime) -> Call:
        return Call(description, production, expected, validator.decide(production, bearer))

    agent_token = token(acme, "nightly-agent", "456/production")
    yield call("a declared client with its token", 200, agent_token)
    yield call("no token", 401, None)
    yield call("another tenant's token", 401, token(globex, "reporting", "12/production"))
    yield call("an unregistered client", 401, manual_client_token(rogue))
    yield call("a token for another environment", 401, token(acme, "nightly-agent", "456/test"))
    yield call("a token without the scope", 403, manual_client_token(legacy, without=("scope",)))
    yield call("a client without access to this resource", 403, token(acme, "test-agent", "456/test"))
    yield call("a tenant without settings", 401, agent_token, Validator(None, keys))
