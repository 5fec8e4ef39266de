"""Conversion between plain values and Pulumi's property values."""

from __future__ import annotations

from typing import Any

from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2

from flow_mcp.engine.plugin.values import UNKNOWN, plain, properties, secret_names, unknown_names


def _from_engine(values: dict[str, Any]) -> dict[str, PropertyValue]:
    request = provider_pb2.CreateRequest()
    request.properties.update(values)
    return PropertyValue.unmarshal_map(request.properties)


def _secret(value: Any) -> dict[str, Any]:
    return {rpc._special_sig_key: rpc._special_secret_sig, "value": value}


def test_values_from_the_engine_become_plain_values() -> None:
    sent = {
        "open": True,
        "maximum": 200,
        "share": 0.5,
        "hosts": ["a", "b"],
        "former": {"policies": {"trusted-hosts": {"config": {"x": ["true"]}}}},
        "absent": None,
    }
    received = plain(_from_engine(sent))
    assert received == {key: value for key, value in sent.items() if value is not None}
    assert isinstance(received["maximum"], int)


def test_an_unknown_value_differs_from_a_string() -> None:
    received = plain(_from_engine({"realm": rpc.UNKNOWN, "hosts": ["a", rpc.UNKNOWN], "url": "unknown"}))
    assert received == {"realm": UNKNOWN, "hosts": ["a", UNKNOWN], "url": "unknown"}
    assert unknown_names(received) == {"realm", "hosts"}


def test_a_secret_becomes_plain_and_its_name_is_listed() -> None:
    sent = _from_engine({"key": _secret("k-1"), "deep": {"inner": [_secret("k-2")]}, "open": "o"})
    assert plain(sent) == {"key": "k-1", "deep": {"inner": ["k-2"]}, "open": "o"}
    assert secret_names(sent) == {"key", "deep"}


def test_plain_values_survive_a_round_trip() -> None:
    values = {
        "open": True,
        "maximum": 200,
        "share": 0.5,
        "hosts": ["a"],
        "former": {"x": ["y"]},
        "none": None,
    }
    del values["none"]
    assert plain(properties(values)) == values


def test_values_that_are_not_set_are_omitted() -> None:
    assert properties({"url": "u", "endpoint": None}) == properties({"url": "u"})


def test_unknown_and_secret_values_are_marked_for_the_engine() -> None:
    wire = PropertyValue.marshal_map(properties({"id": UNKNOWN, "key": "k-1"}, secret={"key"}))
    assert (wire["id"], dict(wire["key"])) == (rpc.UNKNOWN, _secret("k-1"))
