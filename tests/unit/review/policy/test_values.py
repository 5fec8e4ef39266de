"""Reading plain values, parts of which are unknown."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.resources.component_inputs import declared
from flow_mcp.review.policy.resources.values import at, document, leaves
from flow_mcp.review.policy.rule import Unknown

UNKNOWN = Unknown("somewhere")


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"a": {"b": 1}}, 1),
        ({"a": {}}, None),
        ({"a": UNKNOWN}, UNKNOWN),
        (UNKNOWN, UNKNOWN),
        ({"a": [1]}, None),
        (None, None),
    ],
)
def test_the_value_below_some_keys(values: Any, found: Any) -> None:
    assert at(values, "a", "b") == found


def test_every_leaf_has_its_path() -> None:
    value = {"a": [1, {"b": UNKNOWN}, None], "c": {}, "d": True}
    assert list(leaves(value)) == [(("a", 0), 1), (("a", 1, "b"), UNKNOWN), (("d",), True)]


@pytest.mark.parametrize(
    ("settings", "found"), [('{"a": 1}', {"a": 1}), ("[]", None), ("no", None), (7, None), (UNKNOWN, UNKNOWN)]
)
def test_the_output_settings_is_a_json_object_or_nothing(settings: Any, found: Any) -> None:
    assert document(settings) == found


def test_a_declaration_is_read_back_though_its_numbers_are_doubles() -> None:
    dynamic = {"redirectHosts": ["claude.ai"], "maximumClients": 20.0, "access": ["456/test"]}
    server = {
        "keycloak": {
            "url": "https://id.acme.example",
            "realm": {"name": "acme", "create": True},
            "registration": {"dynamic": dynamic},
        }
    }
    assert declared(declares(server).inputs).server.registration.dynamic.maximum_clients == 20  # type: ignore[attr-defined] # Keycloak's


def test_a_declaration_with_an_unknown_part_is_none() -> None:
    with pytest.raises(DeclarationError, match="contains values other than strings"):
        declared(declares(clients=UNKNOWN).inputs)
