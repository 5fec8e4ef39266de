"""Plain values are read, parts of which are unknown."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.resources.component import declared
from flow_mcp.review.policy.resources.values import at, document, leaves
from flow_mcp.review.policy.rule import Unknown

UNKNOWN = Unknown("somewhere")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"a": {"b": 1}}, 1),
        ({"a": {}}, None),
        ({"a": UNKNOWN}, UNKNOWN),
        (UNKNOWN, UNKNOWN),
        ({"a": [1]}, None),
        (None, None),
    ],
)
def test_the_value_at_a_path_of_keys_is_returned(values: Any, expected: Any) -> None:
    assert at(values, "a", "b") == expected


def test_every_scalar_is_yielded_with_its_path() -> None:
    value = {"a": [1, {"b": UNKNOWN}, None], "c": {}, "d": True}
    assert list(leaves(value)) == [(("a", 0), 1), (("a", 1, "b"), UNKNOWN), (("d",), True)]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [('{"a": 1}', {"a": 1}), ("[]", None), ("no", None), (7, None), (UNKNOWN, UNKNOWN)],
)
def test_the_settings_output_is_read_as_a_json_object_or_none(settings: Any, expected: Any) -> None:
    assert document(settings) == expected


def test_a_declaration_is_read_from_inputs_with_doubles() -> None:
    dynamic = {"redirectHosts": ["claude.ai"], "maximumClients": 20.0, "access": ["456/test"]}
    server = {
        "keycloak": {
            "url": "https://id.acme.example",
            "realm": {"name": "acme", "create": True},
            "registration": {"dynamic": dynamic},
        }
    }
    assert declared(declares(server).inputs).server.registration.dynamic.maximum_clients == 20  # type: ignore[attr-defined] # Keycloak's


def test_a_declaration_with_an_unknown_part_is_rejected() -> None:
    with pytest.raises(DeclarationError, match="contains values other than strings"):
        declared(declares(clients=UNKNOWN).inputs)
