"""The process of a stand-in plugin, and the executable with which the engine starts it."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

from pulumi.provider.experimental.server import main as serve

from flow_mcp.local.scratch_project import ScratchProject
from tests.standin.provider import StandIn
from tests.standin.sdk import Sdk
from tests.standin.server import Server

_REPOSITORY = Path(__file__).parent.parent.parent


def main(package: str) -> None:
    """Serve the engine. Its address is the first argument of the process."""
    sdk = Sdk.of(package)
    rules = import_module(f"tests.standin.{package}_rules").RULES
    if package == "auth0":
        import_module("tests.standin.auth0_existing")  # registers the imports
    server = Server(Path(os.environ[variable(package)]))
    serve(sys.argv[1:], sdk.version, StandIn(sdk, rules, server, os.environ))


def variable(package: str) -> str:
    """Return the environment variable with the path of the server's file."""
    return f"STANDIN_{package.upper()}"


def install(package: str, scratch: ScratchProject) -> None:
    """Write the plugin's executable to the directory in which the project's engine searches plugins."""
    script = scratch.installed_plugin(package)
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(
        f"#!{sys.executable}\n"
        f"import sys\n"
        f"sys.path.insert(0, {str(_REPOSITORY)!r})\n"
        f"from tests.standin.plugin import main\n"
        f"main({package!r})\n",
        encoding="utf-8",
    )
    script.chmod(0o755)
