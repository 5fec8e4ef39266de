"""What an editor shows for a tenant's file, by the YAML language server of Visual Studio Code's extension."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import REPOSITORY
from tests.interop.language_server import LanguageServer, yaml_language_server

STACKS = REPOSITORY / "stacks"
SAMPLES = sorted(STACKS.glob("Pulumi.*.yaml"))
TENANT = """\
# yaml-language-server: $schema=../docs/schemas/stack.schema.json
config:
  flow-mcp:tenant:
    id: acme
    workspaces:
      "456": {environments: [production]}
    authorizationServer:
      keycloak:
        url: https://id.acme.example
        realm: {name: acme, create: true}
    clients:
      desktop:
        grant: authorization-code
        access: ["456/production"]
"""


@pytest.fixture(scope="module")
def server() -> Iterator[LanguageServer]:
    with yaml_language_server(REPOSITORY) as started:
        yield started


def completions(server: LanguageServer, name: str, text: str, marker: str) -> dict[str, str]:
    """Return the documentation of what the editor offers directly after a text, by label."""
    uri = server.open(STACKS / f"Pulumi.{name}.yaml", text)
    found: Any = server.at("textDocument/completion", uri, text, marker)
    items = found["items"] if isinstance(found, dict) else found
    return {item["label"]: str(item.get("documentation", "")) for item in items}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda file: file.stem)
def test_a_sample_has_no_problems(server: LanguageServer, sample: Any) -> None:
    assert server.problems(server.open(sample, sample.read_text(encoding="utf-8"))) == []


def test_an_unknown_key_and_a_wrong_value_are_problems(server: LanguageServer) -> None:
    text = TENANT.replace("grant: authorization-code", "grant: password").replace("access:", "acess:")
    problems = " ".join(server.problems(server.open(STACKS / "Pulumi.wrong.yaml", text)))
    assert "authorization-code" in problems
    assert "acess" in problems


def test_keys_are_offered_with_their_descriptions(server: LanguageServer) -> None:
    text = TENANT + "        \n"
    offered = completions(server, "keys", text, 'access: ["456/production"]\n        ')
    assert offered.keys() >= {"application", "people", "redirectUris", "secret", "webOrigins"}
    assert "Redirect URIs, compared exactly" in offered["redirectUris"]


def test_values_are_offered_from_enumerations_and_examples(server: LanguageServer) -> None:
    text = TENANT.replace("grant: authorization-code", "grant: ")
    assert completions(server, "grants", text, "grant: ").keys() >= {
        "authorization-code",
        "client-credentials",
    }
    text = TENANT + "        application: \n"
    assert "vscode" in completions(server, "applications", text, "application: ")


def test_defaults_are_offered(server: LanguageServer) -> None:
    text = TENANT.replace("    clients:", "        tokens:\n          access: \n    clients:")
    assert "5m" in completions(server, "defaults", text, "tokens:\n          access: ")


def test_hovering_over_a_key_shows_its_description_and_examples(server: LanguageServer) -> None:
    uri = server.open(STACKS / "Pulumi.hover.yaml", TENANT)
    shown = server.at("textDocument/hover", uri, TENANT, "        ur")["contents"]
    assert "Base URL for clients" in shown["value"]
    assert "https://id.acme.example" in shown["value"]
