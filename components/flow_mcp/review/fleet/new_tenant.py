"""A new tenant's file: its text, and whether it would be right beside the others."""

from __future__ import annotations

import os
import re
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
from flow_mcp.declaration.claims import duplicate_claims
from flow_mcp.declaration.findings import DeclarationError, Problem
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.fleet.records import STACK
from flow_mcp.engine.project import Project

_SCHEMA = "# yaml-language-server: $schema=../docs/schemas/stack.schema.json\n"
# https://www.pulumi.com/docs/iac/concepts/stacks/#create-stack
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")


class NewTenantError(FlowMcpError):
    """A new tenant's file cannot be written."""

    exit_code = 2


@dataclass(frozen=True)
class Setting:
    """A setting that a kind of authorization server cannot do without.

    Attributes:
        path: below the kind, with dots: `realm.name`.
        description: what it is.
    """

    path: str
    description: str


def new_file(project: Project, stack: str) -> Path:
    """Where the file of a new tenant goes.

    Raises:
        NewTenantError: the name cannot be a stack's, or it is there already.
    """
    if not _NAME.fullmatch(stack) or stack in {STACK, ".", ".."}:
        raise NewTenantError(
            f"{stack!r} cannot be a tenant's name here: give up to 100 letters, digits, hyphens, underscores "
            f"and periods, and not {STACK}"
        )
    file = project.directory / "stacks" / f"Pulumi.{stack}.yaml"
    if os.path.lexists(file):
        raise NewTenantError(f"{file} is there already; nothing was written. Edit it, or choose another name")
    return file


def settings_needed(kind: str) -> tuple[Setting, ...]:
    """What a kind of authorization server cannot do without, in the order of its documentation."""
    return tuple(_needed(KINDS[kind].declaration))


def text(tenant: str, workspaces: Mapping[str, Sequence[str]], kind: str, settings: Mapping[str, str]) -> str:
    """The file's text.

    Args:
        tenant: its ID in Flow.
        workspaces: their environments, by ID.
        kind: of its authorization server.
        settings: of that server, by path; a value is YAML, as it would stand in the file.

    Raises:
        NewTenantError: a setting is no YAML.
    """
    server: dict[str, Any] = {}
    for path, value in settings.items():
        *above, last = path.split(".")
        at = server
        for key in above:
            at = at.setdefault(key, {})
            if not isinstance(at, dict):
                raise NewTenantError(f"{path}: {key} has a value already")
        try:
            at[last] = yaml.safe_load(value)
        except yaml.YAMLError:
            raise NewTenantError(f"{path}={value}: the value is no YAML") from None
    declared: dict[str, Any] = {
        "id": tenant,
        "workspaces": {name: {"environments": [*given]} for name, given in workspaces.items()},
    }
    # Without a block the tenant is on the Flow instance's Entra tenant, which needs no setting.
    if server or KINDS[kind] is not KINDS.default:
        declared["authorizationServer"] = {kind: server}
    content = {"config": {"flow-mcp:tenant": declared}}
    return _SCHEMA + yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def write(project: Project, stack: str, content: str) -> tuple[Path, tuple[Problem, ...]]:
    """Write a new tenant's file, if it is right.

    Returns:
        The file, and warnings.

    Raises:
        DeclarationError: it would be wrong, in itself or beside other tenants; nothing is written.
        NewTenantError: it is there already.
    """
    file = new_file(project, stack)
    instance = instance_of(project.file)
    with TemporaryDirectory(prefix="flow-mcp-") as directory:
        trial = Path(directory, file.name)
        trial.write_text(content, encoding="utf-8")
        try:
            loaded = from_file(trial, instance)
        except DeclarationError as error:
            raise DeclarationError(_of(file, error.problems)) from None
    owners: dict[str, str] = {}
    for other, path in project.stack_files(project.stacks()).items():
        try:
            tuple(duplicate_claims(from_file(path, instance), other, owners))
        except DeclarationError:
            continue
    if shared := tuple(duplicate_claims(loaded, stack, owners)):
        raise DeclarationError(_of(file, shared))
    try:
        with file.open("x", encoding="utf-8") as written:
            written.write(content)
    except FileExistsError:
        raise NewTenantError(f"{file} is there already; nothing was written") from None
    return file, _of(file, loaded.warnings)


def _of(file: Path, problems: Sequence[Problem]) -> tuple[Problem, ...]:
    return tuple(replace(each, file=str(file)) for each in problems)


def _needed(model: type[BaseModel], above: str = "") -> Iterator[Setting]:
    for name, field in model.model_fields.items():
        if field.is_required():
            path = f"{above}{field.alias or name}"
            inner = field.annotation
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from _needed(inner, f"{path}.")
            else:
                yield Setting(path, field.description or "")
