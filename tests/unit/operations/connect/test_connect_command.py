"""`flow-mcp connect`: the text of each form, the source of client IDs, and errors."""

from __future__ import annotations

import json
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.cli.connect import command
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.declaration.applications.catalogue import package_catalogue
from flow_mcp.declaration.load import instance_of
from tests.unit.declared import PROJECT_FILE, SERVER, Stacks, tenant

URL = "https://app.profitbase.biz/flow/mcp/tenants/acme/workspaces/456/environments"
AUTH0 = "auth0:\n  domain: acme.eu.auth0.com\n"
FLOW_ENTRA = PROJECT_FILE + (
    "      flowEntra: {tenantId: 8a1f3c52-64d0-4a0c-9a3e-0f2b7d9c1e55, verifiedDomains: [profitbase.biz]}\n"
)


def client(name: str, application: str, more: str = "") -> str:
    return f"{name}: {{application: {application}, access: [456/test], people: everyone{more}}}\n"


@pytest.fixture
def project(stacks: Stacks, monkeypatch: pytest.MonkeyPatch) -> Stacks:
    """The project that the command finds."""
    monkeypatch.chdir(stacks.project.directory)
    return stacks


def text(*arguments: str) -> str:
    """Run the command and return its text."""
    return CliRunner().invoke(command, arguments, catch_exceptions=False).stdout


def connections(*arguments: str) -> Any:
    """Run the command with `--json` and return the connections."""
    return json.loads(text(*arguments, "--json"))["connections"]


def step(connection: Any, form: str) -> str:
    """The text of the only step in a form."""
    (only,) = [each["text"] for each in connection["steps"] if each["form"] == form]
    return str(only)


def error_message(*arguments: str) -> str:
    """Run the command, which must fail with exit code 2, and return its message."""
    error = CliRunner().invoke(command, arguments).exception
    assert isinstance(error, FlowMcpError)
    assert error.exit_code == 2
    return str(error)


def test_the_text_contains_client_id_urls_scopes_and_steps(project: Stacks) -> None:
    project.write(tenant(client("desktop", "vscode")))
    assert (
        text("acme", "vscode")
        == f"""\
Visual Studio Code (vscode) for the tenant acme

Admitted by clients.desktop
  client ID:  flow-mcp-acme-desktop
  456/test
    server URL:  {URL}/test
    scopes:      flow-mcp/acme/456/test
  If the application has a field for scopes, enter those of the resource.
  An application that requests none may get tokens that the MCP server rejects.

Add to .vscode/mcp.json:

{{
  "servers": {{
    "flow-acme-456-test": {{
      "type": "http",
      "url": "{URL}/test",
      "oauth": {{
        "clientId": "flow-mcp-acme-desktop"
      }}
    }}
  }}
}}

Source (vendor, read 2026-11-30): https://github.com/microsoft/vscode-docs/pull/9798
"""
    )


def test_several_resources_are_in_one_document(project: Stacks) -> None:
    project.write(tenant(client("a", "cursor").replace("456/test", "'*'")))
    (connection,) = connections("acme", "cursor")
    servers = json.loads(step(connection, "json"))["mcpServers"]
    assert {name: (each["url"], each["auth"]) for name, each in servers.items()} == {
        f"flow-acme-456-{environment}": (
            f"{URL}/{environment}",
            {"CLIENT_ID": "flow-mcp-acme-a", "scopes": [f"flow-mcp/acme/456/{environment}"]},
        )
        for environment in ("production", "test")
    }


def test_a_toml_document_can_be_read(project: Stacks) -> None:
    project.write(tenant(client("a", "codex")))
    (connection,) = connections("acme", "codex")
    assert tomllib.loads(step(connection, "toml")) == {
        "mcp_servers": {
            "flow-acme-456-test": {
                "url": f"{URL}/test",
                "scopes": ["flow-mcp/acme/456/test"],
                "oauth": {"client_id": "flow-mcp-acme-a"},
            }
        }
    }
    assert step(connection, "command") == "codex mcp login flow-acme-456-test"


def test_a_command_names_the_callback_s_port_where_one_is_registered(project: Stacks) -> None:
    project.write(tenant(client("a", "claude-code", ", redirectUris: ['http://localhost:8080/callback']")))
    (connection,) = connections("acme", "claude-code")
    assert shlex.split(step(connection, "command")) == [
        *("claude", "mcp", "add", "--transport", "http", "--client-id", "flow-mcp-acme-a"),
        *("--callback-port", "8080", "flow-acme-456-test", f"{URL}/test"),
    ]


def test_a_confidential_client_gets_the_command_that_prints_its_secret(project: Stacks) -> None:
    project.write(tenant(client("a", "claude", ", clientType: confidential")))
    (connection,) = connections("acme", "claude")
    assert step(connection, "dialog").splitlines() == [
        "Name:                  flow-acme-456-test",
        f"Remote MCP server URL: {URL}/test",
        "OAuth Client ID:       flow-mcp-acme-a",
        "OAuth Client Secret:   <client secret: pulumi stack output clientSecrets --show-secrets>",
    ]
    assert "  secret:     pulumi stack output clientSecrets --show-secrets --stack acme\n" in text(
        "acme", "claude"
    )


