"""The program of a stand-in plugin."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

from pulumi.provider.experimental.server import main as serve

from tests.standin.provider import StandIn
from tests.standin.sdk import Sdk
from tests.standin.server import Server


def main(sdk: Sdk) -> None:
    """Serve the engine. Its address is the first argument of the process."""
    rules = import_module(f"tests.standin.{sdk.package}_rules").RULES
    if sdk.package == "auth0":
        import_module("tests.standin.auth0_existing")  # registers the imports
    server = Server(Path(os.environ[variable(sdk.package)]))
    serve(sys.argv[1:], sdk.version, StandIn(sdk, rules, server, os.environ))


def variable(package: str) -> str:
    """Return the environment variable with the path of the server's file."""
    return f"STANDIN_{package.upper()}"
