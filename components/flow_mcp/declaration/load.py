"""From a tenant's file, or from what Pulumi's configuration says, to a declaration."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from flow_mcp.declaration import positions, rules, shape
from flow_mcp.declaration.findings import DeclarationError, Finding, Path, Problem, dotted
from flow_mcp.declaration.tenant import Declaration, Instance, Tenant

PROJECT = "flow-mcp"
_TENANT = f"{PROJECT}:tenant"
_INSTANCE = f"{PROJECT}:instance"
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True)
class Loaded:
    """A usable declaration and the warnings on it."""

    declaration: Declaration
    warnings: tuple[Problem, ...]


def from_configuration(tenant: Any, instance: Any, *, source: str) -> Loaded:
    """Check what Pulumi's configuration holds.

    Args:
        tenant: value of `flow-mcp:tenant`.
        instance: value of `flow-mcp:instance`.
        source: what to call it in problems, such as the stack's name.

    Raises:
        DeclarationError: with all problems at once.
    """
    return _declaration(tenant, instance, _Place(source, None, {}))


def from_file(file: FilePath, project_file: FilePath) -> Loaded:
    """Read a stack's file as `pulumi up` would.

    Args:
        file: `stacks/Pulumi.<stack>.yaml`.
        project_file: `Pulumi.yaml`, which holds the instance for all tenants.

    Raises:
        DeclarationError: with all problems at once.
    """
    stack = _read(file)
    config = stack.value.get("config") if isinstance(stack.value, dict) else None
    place = _Place(str(file), stack, {(): ("config", _TENANT), ("instance",): ("config", _INSTANCE)})
    if not isinstance(config, dict) or _TENANT not in config:
        raise place.error([Finding((), "declares no tenant", f"Add config: {{{_TENANT}: …}}.")])
    instance = config[_INSTANCE] if _INSTANCE in config else instance_of(project_file)
    return _declaration(config[_TENANT], instance, place)


def instance_of(project_file: FilePath) -> Any:
    """The instance that `Pulumi.yaml` declares for all tenants, unchecked."""
    project = _read(project_file).value
    config = project.get("config") if isinstance(project, dict) else None
    entry = (config or {}).get(_INSTANCE, (config or {}).get("instance"))
    return entry.get("default", entry.get("value")) if isinstance(entry, dict) else None


@dataclass(frozen=True)
class _Place:
    """Where findings are: a file's name, its lines, and the file's path of the tenant and the instance."""

    source: str
    lines: positions.Positioned | None
    roots: Mapping[Path, Path]

    def problem(self, finding: Finding) -> Problem:
        path = finding.path
        in_instance = path[:1] == ("instance",) and ("instance",) in self.roots
        root = self.roots.get(("instance",) if in_instance else (), ())
        in_file = (*root, *(path[1:] if in_instance else path))
        line = self.lines.line(in_file) if self.lines else 0
        return Problem(
            self.source, line, dotted(path) or "tenant", finding.message, finding.remedy, finding.severity
        )

    def error(self, findings: Iterable[Finding]) -> DeclarationError:
        return DeclarationError(sorted(map(self.problem, findings), key=lambda problem: problem.line))


def _read(file: FilePath) -> positions.Positioned:
    try:
        return positions.read(file.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = Problem(str(file), line, "file", f"is not YAML: {error.problem}", "Correct the syntax.")
    except yaml.YAMLError:
        problem = Problem(
            str(file), 1, "file", "is not YAML", "Write it as UTF-8 text without control characters."
        )
    except UnicodeDecodeError:
        problem = Problem(str(file), 1, "file", "is not UTF-8", "Save it as UTF-8.")
    except OSError as error:
        problem = Problem(
            str(file), 0, "file", f"cannot be read: {error.strerror}", "Check its name and rights."
        )
    raise DeclarationError([problem])


def _declaration(tenant: Any, instance: Any, place: _Place) -> Loaded:
    syntax = [_relative(finding, place) for finding in place.lines.findings] if place.lines else []
    parsed_tenant, findings = _parse(Tenant, tenant, ())
    parsed_instance, instance_findings = _parse(Instance, instance, ("instance",))
    findings = [*syntax, *findings, *instance_findings]
    if parsed_tenant is not None and parsed_instance is not None:
        declaration = Declaration(parsed_instance, parsed_tenant)
        findings += _not_said_before(rules.check(declaration), findings)
        if all(finding.severity == "warning" for finding in findings):
            return Loaded(declaration, tuple(map(place.problem, findings)))
    raise place.error(dict.fromkeys(findings))


def _not_said_before(new: Iterable[Finding], before: list[Finding]) -> list[Finding]:
    """What the rules find, save on an authorization server that was taken out for its own findings."""
    taken_out = any(finding.path[:1] == ("authorizationServer",) for finding in before)
    return [f for f in new if not (taken_out and f.path == ("authorizationServer",))]


def _relative(finding: Finding, place: _Place) -> Finding:
    """Syntax findings know the file's path; the others know the path below the tenant or the instance."""
    for start, root in place.roots.items():
        if finding.path[: len(root)] == root:
            return Finding((*start, *finding.path[len(root) :]), finding.message, finding.remedy)
    return finding


def _parse(model: type[_Model], value: Any, prefix: Path) -> tuple[_Model | None, list[Finding]]:
    """The model, and the findings on it.

    Entries with findings of their own (one client among many) are taken out and the rest is parsed again,
    so that the rules between the parts can speak in the same run; the findings refuse the whole anyway.
    """
    try:
        return _model(model, value), []
    except ValidationError as error:
        findings = list(shape.findings(model, error))
    rest = _without(value, findings)
    parsed = None
    if rest is not None:
        try:
            parsed = _model(model, rest)
        except ValidationError:
            parsed = None
    return parsed, [Finding((*prefix, *f.path), f.message, f.remedy, f.severity) for f in findings]


def _without(value: Any, findings: Iterable[Finding]) -> Any:
    removable = ("clients", "manualRegistrations")
    bad = {finding.path[:2] for finding in findings}
    if not isinstance(value, dict) or any(
        path[:1] != ("authorizationServer",) and (len(path) < 2 or path[0] not in removable) for path in bad
    ):
        return None
    rest = {
        key: {name: entry for name, entry in part.items() if (key, name) not in bad}
        if key in removable and isinstance(part, dict)
        else part
        for key, part in value.items()
    }
    if any(path[:1] == ("authorizationServer",) for path in bad):
        rest["authorizationServer"] = {}
    return rest


def _model(model: type[_Model], value: Any) -> _Model:
    # Strict models take a list for a tuple and a text for an enum in JSON only.
    return model.model_validate_json(json.dumps(value, default=repr))
