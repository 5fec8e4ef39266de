"""Mutation tests: without any check of the decision, a test vector fails."""

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
    "dpop",
    "jwks",
    "resources",
    "signature",
)
"""The modules of flow_mcp.runtime that decide a call."""

EQUIVALENT = {
    "an empty query has no match": {
        "bearer.presented_token: `query and _IN_QUERY.search(unquote_to_bytes(query))` without `query`",
    },
    "a scheme has one name, and both checks of a proof's header have one reason": {
        "bearer.presented_token: `scheme.lower() == b'dpop'` before `scheme.lower() == b'bearer'`",
        "dpop._proof_key: `header.get('typ') != 'dpop+jwt' or header.get('alg') not in accepted.algorithms` "
        "before `'crit' in header or 'b64' in header`",
    },
    "both are a call without a token": {
        "decide._evaluate: `dpop is not None and (not any((server.dpop for server in "
        "resource.authorization_servers)))` before `token is None`",
    },
    "no claim is called None": {
        "claims.roles: `name` is True",
    },
    "the operators exclude one another, and a tuple of strings has only strings": {
        "claims._holds: `condition.must == 'one-of'` before `not isinstance(value, str)`",
        "claims._holds: `condition.must == 'prefix'` before `condition.must == 'one-of'`",
    },
    "a boolean is not a float, and both have the same reason code": {
        "claims.required_seconds: `isinstance(value, float) and (not math.isfinite(value))` before "
        "`isinstance(value, bool) or not isinstance(value, int | float)`",
    },
    "at most one of these reasons applies, and only insufficient_scope has a server at this point": {
        "decide._challenge: `at_server is None or reason.error != 'insufficient_scope'` before "
        "`reason is Reason.ALLOWED`",
        "decide._challenge: `at_server is None or reason.error != 'insufficient_scope'` "
        "without `at_server is None`",
        "decide._challenge: `at_server is None` is False",
    },
    "all vectors have valid key sets; tests/unit/runtime/test_discovery.py has invalid ones": {
        "jwks.public_keys: `not isinstance(listed, list)` is False",
        "jwks.public_keys: without `raise ValueError('the key set has no list `keys`')`",
    },
    "both omit the key": {
        "jwks._usable: `jwk.get('use', 'sig') != 'sig' or 'verify' not in jwk.get('key_ops', ['verify'])` "
        "before `not _PRIVATE.isdisjoint(jwk)`",
    },
    "the substring tests only save time; the result is the same": {
        "resources.find_resource: `('%' in address or '/.' in address) and _AMBIGUOUS.search(address)` "
        "before `not _ADDRESS.fullmatch(address)`",
        "resources.find_resource: `('%' in address or '/.' in address) and _AMBIGUOUS.search(address)` "
        "without `'%' in address or '/.' in address`",
        "resources.find_resource: `'%' in address or '/.' in address` is True",
        "resources.find_resource: `'%' in address` is True",
        "resources.find_resource: `'/.' in address` is True",
    },
    "joserfc 1.8 raises neither for a suitable key, but does not guarantee it": {
        "signature._is_signed_by: `JoseError` is not caught",
        "signature._is_signed_by: `ValueError` is not caught",
    },
    "public_keys omits such keys; this is for callers with other sources of keys": {
        "signature._fits: without `key.check_key_op('verify')`",
    },
}
"""Equivalent mutants, which no call can distinguish, by the reason."""


def failing() -> Vector | None:
    """Return the first vector with an unexpected decision; None if all pass."""
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
    assert unproven == {}, "no vector needs these: add one in tests/vectors/themes, or a reason in EQUIVALENT"
    assert known - survivors.keys() == set(), (
        "EQUIVALENT lists mutants that do not exist or that a vector kills"
    )


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
