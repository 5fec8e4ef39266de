"""Tests of the look-up of the protected resource of an address."""

from __future__ import annotations

import pytest

from flow_mcp.runtime.resources import find_resource
from flow_mcp.settings import ProtectedResource
from tests.unit.runtime.acme import BASE, PRODUCTION, TEST, resource

NESTED = resource("production").model_copy(update={"url": PRODUCTION + "/sandbox", "environment": "sandbox"})
RESOURCES = (resource("production"), NESTED, resource("test"))


def url_of(address: str) -> str | None:
    match: ProtectedResource | None = find_resource(RESOURCES, address)
    return match.url if match else None


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (PRODUCTION, PRODUCTION),
        (PRODUCTION + "/", PRODUCTION),
        (PRODUCTION + "/mcp", PRODUCTION),
        (PRODUCTION + "/mcp/messages/", PRODUCTION),
        (PRODUCTION + "/my%20tool", PRODUCTION),
        (PRODUCTION + "/a.b/..c/.well-known", PRODUCTION),
        (PRODUCTION + "/sandbox", PRODUCTION + "/sandbox"),
        (PRODUCTION + "/sandbox/mcp", PRODUCTION + "/sandbox"),
        (PRODUCTION + "/sandbox2", PRODUCTION),
        (TEST, TEST),
    ],
)
def test_an_address_belongs_to_the_longest_url_that_begins_it_in_whole_segments(
    address: str, url: str
) -> None:
    assert url_of(address) == url


@pytest.mark.parametrize(
    "address",
    [
        pytest.param(PRODUCTION + "2", id="neighbour by a letter more"),
        pytest.param(PRODUCTION[:-1], id="neighbour by a letter less"),
        pytest.param(PRODUCTION + "%32", id="neighbour by an escaped letter"),
        pytest.param(BASE, id="above every resource"),
        pytest.param(BASE + "staging", id="environment that is not declared"),
        pytest.param(PRODUCTION.replace("production", "Production"), id="other letters in the path"),
        pytest.param(PRODUCTION.replace("https", "HTTPS"), id="other letters in the scheme"),
        pytest.param(PRODUCTION.replace("app.", "APP."), id="other letters in the host"),
        pytest.param(PRODUCTION.replace("https", "http"), id="other scheme"),
        pytest.param(PRODUCTION.replace(".biz", ".biz:443"), id="port written out"),
        pytest.param(PRODUCTION.replace(".biz", ".biz."), id="host with a dot at the end"),
        pytest.param(PRODUCTION.replace(".biz", ".biz.evil.example"), id="host that only begins alike"),
        pytest.param(PRODUCTION.replace("://", "://user@"), id="user in front of the host"),
        pytest.param(PRODUCTION.replace("://", "://evil.example\\@"), id="backslash before the host"),
        pytest.param("https://evil.example/?" + PRODUCTION, id="address in a query"),
        pytest.param("https://evil.example#" + PRODUCTION, id="address in a fragment"),
        pytest.param(PRODUCTION + "?access_token=a", id="query"),
        pytest.param(PRODUCTION + "#top", id="fragment"),
        pytest.param(TEST + "/../production", id="dot segments"),
        pytest.param(TEST + "/..", id="dot segments at the end"),
        pytest.param(PRODUCTION + "/./mcp", id="single dot"),
        pytest.param(PRODUCTION + "/../test", id="dot segments out of a match"),
        pytest.param(PRODUCTION + "/%2e%2e/test", id="escaped dots"),
        pytest.param(PRODUCTION + "/.%2E/test", id="half escaped dots"),
        pytest.param(PRODUCTION + "/%252e%252e/test", id="dots escaped twice"),
        pytest.param(PRODUCTION + "%2fmcp", id="escaped slash"),
        pytest.param(PRODUCTION + "/a%2Fb", id="escaped slash, capital"),
        pytest.param(PRODUCTION + "/a%5cb", id="escaped backslash"),
        pytest.param(PRODUCTION + "/a%00", id="escaped zero byte"),
        pytest.param(PRODUCTION + "/a%0d%0a", id="escaped line break"),
        pytest.param(PRODUCTION + "/a%7f", id="escaped delete"),
        pytest.param(PRODUCTION + "/a%3b", id="escaped semicolon"),
        pytest.param(PRODUCTION + "/a%", id="percent sign alone"),
        pytest.param(PRODUCTION + "/a%zz", id="escape that is none"),
        pytest.param(PRODUCTION + "\\mcp", id="backslash"),
        pytest.param(PRODUCTION + ";v=1", id="parameter"),
        pytest.param(PRODUCTION + "/a;b", id="parameter further on"),
        pytest.param(PRODUCTION + "//mcp", id="empty segment"),
        pytest.param(PRODUCTION + "//", id="two slashes at the end"),
        pytest.param(PRODUCTION.replace("/mcp/", "//mcp/"), id="empty segment within"),
        pytest.param(PRODUCTION + " ", id="space"),
        pytest.param(PRODUCTION + "\n", id="line break"),
        pytest.param(PRODUCTION + "/\u2024\u2024/test", id="letters that look like dots"),
        pytest.param(PRODUCTION.removeprefix("https:"), id="no scheme"),
        pytest.param("", id="nothing"),
        pytest.param("/", id="a slash"),
    ],
)
def test_an_invalid_or_ambiguous_address_belongs_to_no_resource(address: str) -> None:
    assert url_of(address) is None


@pytest.mark.parametrize("order", [RESOURCES, RESOURCES[::-1]])
def test_the_order_of_resources_does_not_matter(order: tuple[ProtectedResource, ...]) -> None:
    match = find_resource(order, PRODUCTION + "/sandbox/mcp")
    assert match is NESTED
