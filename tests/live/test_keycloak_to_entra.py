"""Test of the preview of a move to another authorization server."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from tests.live.tenant import Tenant
from tests.standin.fork_server import install
from tests.standin.plugin import variable

_NAME = "moving"
_ENTRA = "8a1f3c52-64d0-4a0c-9a3e-0f2b7d9c1e55"
_AUTHORITY = f"https://login.microsoftonline.com/{_ENTRA}/v2.0"
_COMPONENT = "flow-mcp:index:McpServerSettings"


def _declared(server: dict[str, Any], secret: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": _NAME,
        "workspaces": {"456": {"environments": ["production"]}},
        "authorizationServer": server,
        "clients": {"agent": {"grant": "client-credentials", "access": ["456/production"], **secret}},
        "manualRegistrations": {"legacy": {"clientId": _ENTRA, "access": ["456/production"]}},
    }


def test_the_preview_shows_the_new_authority_and_client_ids(
    module_scratch: ScratchProject, keycloak: LocalKeycloak, tmp_path: Path
) -> None:
    realm = {"name": _NAME, "create": True, "deletable": True}
    tenant = Tenant(_NAME, module_scratch)
    tenant.create()
    tenant.declare(_declared({"keycloak": {"url": keycloak.url, "realm": realm}}, {}))
    tenant.up()

    # The engine and Keycloak are real; Entra's plugin is a stand-in, which a preview rarely calls.
    install("azuread", module_scratch)
    entra = {
        "ARM_CLIENT_ID": "applier",
        "ARM_CLIENT_SECRET": "x",
        variable("azuread"): str(tmp_path / "e.json"),
    }
    moving = replace(module_scratch, credentials={**module_scratch.credentials, **entra})
    secret = {"secret": {"issued": "2026-11-01", "lifetime": "180d"}}
    _require_second_server_beside_the_first(tenant, moving, keycloak, secret)
    tenant.declare(_declared({"entra": {"tenantId": _ENTRA}}, secret))
    printed = moving.pulumi("preview", "--json", "--stack", _NAME).stdout
    steps = json.loads(printed[printed.index("{") :])["steps"]

    (component,) = (step for step in steps if step["urn"].split("::")[2] == _COMPONENT)
    before, after = component["oldState"]["inputs"], component["newState"]["inputs"]
    issuer = f"{keycloak.url}/realms/{_NAME}"
    assert component["op"] == "update"
    assert before["clientIdsOf"] == {"agent": issuer, "legacy": issuer}
    assert after["clientIdsOf"] == {"agent": _AUTHORITY, "legacy": _AUTHORITY}
    kinds = {(step["urn"].split("::")[2].rpartition("$")[2], step["op"]) for step in steps}
    assert {
        ("keycloak:index/realm:Realm", "delete"),
        ("keycloak:openid/client:Client", "delete"),
        ("azuread:index/application:Application", "create"),
        ("azuread:index/applicationPassword:ApplicationPassword", "create"),
    } <= kinds

    shown = moving.pulumi("preview", "--stack", _NAME).stdout
    assert re.search(rf'authority +: "{re.escape(issuer)}" => "{re.escape(_AUTHORITY)}"', shown)

    module_scratch.pulumi("destroy", "--yes", "--skip-preview", "--stack", _NAME)


def _require_second_server_beside_the_first(
    tenant: Tenant, moving: ScratchProject, keycloak: LocalKeycloak, secret: dict[str, Any]
) -> None:
    """The first step of a move creates the applications in Entra, and changes nothing in the realm."""
    realm = {"name": _NAME, "create": True, "deletable": True}
    present = _declared({"keycloak": {"url": keycloak.url, "realm": realm}}, {})
    agent = {**present["clients"]["agent"], **secret}
    second = {"authorizationServer": {"entra": {"tenantId": _ENTRA}}, "clients": {"agent": agent}}
    tenant.declare({**present, "movingTo": second})
    printed = moving.pulumi("preview", "--json", "--stack", _NAME).stdout
    steps = json.loads(printed[printed.index("{") :])["steps"]
    changes = {
        (step["urn"].split("::")[2].rpartition("$")[2].partition(":")[0], step["op"])
        for step in steps
        if step["op"] != "same"
    }
    assert {op for package, op in changes if package == "keycloak"} == set()
    assert ("azuread", "create") in changes
    assert {op for _, op in changes} == {"create", "update"}
