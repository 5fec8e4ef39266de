"""The example programs on Pulumi's engine and a real Keycloak: a tenant that the runtime lets in."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from joserfc.jwk import KeySet

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.operations.token_client import fetch_program_token
from flow_mcp.runtime import Reason, decide
from flow_mcp.settings import SettingsDocument
from tests.conftest import REPOSITORY
from tests.examples.workplace import Workplace
from tests.first_tenant.desk import Desk, account

EXAMPLES = REPOSITORY / "examples"
STACK = "tests"
# pip needs nothing but the generated SDK: the dependencies are those of the tests' own environment.
PIP = {"PIP_NO_DEPS": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


@contextmanager
def applied(workplace: Workplace, language: str, keycloak: LocalKeycloak) -> Iterator[dict[str, Any]]:
    """Apply a copy of the example, and yield its outputs, with secrets."""
    project = workplace.directory / "examples" / language
    credentials = {"KEYCLOAK_USER": keycloak.admin_user, "KEYCLOAK_PASSWORD": keycloak.admin_password}

    def pulumi(*arguments: str) -> str:
        return workplace.run("pulumi", *arguments, "--non-interactive", at=project, environment=credentials)

    pulumi("stack", "init", STACK)
    pulumi("config", "set", "keycloakUrl", keycloak.url)
    shown = pulumi("up", "--yes", "--skip-preview")
    try:
        printed = pulumi("stack", "output", "--json", "--show-secrets")
        outputs = json.loads(printed[printed.index("{") :])
        assert not [secret for secret in outputs["clientSecrets"].values() if secret in shown]
        yield outputs
    finally:
        pulumi("destroy", "--yes", "--skip-preview")


def example(workplace: Workplace, language: str) -> Path:
    """Copy an example as it is in git: without what its commands generate."""
    generated = shutil.ignore_patterns("node_modules", "sdks", "Pulumi.*.yaml", "__pycache__")
    return shutil.copytree(EXAMPLES / language, workplace.directory / "examples" / language, ignore=generated)


def decision(outputs: dict[str, Any]) -> Reason:
    """Return what the runtime decides on a call of the client `nightly-agent` with a token of Keycloak."""
    settings = SettingsDocument.from_json(outputs["settings"])
    (server,) = settings.authorization_servers
    (client,) = (client for client in server.clients if client.name == "nightly-agent")
    (request,) = client.token_requests
    with httpx.Client() as http:
        token = fetch_program_token(http, client, request, outputs["clientSecrets"][client.name])
        published = http.get(f"{outputs['authority']}/protocol/openid-connect/certs").json()
    keys = {server.authority: KeySet.import_key_set(published)}
    return decide(settings, request.resource, token, keys, int(time.time())).reason


def assert_serves(outputs: dict[str, Any], keycloak: LocalKeycloak, realm: str) -> None:
    assert outputs["authority"] == f"{keycloak.url}/realms/{realm}"
    assert outputs["clientIds"] == {name: f"flow-mcp-acme-{name}" for name in ("desktop", "nightly-agent")}
    assert list(outputs["clientSecrets"]) == ["nightly-agent"]
    assert decision(outputs) is Reason.ALLOWED


def test_the_start_page_leads_from_an_empty_directory_to_a_tenant_of_a_program_in_yaml(
    tmp_path: Path, keycloak: LocalKeycloak, admin: httpx.Client
) -> None:
    desk = Desk.prepare(tmp_path)
    with account(admin):
        try:
            steps = desk.follow("yaml-program", keycloak.url, offline=True)
            missing = [text for step in steps for text in step.expected if text not in step.output]
            assert missing == []
            assert re.search(r"^acme: \d+ pass, \d+ warn, 0 fail, ", steps[-1].output, re.MULTILINE)
            printed = desk.run("pulumi", "stack", "output", "--json", "--show-secrets")
            assert_serves(json.loads(printed[printed.index("{") :]), keycloak, "acme")
        finally:
            admin.delete("acme")


def test_a_program_in_python_creates_a_tenant_with_a_generated_sdk(
    workplace: Workplace, keycloak: LocalKeycloak
) -> None:
    project = example(workplace, "python")
    workplace.run("pulumi", "package", "add", str(workplace.plugin), at=project, environment=PIP)
    with applied(workplace, "python", keycloak) as outputs:
        assert_serves(outputs, keycloak, "acme-python")


def test_a_program_in_typescript_creates_a_tenant_with_a_generated_sdk(
    workplace: Workplace, keycloak: LocalKeycloak
) -> None:
    project = example(workplace, "typescript")
    # Hard links: the packages of `tests/examples/install_tools.sh`.
    shutil.copytree(
        EXAMPLES / "typescript" / "node_modules",
        project / "node_modules",
        symlinks=True,
        copy_function=os.link,
    )
    workplace.run("pulumi", "package", "add", str(workplace.plugin), at=project)
    with applied(workplace, "typescript", keycloak) as outputs:
        assert_serves(outputs, keycloak, "acme-typescript")