def test_the_step_of_the_client_s_type_is_printed(project: Stacks) -> None:
    project.write(tenant(client("a", "claude-code", ", clientType: confidential")))
    (connection,) = connections("acme", "claude-code")
    assert "--client-secret" in step(connection, "command")


def test_an_application_that_registers_itself_enters_no_client_id(project: Stacks) -> None:
    method = "{applications: [claude-code], access: [456/test], people: everyone}"
    project.write(tenant(server=f"{SERVER}  registration: {{dynamic: {method}}}\n"))
    (connection,) = connections("acme", "claude-code")
    assert (connection["admittedBy"], connection["clientId"], connection["clientType"]) == (
        "authorizationServer.keycloak.registration.dynamic",
        None,
        None,
    )
    assert step(connection, "command") == (f"claude mcp add --transport http flow-acme-456-test {URL}/test")


def test_vs_code_preauthorized_on_flow_s_entra_gets_no_client_id(
    project: Stacks, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project.project.file.write_text(FLOW_ENTRA, encoding="utf-8")
    method = "{vscode: {access: [456/test], people: everyone}}"
    file = project.write(tenant(server=f"flow-entra: {{preauthorized: {method}}}\n"))
    declaration = from_file(file, instance_of(project.project.file)).declaration
    ids = {
        f"{key}.client_id": "6a2e1b7c-0d3f-4e58-9b1a-2c4d6e8f0a1b" for key in ("456/production", "456/test")
    }
    outputs(monkeypatch, tmp_path, declaration.kind.settings(declaration, _Ids(ids)).canonical_json())
    (connection,) = connections("acme", "vscode")
    assert (connection["admittedBy"], connection["clientId"]) == (
        "authorizationServer.flow-entra.preauthorized.vscode",
        None,
    )
    assert "oauth" not in step(connection, "json")


def test_client_ids_that_a_server_assigns_come_from_the_outputs(
    project: Stacks, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = project.write(tenant(client("a", "claude"), server=AUTH0))
    declaration = from_file(file, instance_of(project.project.file)).declaration
    document = declaration.kind.settings(declaration, _Ids())
    outputs(monkeypatch, tmp_path, document.canonical_json())
    (connection,) = connections("acme", "claude")
    assert connection["clientId"] == document.authorization_servers[0].clients[0].client_id == "ID-a"


def test_a_client_that_is_not_applied_yet_is_refused(
    project: Stacks, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = project.write(tenant(client("b", "claude"), server=AUTH0))
    declaration = from_file(file, instance_of(project.project.file)).declaration
    outputs(monkeypatch, tmp_path, declaration.kind.settings(declaration, _Ids()).canonical_json())
    project.write(tenant(client("a", "claude"), server=AUTH0))
    assert (
        error_message("acme", "claude")
        == "the stack of acme does not contain the client a yet. Run `pulumi up`"
    )


def test_an_application_that_the_tenant_does_not_admit_is_refused(project: Stacks) -> None:
    project.write(tenant(client("a", "vscode")))
    assert error_message("acme", "cursor") == (
        "the tenant acme does not admit Cursor. Add a client with application: cursor to its file, or add "
        "the name to a registration method. It admits: vscode"
    )
    assert error_message("acme", "vs-code").startswith(
        "there is no known application vs-code. Did you mean vscode? Known: "
    )


@pytest.mark.parametrize("name", package_catalogue())
def test_each_application_has_its_configuration(project: Stacks, name: str) -> None:
    callback = package_catalogue()[name].callback
    more = f", redirectUris: ['{callback.prefix}x']" if callback else ""
    project.write(tenant(client("a", name, more)))
    (connection,) = connections("acme", name)
    shown = "\n".join(each["text"] for each in connection["steps"])
    assert {"flow-mcp-acme-a", f"{URL}/test"} <= set(shlex.split(shown.translate(_WORDS)))
    assert "${" not in shown


_WORDS = str.maketrans(dict.fromkeys('"[]{},', " "))


class _Ids(dict[str, str]):
    """IDs that a server assigns: one for each key."""

    def __missing__(self, key: str) -> str:
        return f"ID-{key}"


def outputs(monkeypatch: pytest.MonkeyPatch, directory: Path, settings: str) -> None:
    """A `pulumi` that prints a stack's outputs."""
    program = directory / "bin" / "pulumi"
    program.parent.mkdir()
    (directory / "outputs.json").write_text(json.dumps({"settings": settings}), encoding="utf-8")
    program.write_text(f"#!/bin/sh\ncat {shlex.quote(str(directory / 'outputs.json'))}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
