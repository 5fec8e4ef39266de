"""Compare the state of the locally built Keycloak plugin with that of the official one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.review.policy.rule import SETTINGS
from flow_mcp.review.preview.values import plain
from tests.live.tenant import Tenant
from tests.recorded import resources

STACK = "acmeo"
OFFICIAL = "acme.keycloak-6.14.1"
BEFORE = "acme.keycloak-built-before"
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")

Resources = Mapping[tuple[str, str], Mapping[str, Any]]
"""Resources of Keycloak in a state, by type and name."""


@pytest.fixture(scope="module")
def tenant(module_scratch: ScratchProject, keycloak: LocalKeycloak) -> Iterator[Tenant]:
    """The tenant of the recorded state, created with the locally built plugin."""
    (inputs,) = (item["inputs"] for item in resources(OFFICIAL) if item["type"] == SETTINGS)
    declaration = deepcopy(inputs["tenant"])
    declaration["authorizationServer"]["keycloak"]["url"] = keycloak.url
    tenant = Tenant(STACK, module_scratch)
    tenant.create()
    tenant.declare(declaration)
    tenant.up()
    yield tenant
    module_scratch.pulumi("destroy", "--yes", "--skip-preview", "--remove", "--stack", STACK)


def exported(tenant: Tenant) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(tenant.scratch.pulumi("stack", "export", "--stack", STACK).stdout)
    return state


def by_name(items: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (item["type"], item["urn"].rpartition("::")[2]): item
        for item in items
        if item["type"].startswith("keycloak:")
    }


def comparable(value: Any) -> Any:
    """Remove values that differ between runs: IDs, addresses, secrets and the order of sets."""
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in value.items() if key != "__pulumi_raw_state_delta"}
    if isinstance(value, list):
        return sorted(map(comparable, value), key=json.dumps)
    return _ADDRESS.sub("http://keycloak", _ID.sub("id", value)) if isinstance(value, str) else value


def differences(official: Resources, built: Resources) -> set[tuple[str, str, str]]:
    """List type, `inputs` or `outputs`, and property of all differences."""
    assert official.keys() == built.keys()
    differing = set()
    for key, one in official.items():
        for side in ("inputs", "outputs"):
            ours, theirs = (comparable(plain(item.get(side) or {})) for item in (built[key], one))
            differing |= {
                (key[0].rpartition(":")[2], side, name)
                for name in ours.keys() | theirs.keys()
                if ours.get(name) != theirs.get(name)
            }
    return differing


def as_before(value: Any, before: Any) -> Any:
    """Reduce a value to the properties that an earlier build knew."""
    if isinstance(value, dict) and isinstance(before, dict):
        return {key: as_before(value[key], before[key]) for key in value.keys() & before.keys()}
    return None if before is None else value


def test_the_state_equals_that_of_the_official_plugin(tenant: Tenant) -> None:
    built = by_name(exported(tenant)["deployment"]["resources"])
    # The program that left the recorded state did not set this property; its value is the same in both.
    assert differences(by_name(resources(OFFICIAL)), built) == {
        ("Client", "inputs", "requireDpopBoundTokens")
    }


def test_the_next_update_migrates_an_older_state_without_replacements(tenant: Tenant) -> None:
    state = exported(tenant)
    whole = by_name(deepcopy(state)["deployment"]["resources"])
    before = by_name(resources(BEFORE))
    for key, resource in by_name(state["deployment"]["resources"]).items():
        for side in ("inputs", "outputs"):
            resource[side] = as_before(resource[side], before[key][side])
    assert differences(by_name(state["deployment"]["resources"]), whole) >= {
        ("Role", "outputs", "attributes"),
        ("Role", "outputs", "import"),
        ("ClientScope", "inputs", "includeInOpenidProviderMetadata"),
    }
    file = tenant.scratch.directory / "before.json"
    file.write_text(json.dumps(state), encoding="utf-8")
    tenant.scratch.pulumi("stack", "import", "--file", str(file), "--stack", STACK)

    assert tenant.changes().keys() == {"update"}
    tenant.up()

    mended = by_name(exported(tenant)["deployment"]["resources"])
    assert differences(whole, mended) == set()
    assert {key: item["id"] for key, item in mended.items()} == {
        key: item["id"] for key, item in whole.items()
    }
    assert tenant.changes() == {}
