"""States that earlier versions left, each with what the stand-in for Auth0 held then.

`names.json`: the component, the server's component and the provider are named after the stack.
`version_0_1_0.json`: all resources of the sample tenant, as version 0.1.0 creates them.
`tenant_settings.json`: the Auth0 tenant's settings are managed, and nothing remembers what they were before.

Secrets are replaced, and what Pulumi says of the machine is removed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from tests.engine.conftest import StandInProject

STACK = "initech-prod"
"""The stack of these states; their tenant is `initech`."""
DOMAIN = "initech.eu.auth0.com"


def restore(auth0: StandInProject, name: str) -> dict[str, Any]:
    """Put the stack and the stand-in's server into a former state; returns the tenant's declaration."""
    recorded = json.loads((Path(__file__).parent / f"{name}.json").read_text(encoding="utf-8"))
    auth0.server.file.write_text(json.dumps(recorded["server"]), encoding="utf-8")
    [settings] = (
        resource
        for resource in recorded["state"]["deployment"]["resources"]
        if resource["type"] == "flow-mcp:index:McpServerSettings"
    )
    tenant: dict[str, Any] = settings["inputs"]["tenant"]
    auth0.scratch.declare(STACK, yaml.safe_dump({"config": {"flow-mcp:tenant": tenant}}))
    auth0.scratch.pulumi("stack", "select", "--create", STACK)
    stack_file = yaml.safe_load(auth0.scratch.project.stack_file(STACK).read_text(encoding="utf-8"))
    recorded["state"]["deployment"]["secrets_providers"] = {
        "type": "passphrase",
        "state": {"salt": stack_file["encryptionsalt"]},
    }
    file = auth0.scratch.directory / "former.json"
    file.write_text(json.dumps(recorded["state"]), encoding="utf-8")
    auth0.scratch.pulumi("stack", "import", "--file", str(file), "--stack", STACK)
    return tenant
