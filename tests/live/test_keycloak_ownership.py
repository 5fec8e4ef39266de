"""Two stacks claim the same tenant in one realm: the second is rejected until the tenant is handed over."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from flow_mcp.engine.python_host.hosts import PythonHosts
from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import PulumiError, ScratchProject
from tests.forking_project import forking_project
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
    """The stack that created the realm."""
    tenant = Tenant(_NAME, module_scratch)
    tenant.create()
    tenant.declare(_declaration(keycloak))
    tenant.up()
    yield tenant
    module_scratch.pulumi("stack", "rm", "--yes", "--force", "--stack", tenant.name)


@pytest.fixture(scope="module")
def second(
    first: Tenant,
    hosts: PythonHosts | None,
    keycloak: LocalKeycloak,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Tenant]:
    """A stack with the same file, in another copy of the repository and at another backend."""
    directory: Path = tmp_path_factory.mktemp("second")
    scratch = forking_project(hosts, directory, first.scratch.credentials)
    scratch.passphrase.write_text(first.scratch.passphrase.read_text(encoding="utf-8"), encoding="utf-8")
    tenant = Tenant(_NAME, scratch)
    tenant.create()
    tenant.declare(_declaration(keycloak))
    yield tenant
    scratch.pulumi("destroy", "--yes", "--skip-preview", "--stack", _NAME)


def test_a_stack_of_an_earlier_version_creates_only_its_claim(first: Tenant, admin: httpx.Client) -> None:
    _remove_claim(first, admin)
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


def test_another_stack_of_the_tenant_is_rejected_without_changes(
    first: Tenant, second: Tenant, admin: httpx.Client
) -> None:
    before = _realm_content(admin)
    for arguments in (("preview",), ("up", "--yes"), ("up", "--yes", "--skip-preview")):
        result = second.scratch.pulumi(*arguments, "--stack", _NAME, check=False)
        assert result.returncode
    assert _CLAIM.search(
        " ".join(second.scratch.pulumi("preview", "--stack", _NAME, check=False).stdout.split())
    )
    assert _realm_content(admin) == before
    assert first.changes() == {}


def test_a_tenant_is_handed_over_and_the_former_stack_is_rejected(
    first: Tenant, second: Tenant, admin: httpx.Client
) -> None:
    file = first.scratch.directory / "claimed.json"
    first.scratch.pulumi("stack", "export", "--stack", _NAME, "--file", str(file))
    second.scratch.pulumi("stack", "import", "--stack", _NAME, "--file", str(file))
    file.unlink()
    # The state contains the claim.
    assert second.changes() == {}

    _remove_claim(second, admin, at_keycloak=False)
    output = " ".join(second.scratch.pulumi("up", "--yes", "--stack", _NAME, check=False).stdout.split())
    (claim,) = set(_CLAIM.findall(output))
    taking_over = ScratchProject(
        second.scratch.directory,
        second.scratch.toolchain,
        {**second.scratch.credentials, "FLOW_MCP_TAKE_OVER": claim},
    )
    taking_over.pulumi("up", "--yes", "--skip-preview", "--stack", _NAME)
    assert second.changes() == {}
    with pytest.raises(PulumiError) as raised:
        first.up()
    assert _CLAIM.search(" ".join(str(raised.value).split()))


def _remove_claim(tenant: Tenant, admin: httpx.Client, *, at_keycloak: bool = True) -> None:
    """Remove the claim, which earlier versions did not create."""
    if at_keycloak:
        for component in admin.get(f"{_NAME}/components").json():
            if str(component.get("subType")).startswith("flow-mcp-claim:"):
                admin.delete(f"{_NAME}/components/{component['id']}")
    state = json.loads(tenant.scratch.pulumi("stack", "export", "--stack", _NAME).stdout)
    deployment = state["deployment"]
    kept = [
        resource
        for resource in deployment["resources"]
        if not resource["urn"].endswith("KeycloakClaim::claim")
    ]
    assert len(deployment["resources"]) == len(kept) + 1
    for resource in kept:
        dependencies = resource.get("dependencies", [])
        resource["dependencies"] = [urn for urn in dependencies if not urn.endswith("KeycloakClaim::claim")]
    deployment["resources"] = kept
    file = tenant.scratch.directory / "without-claim.json"
    file.write_text(json.dumps(state), encoding="utf-8")
    tenant.scratch.pulumi("stack", "import", "--stack", _NAME, "--file", str(file))


def _realm_content(admin: httpx.Client) -> Any:
    return [
        admin.get(f"{_NAME}{path}").json()
        for path in ("", "/clients", "/client-scopes", "/roles", "/components", "/groups")
    ]
