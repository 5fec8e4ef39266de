"""Create the file of a new tenant, which is valid together with the other tenants' files."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from pydantic import BaseModel

from flow_mcp.authorization_servers import KINDS
from flow_mcp.authorization_servers.load import from_file
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.declaration.applications.catalogue import FILE as APPLICATIONS
from flow_mcp.declaration.claims import duplicate_claims
from flow_mcp.declaration.findings import DeclarationError, Problem
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.fleet.records import is_records_stack
from flow_mcp.engine.project import Project

# A project of `flow-mcp new` has its schemas in the first directory, a checkout in the second.
_SCHEMAS = ("schemas/stack.schema.json", "docs/schemas/stack.schema.json")
# https://www.pulumi.com/docs/iac/concepts/stacks/#create-stack
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")


class NewTenantError(FlowMcpError):
    """A new tenant's file cannot be created."""

    exit_code = 2


@dataclass(frozen=True)
class Setting:
    """A required setting of a kind of authorization server.

    Attributes:
        path: its path below the kind, with dots: `realm.name`.
        description: its description in the schema.
    """

    path: str
    description: str


def new_file(project: Project, stack: str) -> Path:
    """Return the path of a new tenant's file.

    Raises:
        NewTenantError: the name is not valid for a stack, or the file exists.
    """
    if not _NAME.fullmatch(stack) or stack in {".", ".."} or is_records_stack(stack):
        raise NewTenantError(
            f"{stack!r} is not a valid name for a tenant's stack; use up to 100 letters, digits, hyphens, "
            "underscores and periods, and not the name of a stack of records, flow-mcp-fleet"
        )
    file = project.directory / "stacks" / f"Pulumi.{stack}.yaml"
    if os.path.lexists(file):
        raise NewTenantError(f"{file} exists, and nothing was written; edit it, or use another name")
    return file


def required_settings(kind: str) -> tuple[Setting, ...]:
    """Return the required settings of a kind of authorization server, in the order of its documentation."""
    return tuple(_required(KINDS[kind].declaration))


def content(
    project: Project,
    tenant: str,
    workspaces: Mapping[str, Sequence[str]],
    kind: str,
    settings: Mapping[str, str],
) -> str:
    """Return the content of a new tenant's file.

    Args:
        project: the project, whose schema the file names.
        tenant: the tenant's ID in Flow.
        workspaces: the environments of each workspace, by the workspace's ID.
        kind: the kind of its authorization server.
        settings: the settings of that server by path; each value is YAML.

    Raises:
        NewTenantError: a setting is not valid YAML, or two settings contradict each other.
    """
    server = nested_settings(settings)
    declared: dict[str, Any] = {
        "id": tenant,
        "workspaces": {name: {"environments": [*names]} for name, names in workspaces.items()},
    }
    # Without this key the tenant uses the Flow instance's Entra tenant, which has no settings.
    if server or KINDS[kind] is not KINDS.default:
        declared["authorizationServer"] = {kind: server}
    text = yaml.safe_dump({"config": {"flow-mcp:tenant": declared}}, sort_keys=False, allow_unicode=True)
    return f"# yaml-language-server: $schema={schema_path(project)}\n{text}"


def nested_settings(settings: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings of an authorization server from values by path, such as `realm.name`.

    Raises:
        NewTenantError: a setting is not valid YAML, or two settings contradict each other.
    """
    server: dict[str, Any] = {}
    for path, value in settings.items():
        *parents, last = path.split(".")
        parent = server
        for key in parents:
            parent = parent.setdefault(key, {})
            if not isinstance(parent, dict):
                raise NewTenantError(f"{path}: {key} already has a value")
        try:
            parent[last] = yaml.safe_load(value)
        except yaml.YAMLError:
            raise NewTenantError(f"{path}={value}: the value is not valid YAML") from None
    return server


def schema_path(project: Project) -> str:
    """Return the path of the schema for editors, relative to a tenant's file."""
    schema = next((path for path in _SCHEMAS if (project.directory / path).is_file()), _SCHEMAS[-1])
    return f"../{schema}"


def write(project: Project, stack: str, text: str) -> tuple[Path, tuple[Problem, ...]]:
    """Write a new tenant's file if it is valid.

    Returns:
        The file and its warnings.

    Raises:
        DeclarationError: the file would be invalid, or declare an object of another tenant; nothing is
            written.
        NewTenantError: the file exists.
    """
    file = new_file(project, stack)
    instance = instance_of(project.file)
    with TemporaryDirectory(prefix="flow-mcp-") as directory:
        trial = Path(directory, file.name)
        trial.write_text(text, encoding="utf-8")
        # The declaration may name known applications of the team's file.
        if (applications := file.with_name(APPLICATIONS)).is_file():
            shutil.copyfile(applications, trial.with_name(APPLICATIONS))
        try:
            loaded = from_file(trial, instance)
        except DeclarationError as error:
            raise DeclarationError(_relocated(error.problems, trial, file)) from None
    owners: dict[str, str] = {}
    for other, path in project.stack_files(project.stacks()).items():
        try:
            tuple(duplicate_claims(from_file(path, instance), other, owners))
        except DeclarationError:
            continue
    if duplicates := tuple(duplicate_claims(loaded, stack, owners)):
        raise DeclarationError(_relocated(duplicates, trial, file))
    try:
        with file.open("x", encoding="utf-8") as target:
            target.write(text)
    except FileExistsError:
        raise NewTenantError(f"{file} exists, and nothing was written") from None
    return file, _relocated(loaded.warnings, trial, file)


def _relocated(problems: Sequence[Problem], trial: Path, file: Path) -> tuple[Problem, ...]:
    """Replace the directory of the trial in the problems' files by the directory of the tenant's file."""
    return tuple(
        replace(problem, file=str(file.parent / Path(problem.file).name))
        if Path(problem.file).parent == trial.parent
        else problem
        for problem in problems
    )


def _required(model: type[BaseModel], prefix: str = "") -> Iterator[Setting]:
    for name, field in model.model_fields.items():
        if field.is_required():
            path = f"{prefix}{field.alias or name}"
            inner = field.annotation
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from _required(inner, f"{path}.")
            else:
                yield Setting(path, field.description or "")
