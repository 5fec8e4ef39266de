"""FLOWMCP-036: APIs at Auth0 and Scalekit issue short-lived access tokens."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.resources.types import (
    AUTH0_API,
    AUTH0_CLIENT,
    SCALEKIT_CLIENT,
    SCALEKIT_SERVER,
)
from flow_mcp.review.policy.rule import Unknown, Violation
from flow_mcp.review.policy.rules.token_lifetime_of_apis import TokenLifetimeOfApis
from tests.unit.policies.judging import context, of_inputs

RULE = TokenLifetimeOfApis()
LONGER = "is longer than the permitted 1h, or not set"


@pytest.mark.parametrize("kind", [SCALEKIT_SERVER, SCALEKIT_CLIENT])
@pytest.mark.parametrize("value", [300, 3600, 3600.0])
def test_a_lifetime_of_up_to_an_hour_is_accepted(kind: str, value: Any) -> None:
    assert of_inputs(RULE, kind, {"accessTokenSeconds": value}, context=context(RULE)) == []


@pytest.mark.parametrize("kind", [SCALEKIT_SERVER, SCALEKIT_CLIENT])
@pytest.mark.parametrize("value", [3601, 0, -1, float("inf"), float("nan"), None, True, "300", []])
def test_a_longer_or_missing_lifetime_is_rejected(kind: str, value: Any) -> None:
    assert of_inputs(RULE, kind, {"accessTokenSeconds": value}, context=context(RULE)) == [
        Violation(("accessTokenSeconds",), LONGER)
    ]


def test_both_lifetimes_at_auth0_are_checked() -> None:
    inputs = {"tokenLifetime": 3600, "tokenLifetimeForWeb": 7200}
    found = [Violation(("tokenLifetimeForWeb",), LONGER)]
    assert of_inputs(RULE, AUTH0_API, inputs, context=context(RULE)) == found
    assert of_inputs(RULE, AUTH0_API, {}, context=context(RULE)) == [
        Violation((key,), LONGER) for key in inputs
    ]
    assert of_inputs(RULE, AUTH0_API, inputs, context=context(RULE, longest="2h")) == []


def test_an_unknown_lifetime_is_reported_as_unknown_and_other_resource_types_are_ignored() -> None:
    inputs = {"accessTokenSeconds": Unknown("a")}
    assert of_inputs(RULE, SCALEKIT_SERVER, inputs, context=context(RULE)) == [Unknown("a")]
    assert of_inputs(RULE, AUTH0_CLIENT, {}, context=context(RULE)) == []
