"""The rules as Pulumi policies: the only module of the pack that knows Pulumi's policy SDK."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
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
from flow_mcp.review.policy.resources.component_inputs import declared, whole
from flow_mcp.review.policy.rule import SETTINGS, Context, Resource, Rule, RuleSettings, Unknown, Violation
from flow_mcp.review.policy.waivers import waiver_of


class RuleError(Exception):
    """A rule could not be evaluated. Pulumi ends the operation: a gate that broke is shut."""


@dataclass
class _Run:
    """What the pack has seen of a run. Pulumi shows one resource after the other, a component first."""

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
        """Take what Pulumi says of a rule, which is the same with every resource."""
        if self._entries.get(rule.id) != entry:
            self._settings[rule.id] = configuration.settings(rule, whole(entry), "the configuration")
            self._entries[rule.id] = entry

    def see(self, resource: Resource) -> None:
        """Keep the declaration of a component; each rule is shown the same one."""
        if resource.type != SETTINGS or self._inputs.get(resource.urn) == resource.inputs:
            return
        self.declarations.pop(resource.urn, None)
        with suppress(DeclarationError):  # FLOWMCP-002 refuses what is no declaration
            self.declarations[resource.urn] = declared(resource.inputs)
        self._inputs[resource.urn] = resource.inputs

    def context(self, rule: Rule) -> Context:
        """What a rule may know, by the configuration that Pulumi gave."""
        who_may = {name: settings.waivable_by for name, settings in self._settings.items()}
        idle = frozenset(self._settings) - self.violated
        return Context(self.as_of, self._settings[rule.id], who_may, idle)

    def waived(self, rule: Rule, urn: str) -> bool:
        """Whether the tenant waives violations of a rule at this resource, which must be of its component.

        A program with several tenants cannot say whose a resource is: then nothing in it is waived.
        """
        types = urn.split("::")[2].split("$") if urn.count("::") > 2 else ()
        if SETTINGS not in types or len(self.declarations) != 1:
            return False
        (declaration,) = self.declarations.values()
        return waiver_of(declaration.tenant, rule, self.context(rule).waivable_by, self.as_of) is not None


def policies(rules: Sequence[Rule]) -> list[Policy]:
    """Two policies a rule, because Pulumi shows inputs and outputs apart.

    `<ID>` sees every resource's inputs before the resource is touched; `<ID>-outputs` sees outputs when the
    program has ended. Rules that are judged last come last.

    The day is that of the environment, else today in UTC.
    """
    day = os.environ.get(configuration.AS_OF)
    run = _Run(rules, date.fromisoformat(day) if day else datetime.now(UTC).date())
    ordered = sorted(rules, key=lambda rule: rule.last)
    return [policy for rule in ordered for policy in (_on_inputs(rule, run), _on_outputs(rule, run))]


def initial(content: Mapping[str, Any]) -> dict[str, Any]:
    """The pack's own configuration as Pulumi takes it: a rule's level holds for both of its policies."""
    levels = {
        f"{name}{configuration.OUTPUTS}": {configuration.LEVEL: level}
        for name, entry in content.items()
        if name != "all"
        and not name.endswith(configuration.OUTPUTS)
        and (level := entry.get(configuration.LEVEL) if isinstance(entry, dict) else entry)
    }
    return {**levels, **content}


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
        yield from rule.in_declaration(run.declarations[resource.urn], context)
    yield from rule.in_resource(resource, context)


def _on_outputs(rule: Rule, run: _Run) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        resources = [
            Resource(
                each.resource_type, {}, plain(each.props), each.urn, each.parent.urn if each.parent else ""
            )
            for each in args.resources
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
            for violation in rule.in_declaration(declaration, context):
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
    """Report every violation, then tell Pulumi of a value that it does not know yet, if there is one.

    Raises:
        RuleError: the rule raised; the text names rule, resource and kind of error, never a value.
        UnknownValueError: the SDK makes an advisory of it.
    """
    try:
        found = list(findings())
    except Exception as error:
        raise RuleError(f"rule {rule.id} failed on {where}: {type(error).__name__}") from None
    unknown = [finding for finding in found if isinstance(finding, Unknown)]
    for finding in found:
        if isinstance(finding, Violation):
            urn = finding.urn or where
            run.violated.add(rule.id)
            if not run.waived(rule, urn):
                report(f"{dotted(finding.path)} {finding.problem}. {rule.remedy}", urn)
    if unknown:
        raise UnknownValueError(UNKNOWN_STRING_VALUE, [unknown[0].path])


def plain(value: Any, path: str = "") -> Any:
    """The SDK's proxies as plain values; what a preview does not know as `Unknown`, with its path."""
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
