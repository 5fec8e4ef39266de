"""FLOWMCP-022: stacks change tenant-wide settings only of configured Auth0 tenants."""

from __future__ import annotations

from flow_mcp.review.policy.examples import AUTH0, ENTRA
from flow_mcp.review.policy.resources.types import AUTH0_CLIENT, AUTH0_TENANT
from flow_mcp.review.policy.rule import Violation
from flow_mcp.review.policy.rules.auth0_tenant_managed import Auth0TenantManaged
from tests.unit.policies.judging import context, of_declaration, of_inputs

RULE = Auth0TenantManaged()
MANAGED = {"auth0": {**AUTH0["auth0"], "tenantSettings": {"manage": True}}}


def test_a_stack_without_tenant_settings_is_accepted() -> None:
    for server in (AUTH0, ENTRA):
        assert of_declaration(RULE, server, context=context(RULE)) == []


def test_tenant_settings_are_reported_unless_the_configuration_lists_the_domain() -> None:
    path = ("authorizationServer", "auth0", "tenantSettings", "manage")
    found = [
        Violation(
            path, "changes tenant-wide settings of an Auth0 tenant that this rule's domains do not list"
        )
    ]
    assert of_declaration(RULE, MANAGED, context=context(RULE)) == found
    assert of_declaration(RULE, MANAGED, context=context(RULE, domains=["acme.us.auth0.com"])) == found
    assert of_declaration(RULE, MANAGED, context=context(RULE, domains=["acme.eu.auth0.com"])) == []


def test_a_tenant_resource_outside_the_component_is_reported() -> None:
    found = [Violation((), "changes tenant-wide Auth0 settings outside the declaration")]
    assert of_inputs(RULE, AUTH0_TENANT, {}, context=context(RULE)) == found
    assert of_inputs(RULE, AUTH0_TENANT, {}, context=context(RULE), made_by_component=True) == []
    assert of_inputs(RULE, AUTH0_CLIENT, {}, context=context(RULE)) == []
