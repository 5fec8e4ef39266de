"""Tests of `flow-mcp report --live` for a stack on a real Keycloak."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from tests.live.command import flow_mcp
from tests.live.tenant import Tenant


@pytest.fixture(scope="module")
def tenant(module_scratch: ScratchProject, keycloak: LocalKeycloak, admin: httpx.Client) -> Iterator[Tenant]:
    created = Tenant("reported", module_scratch)
    created.create()
    created.declare(
        {
            "id": "reported",
            "workspaces": {"1": {"environments": ["production"]}},
            "authorizationServer": {
                "keycloak": {
                    "url": keycloak.url,
                    "realm": {"name": "reported", "create": True, "deletable": True},
                }
            },
            "clients": {"agent": {"grant": "client-credentials", "access": ["*"]}},
        }
    )
    created.up()
    yield created
    admin.delete("reported")


def reported(tenant: Tenant, directory: Path, **environment: str) -> tuple[dict[str, Any], str]:
    """Return the tenant in the report's JSON, and all output."""
    page, data = directory / "report.html", directory / "report.json"
    arguments = ("report", "reported", "--live", "--to", str(page), "--json", str(data))
    ended = flow_mcp(tenant.scratch, *arguments, environment=environment)
    assert ended.returncode == 0, ended.stderr
    (reported_tenant,) = json.loads(data.read_text("utf-8"))["tenants"]
    everything = ended.stdout + ended.stderr + page.read_text("utf-8") + data.read_text("utf-8")
    return reported_tenant, everything


def test_an_unchanged_stack_has_no_drift_and_a_changed_one_is_counted(
    tenant: Tenant, admin: httpx.Client, tmp_path: Path
) -> None:
    before, written = reported(tenant, tmp_path)
    secret = tenant.outputs(secrets=True)["clientSecrets"]["agent"]
    assert secret not in written
    assert {key: before["update"][key] for key in ("reading", "number", "kind", "result")} == {
        "reading": "read",
        "number": 1,
        "kind": "update",
        "result": "succeeded",
    }
    assert (before["applied"]["reading"], before["applied"]["differences"]) == ("read", [])
    assert before["drift"] == {"reading": "read", "changed": 0}

    scopes = admin.get("reported/client-scopes").json()
    scope = next(entry for entry in scopes if entry["name"].endswith("1/production"))
    changed = {**scope, "description": "changed by hand"}
    admin.put(f"reported/client-scopes/{scope['id']}", json=changed).raise_for_status()
    after, _ = reported(tenant, tmp_path)
    assert after["drift"] == {"reading": "read", "changed": 1}


def test_without_the_servers_credentials_only_drift_is_unknown(tenant: Tenant, tmp_path: Path) -> None:
    reported_tenant, written = reported(tenant, tmp_path, KEYCLOAK_PASSWORD="wr0ng-password")
    assert (reported_tenant["applied"]["reading"], reported_tenant["update"]["reading"]) == ("read", "read")
    assert reported_tenant["drift"] == {
        "reading": "failed",
        "reason": "`pulumi refresh --preview-only --stack reported` failed; run it to see why",
    }
    assert "wr0ng-password" not in written
