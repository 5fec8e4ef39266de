"""The stand-in's process, and the executable that the engine starts it by."""

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
    """Serve the engine whose address is the first argument."""
    sdk = Sdk.of(package)
    rules = import_module(f"tests.standin.{package}_rules").RULES
    server = Server(Path(os.environ[variable(package)]))
    serve(sys.argv[1:], sdk.version, StandIn(sdk, rules, server, os.environ))


def variable(package: str) -> str:
    """The environment variable that names the server's file."""
    return f"STANDIN_{package.upper()}"


def install(package: str, scratch: ScratchProject) -> None:
    """Put the plugin's executable where the trial's engine finds it."""
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
