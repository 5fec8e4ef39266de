"""FLOWMCP-020: Entra issues access tokens of version 2."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.resources.types import ENTRA_APPLICATION, ENTRA_REGISTRATION
from flow_mcp.review.policy.rule import Unknown, Violation
from flow_mcp.review.policy.rules.entra_token_version import EntraTokenVersion
from tests.unit.policies.judging import Findings, context, of_inputs

RULE = EntraTokenVersion()
PROBLEM = "is not 2: tokens of version 1 have another issuer and other claims than the settings"
NOT_VERSION_2 = [Violation(("api", "requestedAccessTokenVersion"), PROBLEM)]


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"api": {"requestedAccessTokenVersion": 2}}, []),
        ({"api": {"requestedAccessTokenVersion": 2.0}}, []),
        ({"api": {"requestedAccessTokenVersion": 1}}, NOT_VERSION_2),
        ({"api": {"requestedAccessTokenVersion": "2"}}, NOT_VERSION_2),
        ({"api": {}}, NOT_VERSION_2),
        ({"api": []}, NOT_VERSION_2),
        ({}, NOT_VERSION_2),
        ({"api": Unknown("api")}, [Unknown("api")]),
    ],
)
def test_an_application_must_request_version_2(inputs: dict[str, Any], expected: Findings) -> None:
    assert of_inputs(RULE, ENTRA_APPLICATION, inputs, context=context(RULE)) == expected


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, []),
        ({"requestedAccessTokenVersion": 2}, []),
        ({"requestedAccessTokenVersion": 1}, [Violation(("requestedAccessTokenVersion",), PROBLEM)]),
    ],
)
def test_an_application_registration_requests_version_2_by_default(
    inputs: dict[str, Any], expected: Findings
) -> None:
    assert of_inputs(RULE, ENTRA_REGISTRATION, inputs, context=context(RULE)) == expected
