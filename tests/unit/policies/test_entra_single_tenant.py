"""FLOWMCP-012: applications in Entra accept accounts of one Entra tenant."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.resources.types import ENTRA_APPLICATION, ENTRA_REGISTRATION
from flow_mcp.review.policy.rule import Unknown, Violation
from flow_mcp.review.policy.rules.entra_single_tenant import EntraSingleTenant
from tests.unit.policies.judging import Findings, context, of_inputs

RULE = EntraSingleTenant()
OTHERS = [Violation(("signInAudience",), "admits accounts of other Entra tenants or personal accounts")]


@pytest.mark.parametrize("kind", [ENTRA_APPLICATION, ENTRA_REGISTRATION])
@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"signInAudience": "AzureADMyOrg"}, []),
        ({}, []),
        ({"signInAudience": "AzureADMultipleOrgs"}, OTHERS),
        ({"signInAudience": "AzureADandPersonalMicrosoftAccount"}, OTHERS),
        ({"signInAudience": "PersonalMicrosoftAccount"}, OTHERS),
        ({"signInAudience": "azureadmyorg"}, OTHERS),
        ({"signInAudience": ["AzureADMyOrg"]}, OTHERS),
        ({"signInAudience": Unknown("signInAudience")}, [Unknown("signInAudience")]),
    ],
)
def test_only_single_tenant_applications_are_accepted(
    kind: str, inputs: dict[str, Any], expected: Findings
) -> None:
    assert of_inputs(RULE, kind, inputs, context=context(RULE)) == expected
    assert of_inputs(RULE, kind, inputs, context=context(RULE), made_by_component=True) == expected
