"""Lists of Keycloak's admin API that are read page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from flow_mcp.authorization_servers.keycloak.paged import all_pages


def _object(number: int) -> dict[str, Any]:
    return {"id": f"id-{number:04}"}


def _read(pages: Mapping[int, Sequence[Any] | None]) -> tuple[list[Any], list[int]]:
    """Return the objects of these pages by their first object, and the first objects that were requested."""
    requested: list[int] = []

    def read(path: str, *, first: int, max: int) -> Any:  # noqa: A002 the name of Keycloak's parameter
        assert (path, max) == ("/realms/acme/clients", 100)
        requested.append(first)
        return pages.get(first, [])

    return [*all_pages(read, "/realms/acme/clients")], requested


@pytest.mark.parametrize("count", [1, 99, 100, 101, 3_000])
def test_all_objects_are_read(count: int) -> None:
    objects = [_object(number) for number in range(count)]
    pages = {first: objects[first : first + 100] for first in range(0, count, 100)}
    assert _read(pages) == (objects, [*range(0, count + 100, 100)][: len(pages) + 1])


def test_a_short_page_is_not_the_end() -> None:
    objects = [_object(number) for number in range(250)]
    pages = {0: objects[:70], 100: objects[100:101], 200: objects[200:]}
    assert _read(pages) == ([*objects[:70], objects[100], *objects[200:]], [0, 100, 200, 300])


def test_objects_that_moved_to_the_next_page_are_read_once() -> None:
    objects = [_object(number) for number in range(150)]
    assert _read({0: objects[:100], 100: objects[99:]}) == (objects, [0, 100, 200])


@pytest.mark.parametrize("nothing", [None, [], {"error": "unknown_error"}])
def test_a_server_that_returns_no_objects_ends_the_reading(nothing: Any) -> None:
    assert _read({0: nothing}) == ([], [0])


def test_a_server_that_ignores_the_page_ends_the_reading() -> None:
    objects = [_object(number) for number in range(500)]
    assert _read(dict.fromkeys(range(0, 1_000, 100), objects)) == (objects, [0, 100])
