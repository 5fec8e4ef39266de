"""Compare the findings of kcwarden, an independent auditor, with the documented explanations."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import yaml

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.runtime import Validator
from flow_mcp.settings import Client, TokenRequest
from tests.conftest import REPOSITORY
from tests.live.admin import add_person
from tests.live.person import Browser, tokens
from tests.live.tenant import Tenant

_REALM = "audited"
_KCWARDEN = Path(sys.executable).with_name("kcwarden")
_PLANNER, _REDIRECT = ("ada", "a-planner-of-the-tests"), "http://127.0.0.1/callback"

Finding = tuple[str, str, str]
"""Severity, auditor and subject."""


@pytest.fixture(scope="module")
def tenant(module_scratch: ScratchProject, keycloak: LocalKeycloak, admin: httpx.Client) -> Iterator[Tenant]:
    """The sample tenant with a planner in its realm."""
    sample = yaml.safe_load((REPOSITORY / "stacks" / "Pulumi.acme.yaml").read_text(encoding="utf-8"))
    declaration = sample["config"]["flow-mcp:tenant"]
    server = declaration["authorizationServer"]["keycloak"]
    server |= {"url": keycloak.url, "realm": {"name": _REALM, "create": True, "deletable": True}}
    tenant = Tenant(_REALM, module_scratch)
    tenant.create()
    tenant.declare(declaration)
    tenant.up()
    add_person(admin, _REALM, *_PLANNER, ["planners"])
    yield tenant
    admin.delete(_REALM)


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


@pytest.mark.usefixtures("tenant")
def test_findings_equal_the_explained_findings(keycloak: LocalKeycloak, tmp_path: Path) -> None:
    export = tmp_path / "realm.json"
    options = ["--realm", _REALM, "--auth-method", "password", "--user", keycloak.admin_user]
    _kcwarden(keycloak, "download", *options, "--output", str(export), keycloak.url)
    audited = json.loads(_kcwarden(keycloak, "audit", "--format", "json", str(export)))
    findings = {(finding["severity"], finding["reporting_auditor"], finding["entity"]) for finding in audited}
    assert findings == _explained()


def test_a_refresh_token_works_once_and_each_protected_resource_has_its_own(
    tenant: Tenant, http: httpx.Client
) -> None:
    browser, (desktop, requests) = Browser(http), _desktop(tenant)
    first, second = (_signed_in(http, browser, request) for request in requests)
    for _ in range(2):
        after = [_refreshed(http, desktop, requests[0], token) for token in (first, second)]
        assert [answer.status_code for answer in after] == [200, 200]
        assert _refreshed(http, desktop, requests[0], first).json()["error"] == "invalid_grant"
        first, second = (_signed_in(http, browser, request) for request in requests)


def test_admin_cli_gives_a_person_no_access(tenant: Tenant, http: httpx.Client) -> None:
    document, (_, requests) = tenant.document, _desktop(tenant)
    form = {"grant_type": "password", "client_id": "admin-cli", "username": _PLANNER[0]}
    for request in requests:
        assert request.authorization_parameters
        scope = request.authorization_parameters["scope"]
        answer = http.post(request.token_endpoint, data={**form, "password": _PLANNER[1], "scope": scope})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
        answer = http.post(request.token_endpoint, data={**form, "password": _PLANNER[1]})
        token = answer.json()["access_token"]
        assert Validator(document).decide(request.resource, token).status == 401


@pytest.mark.usefixtures("tenant")
def test_a_short_password_is_refused(admin: httpx.Client) -> None:
    person = {"username": "bob", "credentials": [{"type": "password", "value": "elevenchars"}]}
    with pytest.raises(httpx.HTTPStatusError, match="400"):
        admin.post(f"{_REALM}/users", json=person)


def _explained() -> set[Finding]:
    """Return the table of the documentation."""
    page = (REPOSITORY / "docs" / "kcwarden.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| `(\w+)` \| (.+?) \|", page, re.MULTILINE)
    return {
        (severity, auditor, entity)
        for severity, auditor, on in rows
        for entity in re.findall("`(.+?)`", on) or [_REALM]
    }


def _desktop(tenant: Tenant) -> tuple[Client, tuple[TokenRequest, ...]]:
    (server,) = tenant.document.authorization_servers
    (desktop,) = (client for client in server.clients if client.name == "desktop")
    return desktop, desktop.token_requests


def _signed_in(http: httpx.Client, browser: Browser, request: TokenRequest) -> str:
    """Return a refresh token, requested like an MCP client."""
    assert request.authorization_parameters
    asked = dict(request.authorization_parameters)
    asked["scope"] += " offline_access"
    request = request.model_copy(update={"authorization_parameters": asked})
    token: str = tokens(http, request, _PLANNER, _REDIRECT, browser=browser)["refresh_token"]
    return token


def _refreshed(http: httpx.Client, client: Client, request: TokenRequest, token: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "client_id": client.client_id, "refresh_token": token}
    return http.post(request.token_endpoint, data=form)


def _kcwarden(keycloak: LocalKeycloak, *arguments: str) -> str:
    """Run kcwarden without access to GitHub, where it looks up Keycloak's newest version."""
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}
    environment = os.environ | nowhere | {"KCWARDEN_KEYCLOAK_PASSWORD": keycloak.admin_password}
    ended = subprocess.run(
        [_KCWARDEN, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
