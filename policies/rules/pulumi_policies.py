"""The rules as Pulumi policies: the only module of the pack that knows Pulumi's policy SDK."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pulumi_policy import (
    Policy,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

from .rule import Resource, Rule, Unknown, Violation


class RuleError(Exception):
    """A rule could not be evaluated. Pulumi ends the operation: a gate that broke is shut."""


def policies(rules: Iterable[Rule]) -> list[Policy]:
    """Two policies a rule, because Pulumi shows inputs and outputs apart.

    `<ID>` sees every resource's inputs before the resource is touched; `<ID>-outputs` sees outputs when the
    program has ended.
    """
    return [policy for rule in rules for policy in (_on_inputs(rule), _on_outputs(rule))]


def _on_inputs(rule: Rule) -> Policy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        resource = Resource(args.resource_type, inputs=plain(args.props))
        _evaluate(rule, [(args.urn, resource)], report)

    return ResourceValidationPolicy(rule.id, validate=validate, **_description(rule))


def _on_outputs(rule: Rule) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        resources = ((r.urn, Resource(r.resource_type, outputs=plain(r.props))) for r in args.resources)
        _evaluate(rule, resources, report)

    return StackValidationPolicy(f"{rule.id}-outputs", validate=validate, **_description(rule))


def _description(rule: Rule) -> dict[str, Any]:
    return {
        "description": rule.message,
        "severity": Severity(rule.severity.value),
        "remediation_steps": rule.remedy,
        "url": rule.references[0].url,
    }


def _evaluate(rule: Rule, resources: Iterable[tuple[str, Resource]], report: ReportViolation) -> None:
    """Report every violation, then tell Pulumi of a value that it does not know yet, if there is one.

    Raises:
        RuleError: the rule raised; the text names rule, resource and kind of error, never a value.
        UnknownValueError: the SDK makes an advisory of it.
    """
    unknown: list[Unknown] = []
    for urn, resource in resources:
        for finding in _findings(rule, urn, resource):
            if isinstance(finding, Unknown):
                unknown.append(finding)
            else:
                report(f"{finding.path} {finding.problem}. {rule.remedy}", urn)
    if unknown:
        raise UnknownValueError(UNKNOWN_STRING_VALUE, [finding.path for finding in unknown[:1]])


def _findings(rule: Rule, urn: str, resource: Resource) -> list[Violation | Unknown]:
    try:
        return list(rule.validate(resource))
    except Exception as error:
        raise RuleError(f"rule {rule.id} failed on {urn}: {type(error).__name__}") from None


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
