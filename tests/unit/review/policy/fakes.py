"""Rules and a tenant for tests of the evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.configuration import configured
from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.pack import Pack
from flow_mcp.review.policy.rule import (
    Context,
    Reference,
    Resource,
    Rule,
    RuleSettings,
    Severity,
    Unknown,
    Violation,
)


class Limited(RuleSettings):
    """Settings of a rule with a limit."""

    limit: int = 0


class Fake(Rule):
    """Base class of the rules in this module."""

    severity: ClassVar[Severity] = Severity.HIGH
    message = "There may not be too many clients."
    remedy = "Remove some."
    references = (Reference("A page", "https://example.com"),)
    good = bad = ()


class TooMany(Fake):
    """Reports more clients than the configured limit."""

    id: ClassVar[str] = "TEST-900"
    settings = Limited

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:
        if len(declaration.tenant.clients) > context.settings_of(Limited).limit:
            yield Violation(("clients",), "are too many")


class Advice(TooMany):
    """The same rule with severity low."""

    id = "TEST-901"
    severity = Severity.LOW


class Raising(TooMany):
    """Raises on every tenant."""

    id = "TEST-902"
    waivable = False

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:
        raise LookupError(f"{declaration} {context}")


class OfResources(TooMany):
    """Also evaluates resources, so a declaration alone does not complete it."""

    id = "TEST-903"

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        yield from ()


class Idle(Fake):
    """Reports the rules without a finding."""

    id = "TEST-904"
    last = True

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:  # noqa: ARG002
        yield Violation((), f"idle: {', '.join(sorted(context.idle))}")


def pack(*rules: Rule, **configuration: Any) -> Pack:
    content = {name.replace("_", "-"): value for name, value in configuration.items()}
    return Pack(rules, configured(content, rules, "the test"))


def tenant(clients: int = 1, **more: Any) -> Declaration:
    agents = {f"agent-{n}": {"grant": "client-credentials", "access": ["*"]} for n in range(clients)}
    inputs = declares(clients=agents, **more).inputs
    return from_configuration(inputs["tenant"], inputs["instance"], source="acme").declaration
