"""The provider passes the engine's requests to the right resource or function."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from pulumi.provider.experimental import provider as sdk
from pulumi.provider.experimental.property_value import PropertyValue

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.engine.plugin.provider import Provider, UnfinishedError
from flow_mcp.engine.plugin.values import UNKNOWN, plain, properties, secret_names
from tests.unit.engine.plugin.shelf import FreeWidth, Shelf

URN = "urn:pulumi:stack::project::parent:type$flow-mcp:index:Shelf::shelf"
STATE = {"room": "hall", "bookTitles": ["A"], "width": 80, "key": "k-1", "dust": []}
T = TypeVar("T")


def run(awaited: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(awaited)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def provider(shelf: Shelf) -> Provider:
    return Provider([shelf], [FreeWidth()])


def check(provider: Provider, inputs: dict[str, Any]) -> sdk.CheckResponse:
    return run(provider.check(sdk.CheckRequest(URN, {}, properties(inputs), b"")))


def failures(provider: Provider, inputs: dict[str, Any]) -> list[tuple[str, str]]:
    return [(failure.property, failure.reason) for failure in check(provider, inputs).failures or []]


def diff(provider: Provider, state: dict[str, Any], inputs: dict[str, Any]) -> sdk.DiffResponse:
    request = sdk.DiffRequest(URN, "s-1", properties(state), properties(inputs), [])
    return run(provider.diff(request))


def test_missing_inputs_get_their_defaults() -> None:
    checked = check(Provider([Shelf()], []), {"room": "hall"}).inputs
    assert plain(checked or {}) == {"room": "hall", "bookTitles": [], "width": 80}


def test_every_invalid_input_is_reported(provider: Provider) -> None:
    assert failures(provider, {"width": "wide", "colour": "red"}) == [
        ("room", "Field required"),
        ("width", "Input should be a valid integer, unable to parse string as an integer"),
        ("colour", "Extra inputs are not permitted"),
    ]


def test_a_rule_about_several_inputs_reports_its_message(provider: Provider) -> None:
    assert failures(provider, {"room": "hall", "bookTitles": ["A", "B"], "width": 1}) == [
        ("", "the books are wider than the shelf")
    ]


def test_an_unknown_input_is_neither_missing_nor_invalid(provider: Provider) -> None:
    inputs = {"room": UNKNOWN, "bookTitles": ["A", UNKNOWN], "width": 1}
    checked = check(provider, inputs)
    assert checked.failures is None
    assert plain(checked.inputs or {}) == inputs
    assert failures(provider, {"room": UNKNOWN, "width": "wide"})[0][0] == "width"


def test_a_secret_input_stays_secret(provider: Provider) -> None:
    request = sdk.CheckRequest(URN, {}, properties({"room": "hall", "label": "l"}, {"label"}), b"")
    assert secret_names(run(provider.check(request)).inputs or {}) == {"label"}


def test_equal_state_and_inputs_result_in_no_change(provider: Provider) -> None:
    answer = diff(provider, STATE, {"room": "hall", "bookTitles": ["A"], "width": 80})
    assert (answer.changes, answer.replaces, answer.detailed_diff) == (False, [], {})


def test_a_changed_input_is_an_update(provider: Provider) -> None:
    answer = diff(provider, STATE, {"room": "hall", "bookTitles": ["A"], "width": 90})
    assert (answer.changes, answer.replaces, answer.diffs) == (True, [], ["width"])


def test_a_removed_input_is_an_update(provider: Provider) -> None:
    inputs = {"room": "hall", "bookTitles": ["A"], "width": 80}
    assert diff(provider, STATE | {"label": "l"}, inputs).diffs == ["label"]


def test_some_inputs_replace_the_resource_after_its_deletion(provider: Provider) -> None:
    answer = diff(provider, STATE, {"room": "attic", "bookTitles": ["A"], "width": 80})
    assert (answer.replaces, answer.delete_before_replace) == (["room"], True)
    assert answer.detailed_diff["room"].kind is sdk.PropertyDiffKind.UPDATE_REPLACE


def test_an_unknown_input_is_a_change(provider: Provider) -> None:
    answer = diff(provider, STATE, {"room": "hall", "bookTitles": UNKNOWN, "width": 80})
    assert (answer.changes, answer.replaces, answer.diffs) == (True, [], ["bookTitles"])


def test_a_resource_is_replaced_with_the_object_that_its_input_refers_to(provider: Provider) -> None:
    answer = diff(provider, STATE, {"room": UNKNOWN, "bookTitles": ["A"], "width": 80})
    assert (answer.changes, answer.replaces, answer.diffs) == (True, ["room"], ["room"])


def test_a_deviation_is_an_update(provider: Provider) -> None:
    answer = diff(provider, STATE | {"dust": ["top"]}, {"room": "hall", "bookTitles": ["A"], "width": 80})
    assert (answer.changes, answer.diffs) == (True, ["dust"])


def test_a_preview_creates_nothing_and_shows_computed_state_as_unknown(
    provider: Provider, shelf: Shelf
) -> None:
    given = properties({"room": UNKNOWN, "bookTitles": [], "width": 80})
    answer = run(provider.create(sdk.CreateRequest(URN, given, 0, preview=True)))
    assert plain(answer.properties) == {
        "room": UNKNOWN,
        "bookTitles": [],
        "width": 80,
        "label": UNKNOWN,
        "key": UNKNOWN,
        "dust": UNKNOWN,
    }
    assert shelf.made == {}


def test_the_secrets_of_a_created_resource_are_secret(provider: Provider) -> None:
    given = properties({"room": "hall", "width": 80, "label": "l"}, {"label"})
    answer = run(provider.create(sdk.CreateRequest(URN, given, 0, preview=False)))
    assert answer.resource_id == "s-1"
    assert plain(answer.properties) == {
        "room": "hall",
        "bookTitles": [],
        "width": 80,
        "label": "l",
        "key": "k-1",
        "dust": [],
    }
    assert secret_names(answer.properties) == {"label", "key"}


def test_a_users_error_is_passed_on_unchanged(provider: Provider) -> None:
    given = properties({"room": "cellar"})
    with pytest.raises(FlowMcpError, match=r"^The cellar is wet: choose another room\.$"):
        run(provider.create(sdk.CreateRequest(URN, given, 0, preview=False)))


def test_a_partly_created_resource_keeps_its_state_and_secrets(provider: Provider) -> None:
    given = properties({"room": "attic", "width": 80})
    with pytest.raises(UnfinishedError) as raised:
        run(provider.create(sdk.CreateRequest(URN, given, 0, preview=False)))
    assert raised.value.made.id == "s-1"
    assert plain(raised.value.properties)["key"] == "k-1"
    assert secret_names(raised.value.properties) == {"key"}


def test_read_returns_the_current_inputs_and_state(provider: Provider, shelf: Shelf) -> None:
    shelf.made["s-1"] = Shelf.state(room="hall", width=70, key="k-1")
    secret = properties(STATE | {"label": "l"}, {"label"})
    answer = run(provider.read(sdk.ReadRequest(URN, "s-1", secret, {})))
    assert answer.resource_id == "s-1"
    assert plain(answer.inputs) == {"room": "hall", "bookTitles": [], "width": 70}
    assert plain(answer.properties) == {
        "room": "hall",
        "bookTitles": [],
        "width": 70,
        "key": "k-1",
        "dust": [],
    }
    assert secret_names(answer.properties) == {"key"}


def test_read_returns_no_id_for_a_deleted_resource(provider: Provider) -> None:
    assert run(provider.read(sdk.ReadRequest(URN, "s-1", properties(STATE), {}))).resource_id is None


def test_an_update_receives_the_old_state(provider: Provider, shelf: Shelf) -> None:
    news = properties({"room": "hall", "width": 90})
    request = sdk.UpdateRequest(URN, "s-1", properties(STATE), news, 0, [], preview=False)
    answer = run(provider.update(request))
    assert plain(answer.properties)["width"] == 90
    assert shelf.made["s-1"].key == "k-1"


def test_a_previewed_update_changes_nothing_and_shows_stable_state(provider: Provider, shelf: Shelf) -> None:
    news = properties({"room": "hall", "bookTitles": [], "width": 90})
    request = sdk.UpdateRequest(URN, "s-1", properties(STATE), news, 0, [], preview=True)
    preview = run(provider.update(request)).properties
    assert plain(preview) == {
        "room": "hall",
        "bookTitles": [],
        "width": 90,
        "label": UNKNOWN,
        "key": "k-1",
        "dust": UNKNOWN,
    }
    assert secret_names(preview) == {"key"}
    assert shelf.made == {}


def test_state_of_a_later_version_is_accepted(provider: Provider, shelf: Shelf) -> None:
    shelf.made["s-1"] = Shelf.state(room="hall", width=70, key="k-1")
    run(provider.delete(sdk.DeleteRequest(URN, "s-1", properties(STATE | {"height": 30}), 0)))
    assert shelf.made == {}


def invoke(provider: Provider, arguments: dict[str, PropertyValue]) -> sdk.InvokeResponse:
    return run(provider.invoke(sdk.InvokeRequest("flow-mcp:index:freeWidth", arguments)))


def test_a_function_returns_its_result(provider: Provider) -> None:
    answer = invoke(provider, properties({"room": "hall"}))
    assert plain(answer.return_value or {}) == {"freeWidth": 120}


def test_a_function_reports_invalid_and_unknown_arguments(provider: Provider) -> None:
    for arguments, expected in (
        ({}, [("room", "Field required")]),
        ({"room": UNKNOWN}, [("room", "is not known yet")]),
    ):
        answer = invoke(provider, properties(arguments))
        assert [(failure.property, failure.reason) for failure in answer.failures] == expected
