"""Tests of the golden corpus with previews of real Pulumi and Keycloak, and stand-ins for other servers.

One preview has the component of many cases, because starting the engine, the program and the plugins takes
most of its time. The state of the stack has only these components, with the earlier declarations in their
inputs, because a preview compares only these; all other resources are new. The policies are omitted: they do
not evaluate declarations in a preview.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pytest
import yaml

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.review.diff import compare
from flow_mcp.review.preview.preview import declarations
from tests.engine.conftest import CREDENTIALS
from tests.live.authority import Authority
from tests.standin.auth0_management import auth0_management
from tests.standin.fork_server import install
from tests.standin.plugin import variable
from tests.standin.registration_server import INITIAL_ACCESS_TOKEN, RegistrationServer
from tests.standin.scalekit_server import APPLIER
from tests.standin.server import Server
from tests.standin.web import serving
from tests.unit.review.diff.corpus import CORPUS, Case, ExpectedChange, compared_parts

# Its administration host does not exist, and a preview would send requests to it.
UNREACHABLE = "the stack no longer owns its realm, and the administrator signs in elsewhere"
# A deleted stack has no program, so it cannot be previewed.
PREVIEWED = [case for case in CORPUS if case.after and case.name != UNREACHABLE]
# The engine's time grows faster than the number of resources: 12 cases take more time than twice 6.
BATCH = 6
QUIET = ("--suppress-progress", "--suppress-outputs")
STACK = "corpus"
PROGRAM = """
import pulumi
from flow_mcp.authorization_servers.mcp_server_settings import McpServerSettings

for type_, args in pulumi.Config().require_object("cases").items():
    parent = pulumi.ComponentResource(type_, "case")
    McpServerSettings(args["tenant"]["id"], args, pulumi.ResourceOptions(parent=parent))
"""
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
        previews: the engine's events of each batch that was previewed, by the number of its first case.
    """

    scratch: ScratchProject
    addresses: Mapping[str, str]
    previews: dict[int, list[Any]] = field(default_factory=dict)

    def localized(self, text: str) -> str:
        """Return a text of the corpus with the addresses of the servers of the test."""
        for declared, actual in self.addresses.items():
            text = text.replace(declared, actual)
        return text

    def events(self, case: Case) -> list[Any]:
        """Return the engine's events that belong to a case, from the preview of its batch."""
        number = PREVIEWED.index(case)
        first = number - number % BATCH
        if first not in self.previews:
            self.previews[first] = self._preview(PREVIEWED[first : first + BATCH])
        return [event for event in self.previews[first] if f"::{_type(case)}$" in _resource(event)]

    def _preview(self, cases: Iterable[Case]) -> list[Any]:
        declared = {_type(case): asdict(case.after) for case in cases if case.after}
        config = {"flow-mcp:cases": declared, "flow-mcp:tenant": {}}  # the project requires a tenant
        text = yaml.safe_dump({"config": config}, allow_unicode=True, sort_keys=False)
        self.scratch.declare(STACK, self.localized(text))
        state = self.scratch.directory / "state.json"
        state.write_text(self.localized(json.dumps(_deployment(cases))), encoding="utf-8")
        self.scratch.pulumi("stack", "import", "--stack", STACK, "--file", str(state))
        log = self.scratch.directory / "events.jsonl"
        log.unlink(missing_ok=True)
        self.scratch.pulumi("preview", *QUIET, "--stack", STACK, "--event-log", str(log))
        return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def preview_project(
    tmp_path_factory: pytest.TempPathFactory,
    module_scratch: ScratchProject,
    keycloak: LocalKeycloak,
    authority: Authority,
) -> Iterator[PreviewProject]:
    directory, scratch = tmp_path_factory.mktemp("corpus"), module_scratch
    (scratch.project.directory / "stacks" / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    scratch.pulumi("stack", "init", STACK)
    credentials: dict[str, str] = {
        **scratch.credentials,
        "PULUMI_DEBUG_COMMANDS": "true",  # enables --event-log
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
    before, after = declarations(preview_project.events(case), STACK)
    assert compared_parts(compare(before, after)) == tuple(
        ExpectedChange(*map(preview_project.localized, change)) for change in case.expected
    )


def _type(case: Case) -> str:
    """Return the type of the case's parent component, which is part of the URN of everything below it."""
    return f"corpus:index:Case{PREVIEWED.index(case)}"


def _resource(event: Mapping[str, Any]) -> str:
    """Return the URN of the resource that an event of the engine is about, empty for other events."""
    return str(event.get("resourcePreEvent", {}).get("metadata", {}).get("urn", ""))


def _deployment(cases: Iterable[Case]) -> dict[str, Any]:
    """Return a state for `pulumi stack import` with the earlier tenants of the cases that have one."""
    within = f"urn:pulumi:{STACK}::flow-mcp"
    root = {
        "urn": f"{within}::pulumi:pulumi:Stack::flow-mcp-{STACK}",
        "custom": False,
        "type": "pulumi:pulumi:Stack",
    }
    resources: list[dict[str, Any]] = [root]
    for case in cases:
        if case.before:
            declaration = case.before.declaration()
            parts = {"tenant": declaration.tenant, "instance": declaration.instance}
            kind = _type(case)
            parent = f"{within}::{kind}::case"
            component = {
                "urn": f"{within}::{kind}$flow-mcp:index:McpServerSettings::{declaration.tenant.id}",
                "custom": False,
                "type": "flow-mcp:index:McpServerSettings",
                "inputs": {
                    key: part.model_dump(mode="json", by_alias=True, exclude_none=True)
                    for key, part in parts.items()
                },
                "outputs": {},
                "parent": parent,
            }
            above = {"urn": parent, "custom": False, "type": kind, "parent": root["urn"]}
            resources += [above, component]
    manifest = {"time": "2026-11-25T00:00:00Z", "magic": "", "version": ""}
    return {"version": 3, "deployment": {"manifest": manifest, "resources": resources}}
