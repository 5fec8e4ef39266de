"""FLOWMCP-037: tenant-wide Auth0 settings do not widen access."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.resources.types import AUTH0_TENANT
from flow_mcp.review.policy.rule import Resource, Unknown, Violation
from flow_mcp.review.policy.rules.auth0_tenant_closed import Auth0TenantClosed
from tests.unit.policies.judging import context, of_inputs

RULE = Auth0TenantClosed()
AUDIENCE = Violation(("defaultAudience",), "issues tokens for this API to requests that name no API")
DIRECTORY = Violation(
    ("defaultDirectory",), "sets a directory for the password grant, which no client may use"
)
PERMISSIVE = Violation(
    ("dynamicClientRegistrationSecurityMode",), "exempts dynamically registered clients from PKCE"
)
REGISTRATION = Violation(
    ("flags", "enableDynamicClientRegistration"),
    "lets anyone register clients, which the declaration does not permit",
)


@pytest.mark.parametrize(
    "inputs",
    [
        {},
        {"defaultAudience": "", "defaultDirectory": ""},
        {"dynamicClientRegistrationSecurityMode": "strict"},
        {"flags": {"enableDynamicClientRegistration": False}},
        {"flags": None},
    ],
)
def test_settings_that_do_not_widen_access_are_accepted(inputs: dict[str, Any]) -> None:
    assert of_inputs(RULE, AUTH0_TENANT, inputs, context=context(RULE)) == []


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"defaultAudience": "https://acme.example/api"}, AUDIENCE),
        ({"defaultAudience": ["https://acme.example/api"]}, AUDIENCE),
        ({"defaultAudience": Unknown("a")}, Unknown("a")),
        ({"defaultDirectory": "Username-Password-Authentication"}, DIRECTORY),
        ({"dynamicClientRegistrationSecurityMode": "permissive"}, PERMISSIVE),
    ],
)
def test_settings_that_widen_access_are_rejected_inside_and_outside_the_component(
    inputs: dict[str, Any], expected: Any
) -> None:
    for inside in (False, True):
        judged = of_inputs(RULE, AUTH0_TENANT, inputs, context=context(RULE), made_by_component=inside)
        assert judged == [expected]


@pytest.mark.parametrize(
    ("switch", "expected"), [(True, REGISTRATION), ("true", REGISTRATION), (Unknown("f"), Unknown("f"))]
)
def test_open_registration_is_rejected_outside_the_component_only(switch: Any, expected: Any) -> None:
    inputs = {"flags": {"enableDynamicClientRegistration": switch}}
    assert of_inputs(RULE, AUTH0_TENANT, inputs, context=context(RULE)) == [expected]
    assert of_inputs(RULE, AUTH0_TENANT, inputs, context=context(RULE), made_by_component=True) == []


def test_permissive_registration_is_accepted_if_registration_is_off() -> None:
    mode = {"dynamicClientRegistrationSecurityMode": "permissive"}
    off, on = ({**mode, "flags": {"enableDynamicClientRegistration": switch}} for switch in (False, True))
    assert of_inputs(RULE, AUTH0_TENANT, off, context=context(RULE)) == []
    assert of_inputs(RULE, AUTH0_TENANT, on, context=context(RULE), made_by_component=True) == [PERMISSIVE]


def test_an_existing_default_directory_is_accepted() -> None:
    outputs = {"defaultDirectory": "Username-Password-Authentication", "defaultAudience": "x"}
    found = list(RULE.in_resource(Resource(AUTH0_TENANT, outputs=outputs), context(RULE)))
    assert found == [AUDIENCE]
