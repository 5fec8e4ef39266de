"""The credentials by which stacks administer authorization servers, by presence only: no value is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from flow_mcp.declaration.declaration import AuthorizationServerKind, Declaration
from flow_mcp.declaration.load import PROJECT
from flow_mcp.operations.doctor.finding import Finding


def credentials(
    declarations: Mapping[str, tuple[Path, Declaration]], environment: Mapping[str, str]
) -> Iterator[Finding]:
    """Find out whether the environment has the credentials that the tenants' stacks need.

    Args:
        declarations: file and declaration by stack.
        environment: of the command, which Pulumi's is too.
    """
    stacks: dict[str, tuple[AuthorizationServerKind, list[str]]] = {}
    for stack, (file, declaration) in declarations.items():
        for side in declaration.at_servers:
            in_stack = _in_stack(file, side.kind.credentials.stack_secrets)
            _, names = stacks.setdefault(side.kind.key, (side.kind, []))
            if side.kind.needs_credentials(side) and not in_stack and stack not in names:
                names.append(stack)
    for kind, names in (stacks[key] for key in sorted(stacks)):
        if names:
            yield _finding(kind, names, environment)


def _finding(kind: AuthorizationServerKind, stacks: list[str], environment: Mapping[str, str]) -> Finding:
    variables = kind.credentials
    subject = f"credentials for {kind.key}"
    if chosen := variables.chosen(environment):
        return Finding(subject, "ok", f"{' and '.join(chosen)} {'are' if len(chosen) > 1 else 'is'} set")
    names = dict.fromkeys(name for alternative in variables.alternatives for name in alternative)
    present = [name for name in names if environment.get(name)]
    needed_by = f"{', '.join(stacks[:5])}{', …' if len(stacks) > 5 else ''}"
    remedy = f"Set {variables.in_words()}."
    if variables.stack_secrets:
        commands = " and ".join(
            f"`pulumi config set --secret {PROJECT}:{name}`" for name in variables.stack_secrets
        )
        remedy = f"{remedy} Or store them in the stack: {commands}."
    if present:
        message = (
            f"only {' and '.join(present)} {'are' if len(present) > 1 else 'is'} set; needed by {needed_by}"
        )
        return Finding(subject, "problem", message, remedy)
    if variables.otherwise:
        message = f"none in the environment; needed by {needed_by}"
        return Finding(subject, "warning", message, f"{variables.otherwise} {remedy}")
    return Finding(subject, "problem", f"none in the environment; needed by {needed_by}", remedy)


def _in_stack(file: Path, names: tuple[str, ...]) -> bool:
    """Return whether the stack's file has all of these encrypted values."""
    content = yaml.safe_load(file.read_bytes())
    config = content.get("config") if isinstance(content, dict) else None
    values = [config.get(f"{PROJECT}:{name}") for name in names] if isinstance(config, dict) else []
    return bool(values) and all(isinstance(value, dict) and "secure" in value for value in values)
