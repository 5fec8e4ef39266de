"""Resources of four stacks as real plugins left them in the state.

The plugins are azuread 6.11.1, auth0 3.55.1 and keycloak 6.14.1. `acme.keycloak-built-before` was left by the
plugin that is built here, before it had all properties of the official one. Secrets and source positions were
removed.
A plugin returns every property of a resource type: `null` or an empty value where nothing was set.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

STATES = ("acme.keycloak-6.14.1", "contoso.azuread-6.11.1", "fabrikam.azuread-6.11.1", "initech.auth0-3.55.1")
"""Names of the recorded states: the stack, the plugin and its version."""


def resources(state: str) -> list[dict[str, Any]]:
    """The resources of a recorded state, in the order of the state."""
    content: dict[str, Any] = json.loads(Path(__file__).with_name(f"{state}.json").read_bytes())
    found: list[dict[str, Any]] = content["resources"]
    return found


def is_unset(value: Any) -> bool:
    """Whether a value is what plugins return where nothing was set: `null`, or empty all the way down."""
    if isinstance(value, dict):
        return all(map(is_unset, value.values()))
    if isinstance(value, list):
        return all(map(is_unset, value))
    return not value


@cache
def unset_values() -> Mapping[tuple[str, str], Any]:
    """What plugins return for properties that were not set, by resource type and property.

    Where the recordings hold both `null` and another empty value for a property, it is the other one, which a
    reader takes for a value more easily.
    """
    found: dict[tuple[str, str], Any] = {}
    for state in STATES:
        for resource in resources(state):
            for name, value in (resource.get("outputs") or {}).items():
                if name not in (resource.get("inputs") or {}) and is_unset(value):
                    key = (resource["type"], name)
                    found[key] = value if found.get(key) is None else found[key]
    return found
