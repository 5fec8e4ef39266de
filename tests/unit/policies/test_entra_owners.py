"""FLOWMCP-021: applications in Entra have owners."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.examples import ENTRA_TENANT
from flow_mcp.review.policy.resources.types import ENTRA_APPLICATION, ENTRA_PRINCIPAL
from flow_mcp.review.policy.rule import Unknown, Violation
from flow_mcp.review.policy.rules.entra_owners import EntraOwners
from tests.unit.policies.judging import Findings, context, of_declaration, of_inputs

RULE = EntraOwners()
ONE, TWO = ("6a2e1b7c-0d3f-4e58-9b1a-2c4d6e8f0a1b", "6a2e1b7c-0d3f-4e58-9b1a-2c4d6e8f0a1c")
TOO_FEW = "lists fewer owners than the configuration requires"


def of_entra(*owners: str, **configured: Any) -> Findings:
    server = {"entra": {"tenantId": ENTRA_TENANT, "owners": list(owners)}}
    return of_declaration(RULE, server, context=context(RULE, **configured))


def of_instance(*owners: str, **more: Any) -> Findings:
    instance = {"flowEntra": {"tenantId": ENTRA_TENANT, "owners": list(owners), **more}}
    return of_declaration(RULE, {"flow-entra": {}}, context=context(RULE), instance=instance)


def test_a_declaration_must_list_the_configured_number_of_owners() -> None:
    few = [Violation(("authorizationServer", "entra", "owners"), TOO_FEW)]
    assert of_entra() == few
    assert of_entra(ONE) == []
    assert of_entra(ONE, minimum=2) == few
    assert of_entra(ONE, TWO, minimum=2) == []


def test_an_instance_must_list_owners_unless_it_is_on_premises() -> None:
    assert of_instance() == [Violation(("instance", "flowEntra", "owners"), TOO_FEW)]
    assert of_instance(ONE) == []
    assert of_instance(deployment="on-premises") == []


@pytest.mark.parametrize("kind", [ENTRA_APPLICATION, ENTRA_PRINCIPAL])
@pytest.mark.parametrize(
    ("owners", "expected"),
    [
        ([ONE], []),
        ([], [Violation(("owners",), TOO_FEW)]),
        (None, [Violation(("owners",), TOO_FEW)]),
        (ONE, [Violation(("owners",), TOO_FEW)]),
        (Unknown("owners"), [Unknown("owners")]),
    ],
)
def test_resources_outside_the_component_must_list_owners(kind: str, owners: Any, expected: Findings) -> None:
    assert of_inputs(RULE, kind, {"owners": owners}, context=context(RULE)) == expected
    assert of_inputs(RULE, kind, {"owners": owners}, context=context(RULE), made_by_component=True) == []
