"""Tests of the protected resource of an address, beside those of the test vectors."""

from __future__ import annotations

import pytest

from flow_mcp.runtime.resources import find_resource
from flow_mcp.settings import ProtectedResource
from tests.unit.runtime.acme import BASE, PRODUCTION, TEST, resource

NESTED = resource("production").model_copy(update={"url": PRODUCTION + "/sandbox", "environment": "sandbox"})
RESOURCES = (resource("production"), NESTED, resource("test"))


@pytest.mark.parametrize(
    "address",
    [
        pytest.param(PRODUCTION + "%32", id="neighbour by an escaped letter"),
        pytest.param(BASE, id="above every resource"),
        pytest.param(PRODUCTION.replace(".biz", ".biz."), id="host with a dot at the end"),
        pytest.param(PRODUCTION.replace("://", "://evil.example\\@"), id="backslash before the host"),
        pytest.param("https://evil.example/?" + PRODUCTION, id="address in a query"),
        pytest.param("https://evil.example#" + PRODUCTION, id="address in a fragment"),
        pytest.param(PRODUCTION + "?access_token=a", id="query"),
        pytest.param(PRODUCTION + "#top", id="fragment"),
        pytest.param(TEST + "/..", id="dot segments at the end"),
        pytest.param(PRODUCTION + "%2fmcp", id="escaped slash"),
        pytest.param(PRODUCTION + "/a%3b", id="escaped semicolon"),
        pytest.param(PRODUCTION + "\\mcp", id="backslash"),
        pytest.param(PRODUCTION.replace("/mcp/", "//mcp/"), id="empty segment within"),
        pytest.param(PRODUCTION + " ", id="space"),
        pytest.param(PRODUCTION.removeprefix("https:"), id="no scheme"),
        pytest.param("/", id="a slash"),
    ],
)
def test_an_invalid_or_ambiguous_address_belongs_to_no_resource(address: str) -> None:
    assert find_resource(RESOURCES, address) is None


@pytest.mark.parametrize("order", [RESOURCES, RESOURCES[::-1]])
def test_the_order_of_resources_does_not_matter(order: tuple[ProtectedResource, ...]) -> None:
    assert find_resource(order, PRODUCTION + "/sandbox/mcp") is NESTED
