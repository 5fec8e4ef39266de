"""Tests of the plugin's resources and component on the real engine and a real Keycloak."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from tests.live.registration import change, policies, policy, refusal, register

PROGRAMS = Path(__file__).parent / "programs"
LOOPBACK = ["http://127.0.0.1:6274/callback"]
LOCALHOST = ["http://localhost:6274/callback"]


@dataclasses.dataclass(frozen=True)
class Stack:
    """A stack of a scratch project; its name is the realm's."""

    scratch: ScratchProject
    name: str
    url: str

    def declare(self, **declared: Any) -> None:
        tenant = {"url": self.url, "realm": self.name, "create": True, "deletable": True} | declared
        self.scratch.declare(self.name, yaml.safe_dump({"config": {"flow-mcp:tenant": tenant}}))

    def run(self, *arguments: str) -> str:
        """Run Pulumi and return its output; raise an error of Pulumi."""
        return self.scratch.pulumi(*arguments, "--stack", self.name).stdout

    def fails(self, *arguments: str) -> str:
        """Run Pulumi, which must fail without a traceback, and return its output."""
        ended = self.scratch.pulumi(*arguments, "--stack", self.name, check=False)
        assert ended.returncode != 0, ended.stdout
        assert "Traceback" not in ended.stdout
        return ended.stdout

    def refused(self, redirect_uris: list[str], **metadata: Any) -> str | None:
        """Return the policy that rejects such a registration; None if it is accepted."""
        return refusal(register(self.url, self.name, redirect_uris=redirect_uris, **metadata))

    def outputs(self, kind: str) -> dict[str, Any]:
        """Return the outputs of the only resource of a type from the state."""
        exported = self.run("stack", "export")
        resources = json.loads(exported[exported.index("{") :])["deployment"]["resources"]
        [resource] = [resource for resource in resources if resource["type"] == f"flow-mcp:index:{kind}"]
        return dict(resource["outputs"])


SECRET = "4dabf18193072939515e22adb298388d"
"""The key by which the engine marks an encrypted value in the state."""
UP = ("up", "--yes", "--skip-preview")
DESTROY = ("destroy", "--yes", "--skip-preview")
REFRESH = ("refresh", "--yes", "--skip-preview", "--expect-no-changes")
PREVIEW = ("preview", "--expect-no-changes")


def stack(scratch: ScratchProject, keycloak: LocalKeycloak, name: str, program: str) -> Stack:
    """Return a new stack with one of the programs."""
    shutil.copyfile(PROGRAMS / f"{program}.py", scratch.project.directory / "stacks" / "__main__.py")
    adopted = Stack(scratch, name, keycloak.url)
    scratch.pulumi("stack", "init", name)
    adopted.declare()
    return adopted


@pytest.fixture(scope="module")
def adopted(module_scratch: ScratchProject, keycloak: LocalKeycloak) -> Iterator[Stack]:
    """A stack that created a realm and adopted its policies in one run; tests restore it."""
    adopted = stack(module_scratch, keycloak, "adopted", "plugin")
    assert "created" in adopted.run(*UP)
    yield adopted
    adopted.run(*DESTROY)


@pytest.fixture
def settled(adopted: Stack) -> Iterator[Stack]:
    """That stack; the declaration is restored after a test, and the test reverts what it applied."""
    yield adopted
    adopted.declare()


def test_the_policies_of_a_new_realm_are_adopted_in_the_same_run(adopted: Stack) -> None:
    assert adopted.refused(LOOPBACK, scope="openid mcp:tools") is None
    assert adopted.refused(LOCALHOST) == "Trusted Hosts"
    assert adopted.scratch.outputs(adopted.name) == {
        "metadataUrl": f"{adopted.url}/.well-known/oauth-authorization-server/realms/adopted",
        "registrationEndpoint": f"{adopted.url}/realms/adopted/clients-registrations/openid-connect",
        "deviations": [],
    }


def test_a_second_run_changes_nothing_and_a_refresh_finds_no_drift(adopted: Stack) -> None:
    adopted.run(*PREVIEW)
    adopted.run(*REFRESH)
    adopted.run(*PREVIEW)


def test_manual_changes_are_shown_and_reverted(settled: Stack, admin: httpx.Client) -> None:
    change(admin, settled.name, "Trusted Hosts", {"trusted-hosts": ["evil.example"]})
    admin.delete(f"{settled.name}/components/{policy(admin, settled.name, 'Consent Required')['id']}")
    shown = settled.fails("preview", "--refresh", "--diff", "--expect-no-changes")
    assert "evil.example" in shown
    assert "the policy Consent Required is missing" in shown
    settled.run(*UP, "--refresh")
    assert settled.refused(LOOPBACK) is None
    assert settled.refused(["https://evil.example/callback"]) == "Trusted Hosts"
    settled.run(*REFRESH)


def test_a_changed_declaration_changes_who_may_register(settled: Stack) -> None:
    settled.declare(redirectHosts=["localhost"])
    assert "redirectHosts" in settled.run("preview", "--diff")
    settled.run(*UP)
    assert settled.refused(LOCALHOST) is None
    assert settled.refused(LOOPBACK) == "Trusted Hosts"
    settled.declare()
    settled.run(*UP)
    assert settled.refused(LOCALHOST) == "Trusted Hosts"
    assert settled.refused(LOOPBACK) is None


