"""Tests of the checks of MCP servers."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from flow_mcp.operations.verify import mcp_server
from flow_mcp.runtime import metadata_url, resource_metadata
from tests.unit.operations.verify.fake import Fake
from tests.unit.runtime import acme


def _serving() -> Fake:
    fake = Fake()
    for resource in fake.settings.protected_resources:
        address = metadata_url(resource.url)
        scope = " ".join(resource_metadata(resource)["scopes_supported"])
        challenge = f'Bearer resource_metadata="{address}", scope="{scope}"'
        fake.answers["POST", resource.url] = httpx.Response(401, headers={"WWW-Authenticate": challenge})
        fake.answer("GET", address, 200, resource_metadata(resource))
    return fake


def test_servers_with_the_settings_pass() -> None:
    for check in (mcp_server.challenge, mcp_server.scopes, mcp_server.metadata):
        assert _serving().statuses(check) == ["pass", "pass"]


@pytest.mark.parametrize(
    ("status", "header"),
    [(200, ""), (401, ""), (401, 'Bearer realm="x"'), (401, 'Bearer resource_metadata="https://x.example/"')],
    ids=["open", "no challenge", "no metadata", "metadata elsewhere"],
)
def test_a_wrong_challenge_is_reported(status: int, header: str) -> None:
    fake = _serving()
    headers = {"WWW-Authenticate": header} if header else {}
    fake.answers["POST", acme.PRODUCTION] = httpx.Response(status, headers=headers)
    assert fake.statuses(mcp_server.challenge) == ["fail", "pass"]
    assert fake.statuses(mcp_server.scopes) == ["warn", "pass"]


@pytest.mark.parametrize(
    "change",
    [{"authorization_servers": [acme.AUTHORITY + "/"]}, {"resource": acme.TEST}, {"scopes_supported": []}],
    ids=["issuer with a slash", "another resource", "no scopes"],
)
def test_metadata_that_differs_in_a_byte_is_reported(change: dict[str, Any]) -> None:
    fake = _serving()
    right = resource_metadata(fake.settings.protected_resources[0])
    fake.answer("GET", acme.WELL_KNOWN, 200, {**right, **change})
    assert fake.statuses(mcp_server.metadata) == ["fail", "pass"]


def test_missing_metadata_is_reported() -> None:
    fake = _serving()
    fake.answer("GET", acme.WELL_KNOWN, 404)
    assert fake.observed(mcp_server.metadata)[0] == (
        "fail",
        "456/production",
        "answered 404 without metadata",
    )


def test_unreachable_mcp_servers_fail_only_with_the_option() -> None:
    fake = Fake()
    for resource in fake.settings.protected_resources:
        fake.answers["POST", resource.url] = httpx.ConnectError("no route")
    assert fake.statuses(mcp_server.challenge) == ["skipped", "skipped"]
    assert fake.statuses(mcp_server.challenge, mcp_server=True) == ["fail", "fail"]
