"""Load a declaration from a tenant's file or from Pulumi's configuration."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any

from flow_mcp.declaration import checks, files, move
from flow_mcp.declaration.applications.catalogue import Catalogue, catalogue_beside, catalogue_of
from flow_mcp.declaration.applications.expansion import expanded, names, with_grants
from flow_mcp.declaration.declaration import AuthorizationServerKind, Declaration
from flow_mcp.declaration.findings import DeclarationError, Finding, Path, Problem
from flow_mcp.declaration.instance import Instance
from flow_mcp.declaration.kinds import Kinds
from flow_mcp.declaration.partial import STAND_INS, related
from flow_mcp.declaration.source_value import Located, SourceValue, parse, validated
from flow_mcp.declaration.tenant import Tenant

PROJECT = files.PROJECT
instance_of = files.instance_of


@dataclass(frozen=True)
class Loaded:
    """A valid declaration.

    Attributes:
        declaration: the declaration, with known applications expanded.
        warnings: the warnings about it.
        tenant: the tenant's plain value with its positions in the source.
        applications: the entries of the team's file that the declaration names, as plain values.
    """

    declaration: Declaration
    warnings: tuple[Problem, ...]
    tenant: SourceValue
    applications: Mapping[str, Any]

    def problem(self, finding: Finding) -> Problem:
        """Return a further finding about the tenant as a problem with its line."""
        return self.tenant.locate(finding)[1]


def from_configuration(
    tenant: Any, instance: Any, kinds: Kinds, *, source: str, applications: Any = None
) -> Loaded:
    """Validate the values of Pulumi's configuration.

    Args:
        tenant: the value of `flow-mcp:tenant`.
        instance: the value of `flow-mcp:instance`.
        kinds: the kinds of authorization server that a tenant can declare.
        source: the name of the source in problems, such as the stack's name.
        applications: the content of the team's file of known applications; None if there is none.

    Raises:
        DeclarationError: the declaration is invalid; contains all problems.
    """
    tenant_source = SourceValue(tenant, source)
    try:
        json.dumps([tenant, instance, applications])
    except (TypeError, ValueError, RecursionError):
        message = "contains values other than strings, numbers, Booleans, lists and mappings"
        remedy = "Use plain values, not Outputs: the set of resources is computed from them."
        raise DeclarationError([tenant_source.locate(Finding((), message, remedy))[1]]) from None
    instance_source = SourceValue(instance, source, name="instance", prefix=("instance",))
    return _load(tenant_source, instance_source, kinds, lambda: catalogue_of(applications, source))


def from_file(file: FilePath, instance: SourceValue, kinds: Kinds) -> Loaded:
    """Read and validate a stack's file, with the same result as `pulumi up`.

    The function also reads the team's file of known applications in the same directory.

    Args:
        file: `stacks/Pulumi.<stack>.yaml`.
        instance: the instance that `Pulumi.yaml` declares for all tenants, read by `instance_of`.
        kinds: the kinds of authorization server that a tenant can declare.

    Raises:
        DeclarationError: the declaration is invalid; contains all problems.
    """
    tenant, own_instance = files.read_stack(file)
    return _load(tenant, own_instance or instance, kinds, lambda: catalogue_beside(file.parent))


def parse_unchecked(tenant: Any, instance: Any, kinds: Kinds) -> Declaration:
    """Parse a declaration without running its checks, because an earlier version may have accepted it.

    Raises:
        pydantic.ValidationError: a value does not match its model.
        DeclarationError: the tenant does not declare exactly one authorization server.
    """
    parsed = validated(kinds.tenant_model(tenant), tenant)
    declaration, chosen = _at_servers(parsed, validated(Instance, instance), kinds)
    for declared in chosen:
        if findings := list(checks.check_choice(declared, kinds)):
            source = SourceValue(tenant, "the declaration")
            raise DeclarationError([source.locate(finding)[1] for finding in findings])
    return declaration


def _load(
    tenant: SourceValue, instance: SourceValue, kinds: Kinds, catalogue: Callable[[], Catalogue]
) -> Loaded:
    tenant = replace(tenant, value=with_grants(tenant.value))
    parsed_tenant = parse(kinds.tenant_model(tenant.value), tenant)
    parsed_instance = parse(Instance, instance)
    located = [*parsed_tenant.problems, *parsed_instance.problems]
    if parsed_tenant.model is not None:
        declaration, chosen = _at_servers(parsed_tenant.model, parsed_instance.model, kinds)
        sides = declaration.at_servers
        known = catalogue() if any(name for side in sides for name in names(side)) else Catalogue({})
        located += known.problems
        declaration = _expanded(declaration, known)
        invalid_in_instance = {("instance", *path) for path in parsed_instance.invalid_paths}
        is_consequence = _consequence_of(parsed_tenant.invalid_paths | invalid_in_instance)
        applications = None if known.problems else known
        findings = list(checks.check(declaration, chosen[0], kinds, applications))
        if other := declaration.other:
            shared = {(finding.path, finding.message) for finding in findings}
            findings += (
                finding
                for finding in checks.check(other, chosen[1], kinds, applications)
                if (finding.path, finding.message) not in shared
            )
            findings += move.check_clients(declaration, other)
            if not (located or any(finding.severity == "error" for finding in findings)):
                findings += move.check_servers(declaration, other)
        located += (
            _locate(finding, tenant, instance) for finding in findings if not is_consequence(finding.path)
        )
    # In the order of the stack's file; problems of Pulumi.yaml come last.
    located.sort(key=lambda item: (item[1].file != tenant.source, item[0]))
    problems = tuple(dict.fromkeys(problem for _, problem in located))
    if parsed_tenant.model is None or any(problem.severity == "error" for problem in problems):
        raise DeclarationError(problems)
    used = {name for side in declaration.at_servers for name in names(side)}
    own = {name: known.own[name] for name in sorted(used) if name in known.own}
    return Loaded(_with_sorted_lists(declaration), problems, tenant, own)


def _at_servers(
    tenant: Tenant, instance: Instance | None, kinds: Kinds
) -> tuple[Declaration, list[tuple[AuthorizationServerKind, ...]]]:
    """Return the tenant at its authorization servers, and the kinds that each of them declares."""
    chosen = [kinds.chosen(tenant.authorization_server)]
    if declared := move.declared_move(tenant):
        chosen.append(kinds.chosen(declared[1].authorization_server))
    kind, *others = (declared[0] if declared else kinds.default for declared in chosen)
    declaration = Declaration(instance or Instance(server=STAND_INS["server"]), tenant, kind)
    if others:
        declaration = replace(declaration, other=move.at_other_server(declaration, others[0]))
    return declaration, chosen


def _expanded(declaration: Declaration, known: Catalogue) -> Declaration:
    other = expanded(declaration.other, known) if declaration.other else None
    return replace(expanded(declaration, known), other=other)


def _locate(finding: Finding, tenant: SourceValue, instance: SourceValue) -> Located:
    """Locate a check's finding: in the instance if its path starts with `instance`, else in the tenant."""
    if finding.path[:1] == ("instance",):
        return instance.locate(replace(finding, path=finding.path[1:]))
    return tenant.locate(finding)


def _consequence_of(invalid_paths: frozenset[Path]) -> Callable[[Path], bool]:
    """Return a function that tells whether a finding may result from the removal of invalid parts."""
    is_related = related(invalid_paths)
    misses_resources = any(path[:1] == ("workspaces",) for path in invalid_paths)
    return lambda path: is_related(path) or (misses_resources and "access" in path)


def _with_sorted_lists(declaration: Declaration) -> Declaration:
    """Sort all lists, which are sets, so that equal declarations result in equal settings documents."""
    value = declaration.tenant.model_dump(mode="json", by_alias=True, exclude_none=True)
    tenant = validated(type(declaration.tenant), _sorted(value))
    other = _with_sorted_lists(declaration.other) if declaration.other else None
    return replace(declaration, tenant=tenant, other=other)


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return sorted(map(_sorted, value), key=json.dumps) if isinstance(value, list) else value
