"""Every check of the decision is needed by a test vector: without it, one fails."""

from __future__ import annotations

from importlib import import_module

import pytest

from flow_mcp.runtime.vectors import Vector
from tests.mutation import sample
from tests.mutation.mutants import Mutant, mutants
from tests.vectors.running import forget_keys, outcome, vectors

MODULES = (
    "bearer",
    "challenge",
    "claims",
    "clients",
    "compact",
    "decide",
    "jwks",
    "resources",
    "signature",
)
"""Where a call is decided, in flow_mcp.runtime."""

EQUIVALENT = {
    "an empty query has no match": {
        "bearer.bearer_token: `query and _IN_QUERY.search(unquote_to_bytes(query))` without `query`",
    },
    "no claim is called None": {
        "claims.roles: `name` is True",
    },
    "the operators exclude one another, and no tuple of texts has anything but texts": {
        "claims._holds: `condition.must == 'one-of'` before `not isinstance(value, str)`",
        "claims._holds: `condition.must == 'prefix'` before `condition.must == 'one-of'`",
    },
    "no boolean is a float, and both are refused alike": {
        "claims._seconds: `isinstance(value, float) and (not math.isfinite(value))` before "
        "`isinstance(value, bool) or not isinstance(value, int | float)`",
    },
    "a reason is one of these at most, and only insufficient_scope has a server by then": {
        "decide._challenge: `reason is Reason.RESOURCE_NOT_GIVEN` before `reason is Reason.ALLOWED`",
        "decide._challenge: `at_server is None or reason.error != 'insufficient_scope'` before "
        "`reason is Reason.RESOURCE_NOT_GIVEN`",
        "decide._challenge: `at_server is None or reason.error != 'insufficient_scope'` "
        "without `at_server is None`",
        "decide._challenge: `at_server is None` is False",
    },
    "a vector's keys are a key set; tests/unit/runtime/test_keys.py has what is none": {
        "jwks.public_keys: `not isinstance(listed, list)` is False",
        "jwks.public_keys: without `raise ValueError('the key set has no list `keys`')`",
    },
    "both leave the key out": {
        "jwks._usable: `jwk.get('use', 'sig') != 'sig' or 'verify' not in jwk.get('key_ops', ['verify'])` "
        "before `not _PRIVATE.isdisjoint(jwk)`",
    },
    "the texts only spare most addresses the regular expression; both belong to no resource": {
        "resources.find_resource: `('%' in address or '/.' in address) and _AMBIGUOUS.search(address)` "
        "before `not _ADDRESS.fullmatch(address)`",
        "resources.find_resource: `('%' in address or '/.' in address) and _AMBIGUOUS.search(address)` "
        "without `'%' in address or '/.' in address`",
        "resources.find_resource: `'%' in address or '/.' in address` is True",
        "resources.find_resource: `'%' in address` is True",
        "resources.find_resource: `'/.' in address` is True",
    },
    "joserfc 1.8 raises neither for a key that fits; it does not promise so": {
        "signature.check_signature: `JoseError` is not caught",
        "signature.check_signature: `ValueError` is not caught",
    },
    "reading a key set leaves such keys out; this is for callers with keys of another origin": {
        "signature._fits: without `key.check_key_op('verify')`",
    },
}
"""Changes that change nothing that a call could show, by the reason why."""


def failing() -> Vector | None:
    """The first vector that is not decided as it says."""
    forget_keys()
    for vector in vectors():
        try:
            if outcome(vector) != vector.decision:
                return vector
        except Exception:  # whatever a missing check leads to
            return vector
    return None


def survives(mutant: Mutant) -> bool:
    with mutant.applied():
        survived = failing() is None
    forget_keys()
    return survived


@pytest.mark.parametrize("name", MODULES)
def test_every_check_is_needed_by_a_vector(name: str) -> None:
    known = {change for changes in EQUIVALENT.values() for change in changes if change.startswith(f"{name}.")}
    survivors = {
        str(mutant): f"{mutant.module.__file__}:{mutant.line}"
        for mutant in mutants(import_module(f"flow_mcp.runtime.{name}"))
        if survives(mutant)
    }
    unproven = {change: place for change, place in survivors.items() if change not in known}
    assert unproven == {}, "no vector needs these: add one in tests/vectors/themes, or say in EQUIVALENT why"
    assert known - survivors.keys() == set(), "EQUIVALENT lists what is gone, or what a vector needs"


def test_all_vectors_pass_after_the_mutations() -> None:
    assert failing() is None


def test_mutants_remove_one_check_each_and_are_reverted() -> None:
    texts = ("", "abc", "a/b", "zzzzzz")
    graded = {}
    for mutant in mutants(sample):
        with mutant.applied():
            graded[str(mutant)] = " ".join(map(sample.grade, texts))
    assert graded == {
        "sample.grade: `len(text) > 5` before `not text`": "none good bad long",
        "sample.grade: `not text` is True": "none none none none",
        "sample.grade: `not text` is False": "good good bad long",
        "sample.grade: `len(text) > 5` is True": "none long long long",
        "sample.grade: `len(text) > 5` is False": "none good bad good",
        "sample.grade: `len(text) > 5` is `len(text) >= 5`": "none good bad long",
        "sample.grade: `BAD.search(text)` is True": "none bad bad long",
        "sample.grade: `BAD.search(text)` is False": "none good good long",
        "sample.BAD: without `a`": "none good bad long",
        "sample.BAD: without `[|)]`": "none good bad long",
        "sample.BAD: without `/`": "none good good long",
        "sample.BAD: without `\\\\(?:a|[|)])`": "none good bad long",
    }
    assert [sample.grade(text) for text in texts] == ["none", "good", "bad", "long"]


def test_mutants_remove_one_alternative_each() -> None:
    left = [mutant.replacement.pattern for mutant in mutants(sample) if mutant.name == "BAD"]
    assert left == [r"/|\\(?:[|)])", r"/|\\(?:a)", r"\\(?:a|[|)])", "/"]
