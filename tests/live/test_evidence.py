"""Test of the evidence of a change that was previewed, approved and applied on a real Keycloak."""

from __future__ import annotations

import base64
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
from tests.unit.review.evidence.samples import write_keys

_NAME = "proved"


def _declaration(keycloak: LocalKeycloak, *access: str) -> dict[str, Any]:
    return {
        "id": _NAME,
        "workspaces": {"1": {"environments": ["production", "test"]}},
        "authorizationServer": {
            "keycloak": {"url": keycloak.url, "realm": {"name": _NAME, "create": True, "deletable": True}}
        },
        "clients": {"agent": {"grant": "client-credentials", "access": list(access)}},
    }


@pytest.fixture
def tenant(module_scratch: ScratchProject, keycloak: LocalKeycloak, admin: httpx.Client) -> Iterator[Tenant]:
    created = Tenant(_NAME, module_scratch)
    created.create()
    created.declare(_declaration(keycloak, "1/test"))
    created.up()
    yield created
    admin.delete(_NAME)


def test_evidence_contains_the_approved_change_and_no_secret(
    tenant: Tenant, keycloak: LocalKeycloak, tmp_path: Path
) -> None:
    (private, public), file, diff = write_keys(tmp_path), tmp_path / "evidence.json", tmp_path / "diff.json"
    tenant.declare(_declaration(keycloak, "1/test", "1/production"))
    previewed = flow_mcp(tenant.scratch, "gate", "preview", _NAME, "--format", "json")
    assert previewed.returncode == 3, previewed.stderr
    diff.write_text(previewed.stdout, encoding="utf-8")
    approved = json.loads(previewed.stdout)["digest"]
    pack = ("evidence", _NAME, "--key", str(private), "--to", str(file), "--diff", str(diff))

    early = flow_mcp(tenant.scratch, *pack)
    assert (early.returncode, file.exists()) == (2, False)
    assert "client agent does not have access to 1/production yet" in early.stderr
    assert "Traceback" not in early.stderr

    applied = flow_mcp(tenant.scratch, "gate", "apply", _NAME, "--approved", approved)
    assert applied.returncode == 0, applied.stdout + applied.stderr
    # The verification needs neither passphrase nor administrator credentials.
    locked = {"PULUMI_CONFIG_PASSPHRASE_FILE": "", "PULUMI_CONFIG_PASSPHRASE": "", "KEYCLOAK_PASSWORD": ""}
    packed = flow_mcp(tenant.scratch, *pack, environment=locked)
    assert packed.returncode == 0, packed.stderr
    shown = flow_mcp(tenant.scratch, "evidence", "verify", str(file), "--key", str(public), "--tenant", _NAME)
    assert shown.returncode == 0, shown.stderr
    assert approved in shown.stdout

    payload = base64.b64decode(json.loads(file.read_bytes())["payload"]).decode()
    statement = json.loads(payload)
    (about,) = statement["predicate"]["tenants"]
    assert about["settings"]["settings"] == tenant.outputs()["settings"]
    assert about["declaration"]["tenant"]["clients"]["agent"]["access"] == ["1/production", "1/test"]
    assert statement["predicate"]["diff"]["tenants"][0]["operations"]
    (secret,) = tenant.outputs(secrets=True)["clientSecrets"].values()
    everything = payload + "".join(ended.stdout + ended.stderr for ended in (early, packed, shown))
    assert secret not in everything
    assert keycloak.admin_password not in everything
