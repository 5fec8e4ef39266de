"""Write the files of a new project. The same input gives the same bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from flow_mcp.authorization_servers import KINDS
from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.authorization_servers.schema import stack_schema
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.common.json_schema import schema_text
from flow_mcp.local.new_project.first_tenant import LOCAL_KEYCLOAK, FirstTenant
from flow_mcp.local.new_project.pipeline import Pipeline

PROJECT = "Pulumi.yaml"
PLUGIN = ".venv/share/flow-mcp"
"""The directory of the plugin in an environment with the wheel: see `pyproject.toml`."""
_TEMPLATES = Path(__file__).parent / "files"
_STACK_FILE = "stacks/tenant.yaml"
_NAMES = {"gitignore": ".gitignore"}
"""Files whose name in the package would have an effect there."""
_MAINTAINED = (
    "policies/PulumiPolicy.yaml",
    "policies/__main__.py",
    "policies/rules/README.md",
    "stacks/__main__.py",
)
"""Files that a project does not change; `flow-mcp upgrade` compares them."""
_ALLOWED = frozenset({".git", ".venv"})
"""What an empty repository has, and the environment that the package is installed in."""
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._/-]*")


class NewProjectError(FlowMcpError):
    """A new project cannot be created in the directory."""

    exit_code = 2


def create(directory: Path, tenant: FirstTenant, pipeline: Pipeline | None) -> tuple[str, ...]:
    """Write a new project, whose first tenant is valid.

    Args:
        directory: the project's directory; created if it does not exist.
        tenant: the first tenant.
        pipeline: a pipeline to begin with.

    Returns:
        The paths of the files, relative to the directory, sorted.

    Raises:
        NewProjectError: the directory has files already, or is no directory.
        DeclarationError: the tenant would be invalid; nothing is written.
    """
    _check_empty(directory)
    files = dict(sorted(_files(tenant, pipeline).items()))
    for name, text in files.items():
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return tuple(files)


def _check_empty(directory: Path) -> None:
    if directory.exists() and not directory.is_dir():
        raise NewProjectError(f"{directory} is a file; name a new or empty directory")
    names = sorted({path.name for path in directory.iterdir()} - _ALLOWED) if directory.exists() else []
    if names:
        more = ", …" if len(names) > 3 else ""
        raise NewProjectError(
            f"{directory} is not empty: it has {', '.join(names[:3])}{more}; name a new or empty directory"
        )


def _files(tenant: FirstTenant, pipeline: Pipeline | None) -> dict[str, str]:
    # The first tenant of another server has clients that somebody else registered.
    credentials = None if tenant.kind == "external" else KINDS[tenant.kind].credentials
    values = {
        "tenant": tenant.id,
        "server": tenant.server,
        "kind": tenant.kind,
        "address": tenant.address,
        "workspace": tenant.workspace,
        "environment": tenant.environment,
        "resource": f"{tenant.workspace}/{tenant.environment}",
        # Auth0 compares the port of a redirect URI too.
        "redirect": f"http://127.0.0.1{':33418' if tenant.kind == 'auth0' else ''}/callback",
        "version": version("flow-mcp"),
        "plugin": PLUGIN,
        "credentials": credentials.in_words("`") if credentials else "",
        "local_keycloak": LOCAL_KEYCLOAK,
        "pipeline": pipeline,
    }
    files = dict(_rendered(values))
    declared = files.pop(_STACK_FILE)
    _check(files[PROJECT], declared, tenant)
    files[f"stacks/Pulumi.{tenant.id}.yaml"] = declared
    files["schemas/stack.schema.json"] = schema_text(stack_schema())
    if pipeline:
        files[pipeline.file] = pipeline.text(credentials.alternatives[0] if credentials else ())
    return files


def maintained_files() -> dict[str, str]:
    """Return the files by path that depend on the package's version only, and not on the project."""
    texts = {name: _template(name).render(version=version("flow-mcp")) for name in _MAINTAINED}
    return {**texts, "schemas/stack.schema.json": schema_text(stack_schema())}


def _rendered(values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name in _environment().list_templates(extensions=["jinja"]):
        path = name.removesuffix(".jinja")
        yield _NAMES.get(path, path), _template(path).render(values)


def _template(path: str) -> Template:
    return _environment().get_template(f"{path}.jinja")


def _environment() -> Environment:
    # These files are YAML, Python and Markdown: HTML's escapes would be wrong in each of them.
    environment = Environment(  # noqa: S701
        loader=FileSystemLoader(_TEMPLATES), undefined=StrictUndefined, keep_trailing_newline=True
    )
    environment.filters |= {"scalar": _scalar, "quoted": _quoted}
    return environment


def _check(project: str, stack: str, tenant: FirstTenant) -> None:
    instance = yaml.safe_load(project)["config"]["flow-mcp:instance"]["default"]
    declared: Any = yaml.safe_load(stack)["config"]["flow-mcp:tenant"]
    from_configuration(declared, instance, source=f"the first tenant, {tenant.id!r}")


def _scalar(value: str) -> str:
    """Write a text in YAML, in quotes where YAML would read something else."""
    return value if _PLAIN.fullmatch(value) and yaml.safe_load(value) == value else _quoted(value)


def _quoted(value: str) -> str:
    return json.dumps(value)
