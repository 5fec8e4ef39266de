"""From a tenant's file, or from what Pulumi's configuration says, to a declaration."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

from flow_mcp.declaration import checks, files
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import DeclarationError, Finding, Path, Problem
from flow_mcp.declaration.instance import Instance
from flow_mcp.declaration.kinds import Kinds
from flow_mcp.declaration.partial import STAND_INS, related
from flow_mcp.declaration.source_value import Located, SourceValue, parse, validated

PROJECT = files.PROJECT
instance_of = files.instance_of


@dataclass(frozen=True)
class Loaded:
    """A usable declaration, the warnings on it, and where it was written."""

    declaration: Declaration
    warnings: tuple[Problem, ...]
    tenant: SourceValue

    def problem(self, finding: Finding) -> Problem:
        """A further finding on the tenant, at its line."""
        return self.tenant.locate(finding)[1]


def from_configuration(tenant: Any, instance: Any, kinds: Kinds, *, source: str) -> Loaded:
    """Check what Pulumi's configuration holds.

    Args:
        tenant: value of `flow-mcp:tenant`.
        instance: value of `flow-mcp:instance`.
        kinds: the authorization servers that a tenant can choose.
        source: what to call it in problems, such as the stack's name.

    Raises:
        DeclarationError: with all problems at once.
    """
    written = SourceValue(tenant, source)
    try:
        json.dumps([tenant, instance])
    except (TypeError, ValueError, RecursionError):
        message = "contains values other than strings, numbers, Booleans, lists and mappings"
        remedy = "Use plain values, not Outputs: the set of resources is computed from them."
        raise DeclarationError([written.locate(Finding((), message, remedy))[1]]) from None
    return _loaded(written, SourceValue(instance, source, name="instance", prefix=("instance",)), kinds)


def from_file(file: FilePath, instance: SourceValue, kinds: Kinds) -> Loaded:
    """Read a stack's file as `pulumi up` would.

    Args:
        file: `stacks/Pulumi.<stack>.yaml`.
        instance: what `Pulumi.yaml` declares for all tenants, by `instance_of`.
        kinds: the authorization servers that a tenant can choose.

    Raises:
        DeclarationError: with all problems at once.
    """
    tenant, own_instance = files.stack(file)
    return _loaded(tenant, own_instance or instance, kinds)


def unchecked(tenant: Any, instance: Any, kinds: Kinds) -> Declaration:
    """A declaration of the right shape, whose checks are not run: an earlier version may have made it.

    Raises:
        pydantic.ValidationError: a value has another shape.
        DeclarationError: the tenant does not declare exactly one authorization server.
    """
    declared = validated(kinds.tenant_model(tenant), tenant)
    chosen = kinds.chosen(declared)
    if len(chosen) != 1:
        written = SourceValue(tenant, "the declaration")
        raise DeclarationError([written.locate(finding)[1] for finding in checks.check_choice(chosen, kinds)])
    return Declaration(validated(Instance, instance), declared, chosen[0])


def _loaded(tenant: SourceValue, instance: SourceValue, kinds: Kinds) -> Loaded:
    parsed_tenant = parse(kinds.tenant_model(tenant.value), tenant)
    parsed_instance = parse(Instance, instance)
    located = [*parsed_tenant.problems, *parsed_instance.problems]
    if parsed_tenant.model is not None:
        chosen = kinds.chosen(parsed_tenant.model)
        declaration = Declaration(
            parsed_instance.model or Instance(server=STAND_INS["server"]),
            parsed_tenant.model,
            chosen[0] if chosen else kinds.default,
        )
        in_instance = {("instance", *path) for path in parsed_instance.bad}
        follows = _follows(parsed_tenant.bad | in_instance)
        located += (
            _locate(finding, tenant, instance)
            for finding in checks.check(declaration, chosen, kinds)
            if not follows(finding.path)
        )
    # In the order of the stack's file; what Pulumi.yaml declares comes last.
    located.sort(key=lambda item: (item[1].file != tenant.source, item[0]))
    problems = tuple(dict.fromkeys(problem for _, problem in located))
    if parsed_tenant.model is None or any(problem.severity == "error" for problem in problems):
        raise DeclarationError(problems)
    return Loaded(_in_order(declaration), problems, tenant)


def _locate(finding: Finding, tenant: SourceValue, instance: SourceValue) -> Located:
    """A rule's finding: below the tenant, which has no key `instance`, or below that."""
    if finding.path[:1] == ("instance",):
        return instance.locate(replace(finding, path=finding.path[1:]))
    return tenant.locate(finding)


def _follows(bad: frozenset[Path]) -> Callable[[Path], bool]:
    """Whether a rule's finding may be there only because something faulty was taken out."""
    is_related, misses_resources = related(bad), any(path[:1] == ("workspaces",) for path in bad)
    return lambda path: is_related(path) or (misses_resources and "access" in path)


def _in_order(declaration: Declaration) -> Declaration:
    """The declaration with all lists sorted, for they are sets: the same meaning gives the same documents."""
    value = declaration.tenant.model_dump(mode="json", by_alias=True, exclude_none=True)
    return replace(declaration, tenant=validated(type(declaration.tenant), _sorted(value)))


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return sorted(map(_sorted, value), key=json.dumps) if isinstance(value, list) else value
