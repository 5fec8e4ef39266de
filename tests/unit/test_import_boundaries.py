"""What may import what, and how long a module may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

COMPONENTS = Path(__file__).parents[2] / "components"
MODULES = sorted((COMPONENTS / "flow_mcp").rglob("*.py"))
DEPLOYING = ("pulumi", "pulumi_keycloak", "pulumi_auth0", "pulumi_azuread", "grpc")


WITHOUT_PULUMI = (
    "flow_mcp.declaration.load",
    "flow_mcp.authorization_servers.schema",
    "flow_mcp.settings",
    "flow_mcp.settings.schema",
    "flow_mcp.runtime",
    "flow_mcp.engine.project",
    "flow_mcp.declaration.access",
    "flow_mcp.review.diff.base",
    "flow_mcp.cli.check",
    "flow_mcp.cli.report",
    "flow_mcp.cli.diff",
    "flow_mcp.review.policy.evaluation",
    "flow_mcp.review.policy.pack",
    "flow_mcp.review.policy.rules",
    "flow_mcp.cli.schema",
)

KINDS = ("auth0", "entra", "external", "flow_entra", "keycloak", "scalekit")
OPERATIONS = "flow_mcp.operations."
ARCHITECTURE = Path(__file__).parents[2] / "docs" / "architecture.md"
ROOMS: dict[str, set[str]] = {
    "common": set(),
    "settings": {"common"},
    "runtime": {"common", "settings"},
    "engine": {"common"},
    "declaration": {"common", "settings"},
    "authorization_servers": {"common", "settings", "engine", "declaration"},
    "review": {"common", "settings", "engine", "declaration", "authorization_servers"},
    "operations": {
        *("common", "settings", "runtime", "engine", "declaration", "authorization_servers"),
        "review",
    },
    "local": {"common", "settings", "runtime", "engine", "authorization_servers", "operations"},
    "cli": {
        *("common", "settings", "runtime", "engine", "declaration", "authorization_servers"),
        *("review", "operations", "local"),
    },
}
"""What each room may import, besides itself; docs/architecture.md has the same list."""


def _imports(module: Path) -> set[str]:
    """The modules of this package that a module imports, imports for types included."""
    imported: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            imported |= {f"{node.module}.{alias.name}" for alias in node.names}
            imported.add(node.module)
        elif isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
    return imported & set(NAMES)


def _name(module: Path) -> str:
    parts = module.relative_to(COMPONENTS).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {_name(module): module for module in MODULES}
IMPORTS = {name: _imports(module) for name, module in NAMES.items()}


def test_no_modules_import_each_other() -> None:
    # `from flow_mcp.room import module` names the package too, which is no import of what is in it.
    graph = {
        name: {imported for imported in found if not name.startswith(f"{imported}.")}
        for name, found in IMPORTS.items()
    }
    TopologicalSorter(graph).prepare()


def test_the_packages_of_operations_do_not_import_each_other() -> None:
    graph: dict[str, set[str]] = {}
    for name, imports in IMPORTS.items():
        if name.startswith(OPERATIONS):
            below = {_package(imported) for imported in imports if imported.startswith(OPERATIONS)}
            graph.setdefault(_package(name), set()).update(below - {_package(name)})
    TopologicalSorter(graph).prepare()


def _package(module: str) -> str:
    return module.removeprefix(OPERATIONS).split(".")[0]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_below_it(room: str) -> None:
    imported = {
        found.split(".")[1]
        for name, imports in IMPORTS.items()
        if name.startswith(f"flow_mcp.{room}.")
        for found in imports
        if "." in found
    }
    assert imported - {room} == ROOMS[room]


def test_the_documented_table_is_the_list_of_rooms() -> None:
    table = ARCHITECTURE.read_text(encoding="utf-8").split("<!-- rooms -->\n")[1].split("<!-- /rooms -->")[0]
    rows = [
        f"| `{room}` | {', '.join(f'`{below}`' for below in sorted(imported)) or 'nothing'} |"
        for room, imported in ROOMS.items()
    ]
    assert table.splitlines() == ["| Room | Imports |", "|---|---|", *rows]


def test_the_first_floor_is_the_list_of_rooms() -> None:
    floor = {path.name for path in (COMPONENTS / "flow_mcp").iterdir()} - {"__init__.py", "py.typed"}
    assert floor - {"__pycache__"} == set(ROOMS)


# Each module in a process of its own, all of which begin with pydantic: that takes most of the time, and
# brings nothing that is looked for here.
_FORKING = """
import os, sys, pydantic
for module in sys.argv[1:]:
    if os.fork() == 0:
        __import__(module)
        print(module, *sys.modules, flush=True)
        os._exit(0)
    if os.wait()[1]:
        sys.exit(f"{module} cannot be imported")
"""


@pytest.fixture(scope="module")
def loaded() -> dict[str, set[str]]:
    """The modules, and the packages above them, that an interpreter has loaded after the import of each."""
    command = [sys.executable, "-c", _FORKING, *WITHOUT_PULUMI]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line.split() for line in ran.stdout.splitlines()]
    return {module: {*names, *(name.partition(".")[0] for name in names)} for module, *names in lines}


@pytest.mark.parametrize("module", WITHOUT_PULUMI)
def test_what_declares_and_decides_imports_no_pulumi(module: str, loaded: dict[str, set[str]]) -> None:
    assert module in loaded[module]
    assert loaded[module].isdisjoint(DEPLOYING)


def test_the_runtime_needs_neither_yaml_nor_a_command_line(loaded: dict[str, set[str]]) -> None:
    assert loaded["flow_mcp.runtime"].isdisjoint({*DEPLOYING, "yaml", "click", "rich"})


def test_the_settings_know_nothing_of_what_is_declared(loaded: dict[str, set[str]]) -> None:
    declaring = {"flow_mcp.declaration", "flow_mcp.authorization_servers"}
    assert loaded["flow_mcp.settings"].isdisjoint(declaring)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(COMPONENTS)))
def test_a_module_fits_in_a_head(module: Path) -> None:
    assert len(module.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(COMPONENTS)))
def test_only_clients_that_keep_to_a_time_limit_send_requests(module: Path) -> None:
    calls = {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    }
    names = "Client AsyncClient request stream get head options post put patch delete"
    allowed = {"httpx.Client"} if module == COMPONENTS / "flow_mcp" / "common" / "deadline.py" else set()
    assert calls & {f"httpx.{name}" for name in names.split()} == allowed


@pytest.mark.parametrize("kind", KINDS)
def test_the_program_of_a_tenant_imports_its_own_kind_and_no_http_client(kind: str) -> None:
    program, component = (
        f"flow_mcp.authorization_servers.{name}" for name in ("stack_program", f"{kind}.component")
    )
    command = [sys.executable, "-c", f"import sys, {program}, {component}; print(*sys.modules)"]
    imported = {*subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()}
    kinds = {other for other in KINDS if f"flow_mcp.authorization_servers.{other}" in imported}
    # Flow's Entra is an Entra.
    assert kinds == ({kind, "entra"} if kind == "flow_entra" else {kind})
    assert imported & {"click", "httpx", "rich"} == set()
