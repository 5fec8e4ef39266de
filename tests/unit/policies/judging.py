"""Helpers that evaluate one rule on a declaration, a resource or a stack."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flow_mcp.review.policy.configuration import settings
from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.resources.component import declared
from flow_mcp.review.policy.rule import Context, Resource, Rule, Unknown, Violation

AS_OF = date(2026, 11, 25)
COMPONENT = "urn:pulumi:acme::flow-mcp::flow-mcp:index:McpServerSettings"

Findings = list[Violation | Unknown]


def context(rule: Rule, as_of: date = AS_OF, **configured: Any) -> Context:
    """Return the context of a rule with these settings, in the notation of a configuration."""
    return Context(as_of, settings(rule, configured, "the test"))


def of_declaration(rule: Rule, server: Any, *, context: Context, **more: Any) -> Findings:
    """Return the findings on the declaration of the tenant acme."""
    return list(rule.in_declaration(declared(declares(server, **more).inputs), context))


def of_inputs(
    rule: Rule, kind: str, inputs: Mapping[str, Any], *, context: Context, made_by_component: bool = False
) -> Findings:
    """Return the findings on a resource's inputs."""
    urn = f"{COMPONENT}${kind}::acme" if made_by_component else f"urn:pulumi:acme::flow-mcp::{kind}::acme"
    return list(rule.in_resource(Resource(kind, inputs=inputs, urn=urn), context))


def of_outputs(rule: Rule, *made: Resource, context: Context) -> Findings:
    """Return the findings on the outputs of all resources of a stack."""
    return list(rule.in_stack(made, context))


def made(kind: str, name: str, *, by_component: bool = False, **outputs: Any) -> Resource:
    """Return a resource with outputs, as at the end of a program."""
    types = f"flow-mcp:index:McpServerSettings${kind}" if by_component else kind
    return Resource(kind, outputs=outputs, urn=f"urn:pulumi:acme::flow-mcp::{types}::{name}")
