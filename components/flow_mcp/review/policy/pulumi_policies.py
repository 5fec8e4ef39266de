"""The policy pack as Pulumi runs it; only this module uses Pulumi's policy SDK."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import DeclarationError, dotted
from flow_mcp.review.policy import configuration
from flow_mcp.review.policy.pack import CONFIGURATION, rules_in
from flow_mcp.review.policy.resources.component import declared, whole
from flow_mcp.review.policy.rule import (
    SETTINGS,
    Context,
    Resource,
    Rule,
    RuleSettings,
    Unknown,
    Violation,
    violations,
)
from flow_mcp.review.policy.waivers import waiver_of


class RuleError(Exception):
    """A rule raised an exception; Pulumi then stops the operation."""


@dataclass
class _Run:
    """State of one run, in which Pulumi passes resources one at a time, a component before its children."""

    rules: Sequence[Rule]
    as_of: date
    declarations: dict[str, Declaration] = field(default_factory=dict)
    violated: set[str] = field(default_factory=set)
    _entries: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _settings: dict[str, RuleSettings] = field(default_factory=dict)
    _inputs: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for rule in self.rules:
            self._settings[rule.id] = configuration.settings(rule, None, "the configuration")

    def configure(self, rule: Rule, entry: Mapping[str, Any]) -> None:
        """Store the configuration that Pulumi passes for a rule with every resource."""
        if self._entries.get(rule.id) != entry:
            self._settings[rule.id] = configuration.settings(rule, whole(entry), "the configuration")
            self._entries[rule.id] = entry

    def see(self, resource: Resource) -> None:
        """Store the declaration of a component, so that every rule evaluates the same object."""
        if resource.type != SETTINGS or self._inputs.get(resource.urn) == resource.inputs:
            return
        self.declarations.pop(resource.urn, None)
        with suppress(DeclarationError):  # FLOWMCP-002 reports an invalid declaration
            self.declarations[resource.urn] = declared(resource.inputs)
        self._inputs[resource.urn] = resource.inputs

    def context(self, rule: Rule) -> Context:
        """Return the context of a rule, with the configuration that Pulumi passed."""
        who_may = {name: settings.waivable_by for name, settings in self._settings.items()}
        idle = frozenset(self._settings) - self.violated
        return Context(self.as_of, self._settings[rule.id], who_may, idle)

    def waived(self, rule: Rule, urn: str) -> bool:
        """Return whether the tenant waives a rule for this resource, which must belong to its component.

        In a program with several tenants, the owner of a resource is ambiguous, so no waiver applies.
        """
        types = urn.split("::")[2].split("$") if urn.count("::") > 2 else ()
        if SETTINGS not in types or len(self.declarations) != 1:
            return False
        (declaration,) = self.declarations.values()
        return waiver_of(declaration.tenant, rule, self.context(rule).waivable_by, self.as_of) is not None


def start(directory: Path) -> None:
    """Serve the policies of the pack in a directory to Pulumi, until Pulumi ends the process.

    Raises:
        PolicyPackError: the pack cannot be loaded, or its configuration is invalid.
    """
    rules = rules_in(directory)
    own = configuration.read(directory / CONFIGURATION, rules)
    PolicyPack("flow-mcp", policies(rules), EnforcementLevel.MANDATORY, initial(own))


def policies(rules: Sequence[Rule]) -> list[Policy]:
    """Return two policies for each rule, because Pulumi passes inputs and outputs separately.

    `<ID>` evaluates every resource's inputs before the resource is created or changed; `<ID>-outputs`
    evaluates outputs when the program has ended. Rules with `last` come last.

    Waivers and secrets are evaluated on the date in the environment, or else today in UTC.
    """
    day = os.environ.get(configuration.AS_OF)
    run = _Run(rules, date.fromisoformat(day) if day else datetime.now(UTC).date())
    ordered = sorted(rules, key=lambda rule: rule.last)
    return [policy for rule in ordered for policy in (_on_inputs(rule, run), _on_outputs(rule, run))]


def initial(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration in Pulumi's format, with each rule's level for both of its policies."""
    levels = {
        f"{name}{configuration.OUTPUTS}": {configuration.LEVEL: level}
        for name, entry in content.items()
        if name != "all"
        and not name.endswith(configuration.OUTPUTS)
        and (level := entry.get(configuration.LEVEL) if isinstance(entry, dict) else entry)
    }
    return {name: _typed(entry) for name, entry in {**levels, **content}.items()}


