"""The published JSON Schemas: up to date, true of the samples, and worth reading in an editor."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from flow_mcp.authorization_servers.schema import stack_schema
from flow_mcp.common.json_schema import readable
from flow_mcp.declaration.applications.schema import applications_schema
from flow_mcp.settings.schema import envelope_schema, settings_schema
from tests.unit.declared import SERVER, Stacks, tenant

REPOSITORY = Path(__file__).parents[2]
SCHEMAS = {
    "stack": stack_schema,
    "applications": applications_schema,
    "settings": settings_schema,
    "envelope": envelope_schema,
}
SAMPLES = sorted((REPOSITORY / "stacks").glob("Pulumi.*.yaml"))
PROGRAM = "a: {{grant: client-credentials, access: ['*']{}}}\n"


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_published_schema_is_the_codes(name: str) -> None:
    file = REPOSITORY / "docs" / "schemas" / f"{name}.schema.json"
    assert json.loads(file.read_text(encoding="utf-8")) == SCHEMAS[name](), (
        "run flow-mcp schema --write docs/schemas"
    )


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name]())


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda file: file.name)
def test_a_sample_names_its_schema_and_keeps_to_it(sample: Path) -> None:
    text = sample.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=../docs/schemas/stack.schema.json\n")
    Draft202012Validator(stack_schema()).validate(yaml.safe_load(text))


def test_the_agreed_document_keeps_to_its_schema() -> None:
    golden = Path(__file__).parent / "settings" / "acme.settings.json"
    Draft202012Validator(settings_schema()).validate(json.loads(golden.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", SCHEMAS)
def test_an_editor_has_something_to_say_of_every_key(name: str) -> None:
    schema = SCHEMAS[name]()
    silent = [
        key for key, part in _properties(schema) if "description" not in {**_target(schema, part), **part}
    ]
    assert silent == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_no_key_has_a_title_or_offers_null(name: str) -> None:
    for key, part in _properties(SCHEMAS[name]()):
        assert "title" not in part, key
        assert '"null"' not in json.dumps(part), key
        assert part.get("default", ...) is not None, key


def test_types_of_one_name_are_told_apart_by_their_server() -> None:
    assert readable({"$ref": "#/$defs/flow_mcp__authorization_servers__flow_entra__declaration__Tokens"}) == {
        "$ref": "#/$defs/FlowEntraTokens"
    }
    assert not [name for name in stack_schema()["$defs"] if "__" in name]


@pytest.mark.parametrize(
    "text",
    [
        tenant(PROGRAM.format(", more: 1")),
        tenant(PROGRAM.format(", client_id: x")),
        tenant(PROGRAM.format(", clientId: ~")),
        tenant(PROGRAM.format(", clientId: 'a b'")),
        tenant(PROGRAM.format(", clientType: secret")),
        tenant(PROGRAM.format(", people: all")),
        tenant(PROGRAM.format(", people: {group: [x]}")),
        tenant(PROGRAM.format("").replace("'*'", "")),
        tenant(PROGRAM.format("").replace("'*'", "'456'")),
        tenant(PROGRAM.format("").replace("a:", "A:")),
        tenant(PROGRAM.format("").replace("client-credentials", "password")),
        tenant("a: {access: ['*']}\n"),
        tenant("a: {application: VS Code, access: ['*'], people: everyone}\n"),
        tenant(server=SERVER + "  registration: {dynamic: {access: ['*'], people: everyone}}\n"),
        tenant(server=SERVER + "  registration: {metadataDocuments: {access: ['*'], people: everyone}}\n"),
        tenant(server="{}\n"),
        tenant(server=SERVER + "auth0: {domain: acme.eu.auth0.com}\n"),
        tenant(server=SERVER + "  tokens: {access: 5}\n"),
        tenant(server=SERVER + "  tokens: {access: 5 minutes}\n"),
        tenant(server=SERVER.replace("true", "'true'")),
        tenant().replace("[production, test]", "[]"),
        tenant().replace('"456"', '"4/6"'),
        tenant().replace("id: acme", "id: 456"),
        tenant(more="manualRegistrations: {a: {access: ['*']}}\n"),
        "config: {}\n",
    ],
)
def test_what_an_editor_underlines_is_refused_by_check_too(stacks: Stacks, text: str) -> None:
    assert not Draft202012Validator(stack_schema()).is_valid(yaml.safe_load(text))
    assert [found for found in stacks.problems(text) if found.severity == "error"]


def test_an_editor_takes_a_known_application_for_what_it_fills_in() -> None:
    server = SERVER + "  registration: {dynamic: {applications: [claude], access: ['*'], people: everyone}}\n"
    text = tenant("a: {application: vscode, access: ['*'], people: everyone}\n", server=server)
    Draft202012Validator(stack_schema()).validate(yaml.safe_load(text))


@pytest.mark.parametrize("people", ["everyone", "none", "{}", "{groups: [planners]}", "{everyone: true}"])
def test_an_editor_takes_all_ways_to_name_people(people: str) -> None:
    text = tenant("a: {grant: authorization-code, access: ['*'], redirectUris: ['https://a.example/cb'], "
                  f"people: {people}}}\n")  # fmt: skip
    Draft202012Validator(stack_schema()).validate(yaml.safe_load(text))


def _properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, definition in schema["$defs"].items() if "$defs" in schema else ():
        for shape in (definition, *definition.get("anyOf", ())):
            yield from ((f"{name}.{key}", part) for key, part in shape.get("properties", {}).items())
    if "config" not in schema.get("properties", {}):
        yield from schema.get("properties", {}).items()


def _target(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    reference = part.get("$ref", "").removeprefix("#/$defs/")
    target: dict[str, Any] = schema["$defs"][reference] if reference else {}
    return target
