"""Tests of the look-up of the tenant of an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flow_mcp.runtime import Reason, Validator
from flow_mcp.runtime.resources import find_resource
from flow_mcp.runtime.tenants import AddressIndex, Readiness, TenantResource, Tenants, overlapping
from flow_mcp.settings import ProtectedResource, SettingsDocument
from tests.unit.runtime import acme
from tests.unit.runtime.acme import PRODUCTION, TEST

OTHER_TEST = TEST.replace("acme", "other")


def other(**urls: str) -> SettingsDocument:
    """Return another tenant of the same authorization server; `urls` replaces addresses by environment."""
    resources = tuple(
        resource.model_copy(
            update={"url": urls.get(resource.environment, resource.url.replace("acme", "other"))}
        )
        for resource in acme.settings().protected_resources
    )
    return acme.settings().model_copy(update={"tenant": "other", "protected_resources": resources})


@pytest.mark.parametrize(
    ("address", "tenant", "url"),
    [
        (PRODUCTION, "acme", PRODUCTION),
        (PRODUCTION + "/", "acme", PRODUCTION),
        (PRODUCTION + "/messages/1", "acme", PRODUCTION),
        (TEST, "acme", TEST),
        (OTHER_TEST, "other", OTHER_TEST),
    ],
)
def test_an_address_belongs_to_the_resource_with_the_longest_prefix(
    address: str, tenant: str, url: str
) -> None:
    place = Tenants([acme.settings(), other()]).find(address)
    assert place is not None
    assert place.resource is not None
    assert (place.tenant, place.resource.url) == (tenant, url)
    assert place.validator.decide(address, None).reason is Reason.NO_TOKEN


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/",
        PRODUCTION + "2",
        PRODUCTION[:-1],
        acme.BASE,
        PRODUCTION.replace("https", "http"),
        PRODUCTION.upper(),
        "https://evil.example/" + PRODUCTION,
        PRODUCTION.replace("acme", "nobody"),
    ],
)
def test_other_addresses_belong_to_no_tenant(address: str) -> None:
    assert Tenants([acme.settings(), other()]).find(address) is None


def test_no_tenants_have_no_addresses() -> None:
    assert Tenants([]).find(PRODUCTION) is None


def test_fixed_settings_are_ready() -> None:
    assert Tenants([]).readiness() == Readiness(ready=True, alarms={})


def test_two_tenants_cannot_have_one_address() -> None:
    thief = other(production=PRODUCTION)
    with pytest.raises(ValueError, match="the tenants acme and other overlap"):
        Tenants([thief, acme.settings()])


PATHS = st.lists(st.sampled_from(["a", "b", "ab", "a.b"]), max_size=4).map("/".join)


@given(
    st.lists(PATHS.map("https://h/x/{}".format), unique=True, min_size=1), PATHS, st.sampled_from(["", "/"])
)
def test_the_index_finds_the_same_resource_as_a_decision(urls: list[str], path: str, end: str) -> None:
    urls = sorted({url.rstrip("/") for url in urls})
    resources = [acme.resource("production").model_copy(update={"url": url}) for url in urls]
    closed = Validator(None)
    index = AddressIndex((resource.url, TenantResource("acme", closed, resource)) for resource in resources)
    address = f"https://h/x/{path}".rstrip("/") + end
    place = index.find(address)
    resource: ProtectedResource | None = place.resource if place else None
    assert resource == find_resource(resources, address)


@pytest.mark.parametrize(
    ("owned", "pairs"),
    [
        ([("h/a", "one"), ("h/b", "two")], []),
        ([("h/a", "one"), ("h/ab", "two"), ("h/a-b", "three")], []),
        ([("h/a", "one"), ("h/a/b", "one")], []),
        ([("h/a", "one"), ("h/a", "two")], [("one", "two")]),
        ([("h/a/b", "one"), ("h/a", "two")], [("two", "one")]),
        (
            [("h", "one"), ("h/a", "one"), ("h/a/b", "two"), ("h/c", "three")],
            [("one", "two"), ("one", "three")],
        ),
        ([("h/a", "one"), ("h/a/x", "one"), ("h/a.b", "two"), ("h/a/b", "three")], [("one", "three")]),
    ],
)
def test_owners_with_equal_or_nested_urls_overlap(
    owned: list[tuple[str, str]], pairs: list[tuple[str, str]]
) -> None:
    assert overlapping(owned) == pairs
    assert overlapping(reversed(owned)) == pairs