def test_a_partial_failure_is_one_message_and_is_completed_by_the_next_run(settled: Stack) -> None:
    settled.declare(allowedScopes=["nope"], redirectHosts=["localhost"])
    output = settled.fails(*UP)
    assert "Realm adopted has no client scope nope, which allowedScopes lists" in output
    assert settled.outputs("KeycloakClientRegistration")["deviations"] == [
        "the last update was not completed"
    ]
    settled.declare()
    settled.run(*UP)
    assert settled.refused(LOOPBACK) is None
    settled.run(*PREVIEW)


def test_invalid_inputs_are_rejected_in_the_preview(settled: Stack) -> None:
    settled.declare(redirectHosts=[])
    assert "open registration needs redirectHosts" in settled.fails("preview")


def test_an_authority_other_than_the_issuer_is_an_error_with_both_values(settled: Stack) -> None:
    issuer = f"{settled.url}/realms/adopted"
    settled.declare(authority=f"{issuer}/")
    output = settled.fails(*UP)
    assert f"The authority is declared as {issuer}/, but {settled.url}/.well-known/" in output
    assert f"names the issuer {issuer}. Declare exactly that issuer" in output


def test_a_preflight_error_replaces_the_plugins_message(adopted: Stack) -> None:
    wrong = dataclasses.replace(
        adopted.scratch, credentials={"KEYCLOAK_USER": "admin", "KEYCLOAK_PASSWORD": "wr0ng"}
    )
    output = dataclasses.replace(adopted, scratch=wrong).fails("preview")
    assert (
        f"error: Keycloak at {adopted.url} rejects the administrator in realm master with client admin-cli "
        "(Invalid user credentials). Correct KEYCLOAK_USER and KEYCLOAK_PASSWORD.\n"
    ) in output
    assert "wr0ng" not in output


def test_no_credentials_are_in_the_state(adopted: Stack, keycloak: LocalKeycloak) -> None:
    exported = adopted.run("stack", "export", "--show-secrets")
    assert adopted.name in exported
    assert keycloak.admin_password not in exported


def test_an_existing_realm_is_restored_when_the_stack_is_destroyed(
    module_scratch: ScratchProject, keycloak: LocalKeycloak, admin: httpx.Client
) -> None:
    realm = "theirs-to-keep"
    admin.post("", json={"realm": realm, "enabled": True})
    change(admin, realm, "Max Clients Limit", {"max-clients": ["17"]})
    admin.delete(f"{realm}/components/{policy(admin, realm, 'Trusted Hosts')['id']}")
    before = policies(admin, realm)
    guest = stack(module_scratch, keycloak, realm, "plugin")
    guest.declare(create=False)
    guest.run(*UP)
    assert guest.refused(LOOPBACK) is None
    assert guest.refused(LOCALHOST) == "Trusted Hosts"
    output = guest.run(*DESTROY)
    warning = (
        f"warning: Trusted Hosts is deleted in realm {realm}, because the realm had no such policy before"
    )
    assert warning in output
    assert policies(admin, realm) == before
    admin.delete(realm)


def test_registration_is_imported_by_the_realm_s_name(
    adopted: Stack, module_scratch: ScratchProject, keycloak: LocalKeycloak
) -> None:
    importing = dataclasses.replace(
        module_scratch, credentials={**module_scratch.credentials, "KEYCLOAK_URL": keycloak.url}
    )
    imported = stack(importing, keycloak, "importing", "plugin")
    kind = "KeycloakClientRegistration"
    imported.run(
        "import", f"flow-mcp:index:{kind}", "registration", adopted.name, "--yes", "--generate-code=false"
    )
    # The origin of an optional scope is unknown after an import, so destroying the import keeps it.
    expected = adopted.outputs(kind) | {"realmOptionalScopes": []}
    expected["former"]["attachedScopes"] = []
    assert imported.outputs(kind) == expected


def test_the_plugin_creates_the_component_for_programs_in_other_languages(
    module_scratch: ScratchProject, keycloak: LocalKeycloak
) -> None:
    remote = stack(module_scratch, keycloak, "remote", "remote_component")
    declaration = {
        "id": "remote",
        "workspaces": {"456": {"environments": ["test"]}},
        "authorizationServer": {
            "keycloak": {"url": keycloak.url, "realm": {"name": "remote", "create": True, "deletable": True}}
        },
        "clients": {"agent": {"grant": "client-credentials", "access": ["*"]}},
    }

    def declare(tenant: dict[str, Any]) -> None:
        remote.scratch.declare("remote", yaml.safe_dump({"config": {"flow-mcp:tenant": tenant}}))

    declare(declaration)
    remote.run("preview")
    remote.run(*UP)
    assert remote.scratch.outputs("remote") == {"authority": f"{keycloak.url}/realms/remote"}
    secrets = remote.outputs("McpServerSettings")["clientSecrets"]
    assert set(secrets) == {SECRET, "ciphertext"}
    remote.run(*PREVIEW)
    declare(declaration | {"clients": {"agent": {"grant": "magic", "access": ["*"]}}})
    # Other output about the failure depends on the calling language.
    refused = module_scratch.pulumi("preview", "--stack", "remote", check=False)
    assert refused.returncode != 0
    assert "clients.agent.grant" in refused.stdout
    declare(declaration)
    remote.run(*DESTROY)
