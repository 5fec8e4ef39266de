"""Records rotations in a tenant's file, which the next `pulumi up` applies."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.applications.catalogue import FILE as APPLICATIONS
from flow_mcp.declaration.load import Loaded, instance_of
from flow_mcp.declaration.positions import parse
from flow_mcp.engine.project import Project
from flow_mcp.operations.export import files
from flow_mcp.operations.rotate import yaml_edit
from flow_mcp.operations.rotate.decide import Step


def record(project: Project, loaded: Loaded, file: Path, steps: Sequence[Step]) -> bool:
    """Write the steps into a stack's file, and return whether the file changed.

    Args:
        project: the project of the stack.
        loaded: the file's declaration.
        file: the stack's file.
        steps: what changes.

    Raises:
        DeclarationError: the file would be invalid. Nothing is written.
        RotateError: the file cannot be edited in place. Nothing is written.
    """
    # Not read_text, which changes the line ends.
    text = original = file.read_bytes().decode("utf-8")
    for step in steps:
        if step.path:
            text = _edited(text, [*map(str, loaded.tenant.root), *map(str, step.path)], step)
    if text == original:
        return False
    _require_valid(project, file, text)
    return files.replace_text(file, text)


def _edited(text: str, path: Sequence[str], step: Step) -> str:
    expected = parse(text).value
    for key in path:
        expected = expected[key]
    mapping = yaml_edit.Mapping(text, path)
    for key, new in step.renamed.items():
        mapping.rename(key, new)
        expected[new] = expected.pop(key)
    for key in step.removed:
        mapping.remove(key)
        del expected[key]
    for key, value in reversed(step.values.items()):
        mapping.set(key, value)
        expected[key] = value
    yaml_edit.require_only(text, mapping.text, path, expected)
    return mapping.text


def _require_valid(project: Project, file: Path, text: str) -> None:
    with TemporaryDirectory(prefix="flow-mcp-") as directory:
        trial = Path(directory, file.name)
        trial.write_bytes(text.encode())
        if (applications := file.with_name(APPLICATIONS)).is_file():
            shutil.copyfile(applications, trial.with_name(APPLICATIONS))
        from_file(trial, instance_of(project.file))
