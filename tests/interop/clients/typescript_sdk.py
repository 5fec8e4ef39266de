"""The official MCP TypeScript SDK, in the version whose token requests have no scope and in its successor."""

from __future__ import annotations

import json
import subprocess
from enum import StrEnum

from mcp_types import CallToolResult

from tests.interop.clients import node
from tests.interop.clients.python_sdk import place
from tests.interop.desk import Desk, RefusedError

_SECONDS = 120


class Package(StrEnum):
    """The package of a version."""

    VERSION_1 = "@modelcontextprotocol/sdk"
    VERSION_2 = "@modelcontextprotocol/client"


def ask_with_secret(
    desk: Desk, url: str, package: Package = Package.VERSION_2, name: str = "agent", scope: str | None = None
) -> dict[str, str]:
    """Call the tool for a program with a client secret.

    Args:
        desk: the client's environment.
        url: the protected resource.
        package: the package of the version.
        name: name of the client in the tenant's file.
        scope: the scope that the client is configured with; None for none.
    """
    secret = {"clientSecret": desk.scene.tenant.secrets[name]}
    return _ask(desk, url, package, name, {**secret, **({"scope": scope} if scope else {})})


def ask_with_key(desk: Desk, url: str) -> dict[str, str]:
    """Call the tool for a program with private key JWT."""
    key = {"privateKey": desk.scene.key.private_key, "algorithm": "RS256"}
    return _ask(desk, url, Package.VERSION_2, "signing-agent", key)


def _ask(desk: Desk, url: str, package: Package, name: str, credentials: dict[str, str]) -> dict[str, str]:
    tenant = desk.scene.tenant
    registered = {"clientId": tenant.client(name).client_id, "expectedIssuer": tenant.authority}
    asked = {
        "package": package,
        "url": url,
        "tool": "where_am_i",
        "credentials": {**registered, **credentials},
    }

    ended = subprocess.run(
        node.program("typescript_sdk.mjs"),
        # A command line is visible to other users of the machine; standard input is not.
        input=json.dumps(asked),
        env=node.environment(desk),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if ended.returncode:
        raise RefusedError(ended.stderr)
    return place(CallToolResult.model_validate_json(ended.stdout))
