"""The golden corpus, compared from declarations: no change is missing or superfluous."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from flow_mcp import authorization_servers
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.source_value import validated
from flow_mcp.review.diff import compare
from flow_mcp.review.diff.kinds import KINDS
from tests.unit.declaration.access.samples import STACKS, sample
from tests.unit.review.diff.corpus import CORPUS, Case, Declared, compared_parts
from tests.unit.review.diff.corpus.case import expected


def loaded(version: Declared | None) -> Declaration | None:
    return version.declaration() if version else None


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.name)
def test_each_case_of_the_corpus_has_the_expected_changes(case: Case) -> None:
    assert compared_parts(compare(loaded(case.before), loaded(case.after))) == case.expected


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.name)
def test_the_reverse_of_each_case_is_reported_too(case: Case) -> None:
    before, after = loaded(case.before), loaded(case.after)
    assert bool(compare(after, before)) == bool(case.expected)


def test_cases_and_expectations_have_the_same_names() -> None:
    names = [case.name for case in CORPUS]
    assert len(set(names)) == len(names) >= 40
    assert set(names) == set(expected())


def test_each_kind_of_change_is_in_the_corpus() -> None:
    kinds = {change.kind for case in CORPUS for change in case.expected}
    assert kinds == {kind.id for kind in KINDS}


def test_every_kind_of_authorization_server_is_in_the_corpus() -> None:
    assert {case.stack for case in CORPUS} == set(STACKS)


@pytest.mark.parametrize(("before", "after"), tuple(product(STACKS, STACKS)))
def test_two_different_tenants_always_have_changes(before: str, after: str) -> None:
    changes = compare(sample(before), sample(after))
    assert bool(changes) == (before != after)
    assert len(set(map(str, changes))) == len(changes)


def test_without_declarations_there_are_no_changes() -> None:
    assert compare(None, None) == ()


@pytest.mark.parametrize("stack", STACKS)
def test_every_change_of_a_value_is_reported(stack: str) -> None:
    """Remove each key and replace each value, and compare if the result is still a valid tenant."""
    original = sample(stack)
    value = original.tenant.model_dump(mode="json", by_alias=True, exclude_none=True)
    compared = 0
    for changed in _changed(value):
        try:
            tenant = validated(authorization_servers.KINDS.tenant_model(changed), changed)
        except ValidationError:
            continue
        chosen = authorization_servers.KINDS.chosen(tenant.authorization_server)
        if len(chosen) != 1 or (chosen[0].key == "flow-entra" and not original.instance.flow_entra):
            continue
        declaration = Declaration(original.instance, tenant, chosen[0])
        if tenant.model_dump(mode="json", exclude_none=True) == original.tenant.model_dump(
            mode="json", exclude_none=True
        ):
            continue
        compared += 1
        assert compare(original, declaration) != ()
    assert compared > 20


def _changed(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield {name: item for name, item in value.items() if name != key}
            for changed in _changed(part):
                yield {**value, key: changed}
    elif isinstance(value, list):
        yield value[1:]
        yield [*value, "9/other"]
        yield [*value, "https://other.example/callback"]
        for index, part in enumerate(value):
            for changed in _changed(part):
                yield [*value[:index], changed, *value[index + 1 :]]
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 1
    else:
        yield f"{value}2"
        yield "77m"
        yield "2026-12-01"
        yield "authorization-code" if value == "client-credentials" else "client-credentials"
        yield "https://other.example/callback"