def _typed(entry: Any) -> Any:
    """Return an entry with the SDK's type of enforcement levels; it does not accept their names."""
    if isinstance(entry, str):
        return EnforcementLevel(entry)
    return {
        key: EnforcementLevel(value) if key == configuration.LEVEL else value for key, value in entry.items()
    }


def _on_inputs(rule: Rule, run: _Run) -> Policy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        run.configure(rule, args.get_config())
        resource = Resource(args.resource_type, inputs=plain(args.props), urn=args.urn)
        run.see(resource)
        _evaluate(rule, run, args.urn, report, partial(_before, rule, run, resource))

    return ResourceValidationPolicy(
        rule.id,
        validate=validate,
        config_schema=PolicyConfigSchema(configuration.schema(rule)),
        **_description(rule),
    )


def _before(rule: Rule, run: _Run, resource: Resource) -> Iterator[Violation | Unknown]:
    context = run.context(rule)
    if resource.urn in run.declarations and not rule.last:
        yield from violations(rule, run.declarations[resource.urn], context)
    yield from rule.in_resource(resource, context)


def _on_outputs(rule: Rule, run: _Run) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        resources = [
            Resource(
                resource.resource_type,
                {},
                plain(resource.props),
                resource.urn,
                resource.parent.urn if resource.parent else "",
            )
            for resource in args.resources
        ]
        _evaluate(rule, run, "the stack", report, partial(_at_end, rule, run, resources))

    name = f"{rule.id}{configuration.OUTPUTS}"
    return StackValidationPolicy(name, validate=validate, **_description(rule))


def _at_end(rule: Rule, run: _Run, resources: Sequence[Resource]) -> Iterator[Violation | Unknown]:
    context = run.context(rule)
    for resource in resources:
        for finding in rule.in_resource(resource, context):
            yield finding if isinstance(finding, Unknown) else replace(finding, urn=resource.urn)
    yield from rule.in_stack(resources, context)
    if rule.last:
        for urn, declaration in run.declarations.items():
            for violation in violations(rule, declaration, context):
                yield replace(violation, urn=urn)


def _description(rule: Rule) -> dict[str, Any]:
    return {
        "description": rule.message,
        "enforcement_level": EnforcementLevel(configuration.usual_level(rule)),
        "severity": Severity(rule.severity.value),
        "remediation_steps": rule.remedy,
        "url": rule.references[0].url,
    }


def _evaluate(
    rule: Rule,
    run: _Run,
    where: str,
    report: ReportViolation,
    findings: Callable[[], Iterable[Violation | Unknown]],
) -> None:
    """Report every violation, then raise if the rule needs an unknown value.

    Raises:
        RuleError: the rule raised; the message contains the rule, resource and type of error, but no value.
        UnknownValueError: a value is unknown; the SDK converts the error to an advisory.
    """
    try:
        results = list(findings())
    except Exception as error:
        raise RuleError(f"rule {rule.id} failed on {where}: {type(error).__name__}") from None
    unknown = [finding for finding in results if isinstance(finding, Unknown)]
    for finding in results:
        if isinstance(finding, Violation):
            urn = finding.urn or where
            run.violated.add(rule.id)
            if not run.waived(rule, urn):
                report(f"{dotted(finding.path)} {finding.problem}. {rule.remedy}", urn)
    if unknown:
        raise UnknownValueError(UNKNOWN_STRING_VALUE, [unknown[0].path])


def plain(value: Any, path: str = "") -> Any:
    """Return the SDK's proxies as plain values; unknown values become `Unknown` with their path."""
    if isinstance(value, Mapping):
        return {key: _item(value, key, f"{path}.{key}" if path else str(key)) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_item(value, index, f"{path}[{index}]") for index in range(len(value))]
    return value


def _item(container: Any, key: Any, path: str) -> Any:
    try:
        value = container[key]
    except UnknownValueError:
        return Unknown(path)
    return plain(value, path)
