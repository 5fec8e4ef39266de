"""Tests of the golden corpus with previews of real Pulumi and Keycloak, and stand-ins for other servers.

The state of a stack has only the component, with the earlier declaration in its inputs, because a preview
compares only these; all other resources are new. The policies are omitted: they do not evaluate declarations
in a preview, and take most of its time.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import pytest

from flow_mcp.engine.project import Project
from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.review.diff import compare
from flow_mcp.review.preview.preview import declarations
from tests.conftest import REPOSITORY
from tests.engine.conftest import CREDENTIALS
from tests.live.authority import Authority
from tests.standin.auth0_management import auth0_management
from tests.standin.plugin import install, variable
from tests.standin.registration_server import INITIAL_ACCESS_TOKEN, RegistrationServer
from tests.standin.scalekit_server import APPLIER
from tests.standin.server import Server
from tests.standin.web import serving
from tests.unit.review.diff.corpus import CORPUS, Case, ExpectedChange, compared_parts

# Its administration host does not exist, and a preview would send requests to it.
UNREACHABLE = "the stack no longer owns its realm, and the administrator signs in elsewhere"
# A deleted stack has no program, so it cannot be previewed.
PREVIEWED = [case for case in CORPUS if case.after and case.name != UNREACHABLE]
ENTRA_TENANTS = (
    "3f0c6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11",
    "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "1d6fd4a5-5b8e-4a8f-8f39-0c9d2b7e6a42",
)
GROUPS = {
    "planners": "aaaaaaaa-0000-4000-8000-000000000001",
    "fabrikam-planners": "aaaaaaaa-0000-4000-8000-000000000002",
}
AUTH0_SWITCHES = {
    "clientIdMetadataDocumentSupported": True,
    "flags": [{"enableDynamicClientRegistration": True}],
}
DOMAINS = ["contoso.example", "new.example", "profitbase.biz"]


@dataclass(frozen=True)
class PreviewProject:
    """A scratch project with every authorization server of the corpus.

    Attributes:
        scratch: the scratch project.
        addresses: the addresses of the corpus, with those of the servers of the test.
    """

    scratch: ScratchProject
    addresses: Mapping[str, str]

    def localized(self, text: str) -> str:
        """Return a text of the corpus with the addresses of the servers of the test."""
        for declared, actual in self.addresses.items():
            text = text.replace(declared, actual)
        return text

    def preview(self, stack: str) -> list[Any]:
        """Return the engine's events of a preview."""
        log = self.scratch.directory / "events.jsonl"
        log.unlink(missing_ok=True)
        ended = subprocess.run(
            [
                str(self.scratch.toolchain / "pulumi"),
                *("--non-interactive", "preview", "--stack", stack, "--event-log", str(log)),
            ],
            cwd=self.scratch.project.directory,
            env={**self.scratch.environment(), "PULUMI_DEBUG_COMMANDS": "true"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout
        return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def preview_project(
    tmp_path_factory: pytest.TempPathFactory, keycloak: LocalKeycloak, authority: Authority
) -> Iterator[PreviewProject]:
    directory = tmp_path_factory.mktemp("corpus")
    scratch = ScratchProject.prepare(Project(REPOSITORY), directory / "trial", {})
    credentials: dict[str, str] = {
        "KEYCLOAK_USER": keycloak.admin_user,
        "KEYCLOAK_PASSWORD": keycloak.admin_password,
        "FLOW_MCP_INITIAL_ACCESS_TOKEN": INITIAL_ACCESS_TOKEN,
        "SCALEKIT_CLIENT_ID": APPLIER[0],
        "SCALEKIT_CLIENT_SECRET": APPLIER[1],
        "SSL_CERT_FILE": str(authority.certificate),
    }
    for package in ("azuread", "auth0"):
        install(package, scratch)
        credentials |= {**CREDENTIALS[package], variable(package): str(directory / f"{package}.json")}
    for tenant in ENTRA_TENANTS:
        with Server(directory / "azuread.json").account(tenant) as account:
            account.given.update(groups=GROUPS, domains=DOMAINS)
    for domain, role in (("initech.eu.auth0.com", "planners"), ("acme.eu.auth0.com", "planning")):
        with Server(directory / "auth0.json").account(domain) as account:
            account.given.update(tenant=AUTH0_SWITCHES, roles={role: f"rol_{role}"})
    with ExitStack() as servers:
        management = auth0_management(authority, Server(directory / "auth0.json"))
        credentials |= servers.enter_context(management)
        first, second = (servers.enter_context(serving(authority, RegistrationServer)) for _ in range(2))
        url = keycloak.status().url or ""
        addresses = {
            "http://127.0.0.1:8180": url,
            "http://localhost:8180": url.replace("127.0.0.1", "localhost"),
            "https://id.stark.example/oidc": first.issuer,
            "https://id.evil.example/oidc": second.issuer,
        }
        yield PreviewProject(replace(scratch, credentials=credentials), addresses)


@pytest.mark.parametrize("case", PREVIEWED, ids=lambda case: case.name)
def test_a_change_of_the_corpus_is_found_by_a_preview(preview_project: PreviewProject, case: Case) -> None:
    scratch, stack = preview_project.scratch, case.stack
    assert case.after
    scratch.declare(stack, preview_project.localized(case.after.yaml()))
    scratch.pulumi("stack", "select", "--create", stack)
    state = scratch.directory / "state.json"
    state.write_text(preview_project.localized(json.dumps(_deployment(case))), encoding="utf-8")
    scratch.pulumi("stack", "import", "--stack", stack, "--file", str(state))
    before, after = declarations(preview_project.preview(stack), stack)
    assert compared_parts(compare(before, after)) == tuple(
        ExpectedChange(*map(preview_project.localized, change)) for change in case.expected
    )


def _deployment(case: Case) -> dict[str, Any]:
    """Return a state for `pulumi stack import`, which is empty without an earlier tenant."""
    within = f"urn:pulumi:{case.stack}::flow-mcp"
    resources: list[dict[str, Any]] = []
    if case.before:
        declaration = case.before.declaration()
        parts = {"tenant": declaration.tenant, "instance": declaration.instance}
        root = f"{within}::pulumi:pulumi:Stack::flow-mcp-{case.stack}"
        component = {
            "urn": f"{within}::flow-mcp:index:McpServerSettings::{case.stack}",
            "custom": False,
            "type": "flow-mcp:index:McpServerSettings",
            "inputs": {
                key: part.model_dump(mode="json", by_alias=True, exclude_none=True)
                for key, part in parts.items()
            },
            "outputs": {},
            "parent": root,
        }
        resources = [{"urn": root, "custom": False, "type": "pulumi:pulumi:Stack"}, component]
    manifest = {"time": "2026-11-25T00:00:00Z", "magic": "", "version": ""}
    return {"version": 3, "deployment": {"manifest": manifest, "resources": resources}}
