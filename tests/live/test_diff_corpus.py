"""The golden corpus told from previews: Pulumi, SDKs, program and Keycloak are real, other servers stand in.

A stack has only the component in its state, with the former declaration among its inputs, for that is what a
preview tells a change from; so all other resources are shown as new ones. The policies are left out here:
they say nothing of declarations, and take most of a preview's time.
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
from tests.standin.plugin import install, variable
from tests.standin.registration_server import INITIAL_ACCESS_TOKEN, RegistrationServer
from tests.standin.scalekit_server import APPLIER
from tests.standin.server import Server
from tests.standin.web import serving
from tests.unit.review.diff.corpus import CORPUS, Case, ExpectedChange, compared_parts

# Its administrator is at a host that nobody has, and a preview asks there.
UNREACHABLE = "the stack no longer owns its realm, and the administrator signs in elsewhere"
# A stack that is gone has no program, so that nothing can preview it.
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
class Room:
    """A trial with every authorization server that the corpus names.

    Attributes:
        trial: whose engine finds all of them.
        addresses: the corpus's addresses, and what stands there.
    """

    scratch: ScratchProject
    addresses: Mapping[str, str]

    def here(self, text: str) -> str:
        """A text of the corpus with the addresses that there are."""
        for there, here in self.addresses.items():
            text = text.replace(there, here)
        return text

    def preview(self, stack: str) -> list[Any]:
        """What the engine reports of a preview."""
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
def room(
    tmp_path_factory: pytest.TempPathFactory, keycloak: LocalKeycloak, authority: Authority
) -> Iterator[Room]:
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
    with Server(directory / "auth0.json").account("initech.eu.auth0.com") as account:
        account.given.update(tenant=AUTH0_SWITCHES, roles={"planners": "rol_planners"})
    with ExitStack() as servers:
        first, second = (servers.enter_context(serving(authority, RegistrationServer)) for _ in range(2))
        url = keycloak.status().url or ""
        addresses = {
            "http://127.0.0.1:8180": url,
            "http://localhost:8180": url.replace("127.0.0.1", "localhost"),
            "https://id.stark.example/oidc": first.issuer,
            "https://id.evil.example/oidc": second.issuer,
        }
        yield Room(replace(scratch, credentials=credentials), addresses)


@pytest.mark.parametrize("case", PREVIEWED, ids=lambda case: case.name)
def test_a_change_of_the_corpus_is_found_by_a_preview(room: Room, case: Case) -> None:
    scratch, stack = room.scratch, case.stack
    assert case.after
    scratch.declare(stack, room.here(case.after.yaml()))
    scratch.pulumi("stack", "select", "--create", stack)
    state = scratch.directory / "state.json"
    state.write_text(room.here(json.dumps(_deployment(case))), encoding="utf-8")
    scratch.pulumi("stack", "import", "--stack", stack, "--file", str(state))
    before, after = declarations(room.preview(stack), stack)
    assert compared_parts(compare(before, after)) == tuple(
        ExpectedChange(*map(room.here, each)) for each in case.expected
    )


def _deployment(case: Case) -> dict[str, Any]:
    """A state, as `pulumi stack import` takes one; without a tenant before, with nothing in it."""
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
