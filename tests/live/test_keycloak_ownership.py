"""Two stacks that claim the same tenant in one realm: the second one is refused, until it is handed over."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from flow_mcp.engine.project import Project
from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import PulumiError, ScratchProject
from tests.conftest import REPOSITORY
from tests.live.tenant import Tenant

_NAME = "claimed"
_CLAIM = re.compile(r"Another stack manages flow-mcp:claimed in realm claimed at Keycloak .* \(claim (\S+)\)")


def _declaration(keycloak: LocalKeycloak) -> dict[str, Any]:
    return {
        "id": _NAME,
        "workspaces": {"1": {"environments": ["test"]}},
        "authorizationServer": {
            "keycloak": {"url": keycloak.url, "realm": {"name": _NAME, "create": True, "deletable": True}}
        },
        "clients": {"agent": {"grant": "client-credentials", "access": ["1/test"]}},
    }


@pytest.fixture(scope="module")
def first(module_scratch: ScratchProject, keycloak: LocalKeycloak) -> Iterator[Tenant]:
    """The stack that made the realm."""
    tenant = Tenant(_NAME, module_scratch)
    tenant.create()
    tenant.declare(_declaration(keycloak))
    tenant.up()
    yield tenant
    module_scratch.pulumi("stack", "rm", "--yes", "--force", "--stack", tenant.name)


@pytest.fixture(scope="module")
def second(
    first: Tenant, keycloak: LocalKeycloak, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Tenant]:
    """The same file in another copy of the repository, with another backend."""
    directory: Path = tmp_path_factory.mktemp("second")
    scratch = ScratchProject.prepare(Project(REPOSITORY), directory, first.scratch.credentials)
    scratch.passphrase.write_text(first.scratch.passphrase.read_text(encoding="utf-8"), encoding="utf-8")
    tenant = Tenant(_NAME, scratch)
    tenant.create()
    tenant.declare(_declaration(keycloak))
    yield tenant
    scratch.pulumi("destroy", "--yes", "--skip-preview", "--stack", _NAME)


def test_a_stack_of_an_earlier_version_claims_its_tenant_with_one_shown_creation(
    first: Tenant, admin: httpx.Client
) -> None:
    _forget_claim(first, admin)
    assert first.changes() == {"create": {"claim"}}
    first.up()
    assert first.changes() == {}


def test_a_renamed_stack_keeps_its_claim(first: Tenant) -> None:
    stacks = first.scratch.project.directory / "stacks"
    first.scratch.pulumi("stack", "rename", "--stack", _NAME, "renamed")
    renamed = Tenant("renamed", first.scratch)
    assert renamed.changes() == {}
    first.scratch.pulumi("stack", "rename", "--stack", "renamed", _NAME)
    assert (first.changes(), (stacks / f"Pulumi.{_NAME}.yaml").exists()) == ({}, True)


def test_another_stack_of_the_tenant_is_refused_and_changes_nothing(
    first: Tenant, second: Tenant, admin: httpx.Client
) -> None:
    before = _everything(admin)
    for arguments in (("preview",), ("up", "--yes"), ("up", "--yes", "--skip-preview")):
        ended = second.scratch.pulumi(*arguments, "--stack", _NAME, check=False)
        assert ended.returncode
    assert _CLAIM.search(
        " ".join(second.scratch.pulumi("preview", "--stack", _NAME, check=False).stdout.split())
    )
    assert _everything(admin) == before
    assert first.changes() == {}


def test_a_tenant_is_handed_over_on_purpose_and_the_former_stack_is_refused(
    first: Tenant, second: Tenant, admin: httpx.Client
) -> None:
    file = first.scratch.directory / "claimed.json"
    first.scratch.pulumi("stack", "export", "--stack", _NAME, "--file", str(file))
    second.scratch.pulumi("stack", "import", "--stack", _NAME, "--file", str(file))
    file.unlink()
    # The state brings the claim along.
    assert second.changes() == {}

    _forget_claim(second, admin, at_keycloak=False)
    refused = " ".join(second.scratch.pulumi("up", "--yes", "--stack", _NAME, check=False).stdout.split())
    (claim,) = set(_CLAIM.findall(refused))
    handed = ScratchProject(
        second.scratch.directory,
        second.scratch.toolchain,
        {**second.scratch.credentials, "FLOW_MCP_TAKE_OVER": claim},
    )
    handed.pulumi("up", "--yes", "--skip-preview", "--stack", _NAME)
    assert second.changes() == {}
    with pytest.raises(PulumiError) as raised:
        first.up()
    assert _CLAIM.search(" ".join(str(raised.value).split()))


def _forget_claim(tenant: Tenant, admin: httpx.Client, *, at_keycloak: bool = True) -> None:
    """As an earlier version left it: without a claim in the state."""
    if at_keycloak:
        for component in admin.get(f"{_NAME}/components").json():
            if str(component.get("subType")).startswith("flow-mcp-claim:"):
                admin.delete(f"{_NAME}/components/{component['id']}")
    state = json.loads(tenant.scratch.pulumi("stack", "export", "--stack", _NAME).stdout)
    deployment = state["deployment"]
    kept = [each for each in deployment["resources"] if not each["urn"].endswith("KeycloakClaim::claim")]
    assert len(deployment["resources"]) == len(kept) + 1
    for resource in kept:
        dependencies = resource.get("dependencies", [])
        resource["dependencies"] = [urn for urn in dependencies if not urn.endswith("KeycloakClaim::claim")]
    deployment["resources"] = kept
    file = tenant.scratch.directory / "without-claim.json"
    file.write_text(json.dumps(state), encoding="utf-8")
    tenant.scratch.pulumi("stack", "import", "--stack", _NAME, "--file", str(file))


def _everything(admin: httpx.Client) -> Any:
    return [
        admin.get(f"{_NAME}{path}").json()
        for path in ("", "/clients", "/client-scopes", "/roles", "/components", "/groups")
    ]
