"""Property values of engine events: secrets, unknown values, differences."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.preview.values import (
    SECRET,
    UNKNOWN,
    changed_paths,
    deviations,
    digest,
    path_text,
    plain,
    unknown_paths,
)

SIGNATURE = "4dabf18193072939515e22adb298388d"
HIDDEN = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}
OUTPUT = {SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4"}
UNKNOWN_BOOLEAN = "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7"


def test_secrets_and_unknown_values_become_marks() -> None:
    value = {
        "secret": HIDDEN,
        "inPlain": {**HIDDEN, "plaintext": '"MARKER"'},
        "secretOutput": {**OUTPUT, "value": "MARKER", "secret": True},
        "output": {**OUTPUT, "value": [UNKNOWN_BOOLEAN]},
        "unknownOutput": OUTPUT,
        "list": [1, None, {"deep": UNKNOWN}],
    }

    assert plain(value) == {
        "secret": SECRET,
        "inPlain": SECRET,
        "secretOutput": SECRET,
        "output": [UNKNOWN],
        "unknownOutput": UNKNOWN,
        "list": [1, None, {"deep": UNKNOWN}],
    }
    assert [path_text(path) for path in unknown_paths(plain(value))] == [
        "list[2].deep",
        "output[0]",
        "unknownOutput",
    ]


@pytest.mark.parametrize(
    ("before", "after", "paths"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 2, "d": 2}}, ["a.b", "a.c", "a.d"]),
        ({"a": [1, 2]}, {"a": [1, 3]}, ["a[1]"]),
        ({"a": [1, 2]}, {"a": [1]}, ["a"]),
        ({"a": [1]}, {"a": {"b": 1}}, ["a"]),
        ({"a": SECRET}, {"a": SECRET}, []),
        ({"a\n": 1}, {}, ['"a\\n"']),
        (1, 2, ["."]),
    ],
)
def test_differences_are_listed_by_their_deepest_path(before: Any, after: Any, paths: list[str]) -> None:
    assert [path_text(path) for path in changed_paths(before, after)] == paths


@pytest.mark.parametrize(
    ("approved", "now", "paths"),
    [
        ({"a": UNKNOWN, "b": [1]}, {"a": "known now", "b": [1]}, []),
        ({"a": UNKNOWN}, {"a": UNKNOWN, "b": 1}, ["b"]),
        ({"a": UNKNOWN}, {}, ["a"]),
        ({"a": ["x", UNKNOWN]}, {"a": ["y", "known now"]}, ["a[0]"]),
        ({"a": ["x"]}, {"a": ["x", "y"]}, ["a"]),
        ({"a": ["x", {"b": 1}]}, {"a": [{"b": 1}, "x"]}, []),
        ({"a": ["x", "x", "y"]}, {"a": ["y", "y", "x"]}, ["a[0]", "a[1]", "a[2]"]),
        ({"a": [UNKNOWN, "x"]}, {"a": ["x", "evil"]}, ["a[1]"]),
        # A declared text that only looks like a mark.
        ({"a": "[unknown]"}, {"a": "other"}, ["a"]),
        ({"a": "known"}, {"a": UNKNOWN}, ["a"]),
        (None, None, []),
        (None, {}, ["."]),
    ],
)
def test_only_unknown_values_may_become_anything(approved: Any, now: Any, paths: list[str]) -> None:
    assert [path_text(path) for path in deviations(approved, now)] == paths


def test_a_null_property_equals_an_absent_one() -> None:
    given, null = {"name": "desktop", "api": {"version": 2}, "roles": [{}]}, {"logo": None, "empty": ""}
    returned = {**given, **null, "api": {"version": 2, "claims": None}, "roles": [{"id": None}]}

    assert plain(returned) == {**given, "empty": ""}
    assert digest(plain(returned)) == digest({**given, "empty": ""})


def test_the_digest_is_of_the_canonical_form() -> None:
    assert digest({"b": 1.0, "a": "é"}) == digest({"a": "é", "b": 1})
    assert digest({"a": 1}) != digest({"a": 2})
