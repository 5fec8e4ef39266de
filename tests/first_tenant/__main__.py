"""Follow a page in `docs/start` from an empty directory to a verified tenant; print the time of each step.

    python -m tests.first_tenant keycloak
    python -m tests.first_tenant yaml-program

The command builds the wheel, starts a Keycloak of its own, and creates the account for which the page asks
the administrator. It installs the wheel's dependencies from the configured index. At the end it removes
everything.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from flow_mcp.local.keycloak.server import LocalKeycloak
from tests.first_tenant.desk import Desk, account
from tests.live.admin import admin_client


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.first_tenant",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("page", choices=("keycloak", "yaml-program"))
    page = parser.parse_args().page
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="flow-mcp-first-tenant-")))
        _show("building the wheel, starting Keycloak …")
        keycloak = stack.enter_context(
            LocalKeycloak(directory / "keycloak", 0, sources=("maven", "download"))
        )
        stack.enter_context(account(stack.enter_context(admin_client(keycloak))))
        desk = Desk.prepare(directory / "desk")
        _show(f"running the commands of docs/start/{page}.md …")
        steps = desk.follow(page, keycloak.url, offline=False)
    for step in steps:
        sys.stdout.write(f"{step.seconds:7.1f} s  {step.title}\n")
    sys.stdout.write(f"{sum(step.seconds for step in steps):7.1f} s  total\n")


def _show(progress: str) -> None:
    sys.stderr.write(f"{progress}\n")


if __name__ == "__main__":
    main()
