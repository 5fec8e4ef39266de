"""What a rule says, asked as shortly as it can be."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flow_mcp.review.policy.configuration import settings
from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.resources.component_inputs import declared
from flow_mcp.review.policy.rule import Context, Resource, Rule, Unknown, Violation

AS_OF = date(2026, 11, 25)
COMPONENT = "urn:pulumi:acme::flow-mcp::flow-mcp:index:McpServerSettings"

Findings = list[Violation | Unknown]


def context(rule: Rule, as_of: date = AS_OF, **configured: Any) -> Context:
    """What the rule may know, with settings as a configuration has them."""
    return Context(as_of, settings(rule, configured, "the test"))


def of_declaration(rule: Rule, server: Any, *, context: Context, **more: Any) -> Findings:
    """What it says of the tenant acme, declared as in examples."""
    return list(rule.in_declaration(declared(declares(server, **more).inputs), context))


def of_inputs(
    rule: Rule, kind: str, inputs: Mapping[str, Any], *, context: Context, made_by_component: bool = False
) -> Findings:
    """What it says of a resource before it is touched."""
    urn = f"{COMPONENT}${kind}::acme" if made_by_component else f"urn:pulumi:acme::flow-mcp::{kind}::acme"
    return list(rule.in_resource(Resource(kind, inputs=inputs, urn=urn), context))


def of_outputs(rule: Rule, *made: Resource, context: Context) -> Findings:
    """What it says of all resources together, when the program has ended."""
    return list(rule.in_stack(made, context))


def made(kind: str, name: str, *, by_component: bool = False, **outputs: Any) -> Resource:
    """A resource as a stack ends with it."""
    types = f"flow-mcp:index:McpServerSettings${kind}" if by_component else kind
    return Resource(kind, outputs=outputs, urn=f"urn:pulumi:acme::flow-mcp::{types}::{name}")
