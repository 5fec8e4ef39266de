"""The golden corpus, told from declarations: all changes compared, none left out, none made up."""

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
from tests.unit.review.diff.corpus import CORPUS, Case, Declared, said
from tests.unit.review.diff.corpus.case import expected


def loaded(side: Declared | None) -> Declaration | None:
    return side.declaration() if side else None


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.name)
def test_a_change_of_the_corpus_means_what_is_expected(case: Case) -> None:
    assert said(compare(loaded(case.before), loaded(case.after))) == case.expected


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case.name)
def test_a_change_that_is_taken_back_is_told_too(case: Case) -> None:
    before, after = loaded(case.before), loaded(case.after)
    assert bool(compare(after, before)) == bool(case.expected)


def test_each_case_has_expected_changes_and_each_expectation_a_case() -> None:
    names = [case.name for case in CORPUS]
    assert len(set(names)) == len(names) >= 40
    assert set(names) == set(expected())


def test_each_kind_of_change_is_in_the_corpus() -> None:
    found = {each.kind for case in CORPUS for each in case.expected}
    assert found == {kind.id for kind in KINDS}


def test_every_kind_of_authorization_server_is_in_the_corpus() -> None:
    assert {case.stack for case in CORPUS} == set(STACKS)


@pytest.mark.parametrize(("before", "after"), tuple(product(STACKS, STACKS)))
def test_between_any_two_tenants_there_is_a_change_unless_they_are_the_same(before: str, after: str) -> None:
    changes = compare(sample(before), sample(after))
    assert bool(changes) == (before != after)
    assert len(set(map(str, changes))) == len(changes)


def test_without_a_tenant_on_either_side_nothing_changes() -> None:
    assert compare(None, None) == ()


@pytest.mark.parametrize("stack", STACKS)
def test_no_value_of_a_declaration_changes_in_silence(stack: str) -> None:
    """Each key is taken out and each value replaced, as far as that is still a tenant."""
    whole = sample(stack)
    value = whole.tenant.model_dump(mode="json", by_alias=True, exclude_none=True)
    tried = 0
    for changed in _changed(value):
        try:
            tenant = validated(authorization_servers.KINDS.tenant_model(changed), changed)
        except ValidationError:
            continue
        chosen = authorization_servers.KINDS.chosen(tenant)
        if len(chosen) != 1 or (chosen[0].key == "flow-entra" and not whole.instance.flow_entra):
            continue
        declaration = Declaration(whole.instance, tenant, chosen[0])
        if tenant.model_dump(mode="json", exclude_none=True) == whole.tenant.model_dump(
            mode="json", exclude_none=True
        ):
            continue
        tried += 1
        assert compare(whole, declaration) != ()
    assert tried > 20


def _changed(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield {other: each for other, each in value.items() if other != key}
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
