"""FLOWMCP-002: the component gets a declaration that `flow-mcp check` accepts."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.resources.component import declared
from flow_mcp.review.policy.resources.values import leaves
from flow_mcp.review.policy.rule import (
    SETTINGS,
    Context,
    Reference,
    Resource,
    Rule,
    Severity,
    Unknown,
    Violation,
)


class DeclarationAccepted(Rule):
    """Require a valid declaration as the component's input.

    The other rules about declarations evaluate only declarations that pass this rule.
    """

    id = "FLOWMCP-002"
    severity = Severity.CRITICAL
    message = "The input of McpServerSettings must be a declaration that flow-mcp check accepts."
    remedy = "Run flow-mcp check, fix what it reports, and pass the declaration as plain values, not Outputs."
    references = (
        Reference(
            "OWASP Input Validation Cheat Sheet",
            "https://cheatsheetseries.owasp.org/cheatsheets/Input_Validation_Cheat_Sheet.html",
        ),
    )
    good = (declares(),)
    bad = (
        declares({}),
        declares(clients={"agent": {"grant": "client-credentials", "access": ["789/production"]}}),
    )
    waivable = False

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        if resource.type != SETTINGS or not resource.inputs:
            return
        unknown = [value for _, value in leaves(resource.inputs) if isinstance(value, Unknown)]
        if unknown:
            yield from unknown
            return
        try:
            declared(resource.inputs)
        except DeclarationError as error:
            for problem in error.problems:
                if problem.severity == "error":
                    yield Violation(("tenant",), f"is invalid: {problem.path} {problem.message}")
