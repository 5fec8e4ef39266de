"""The YAML, JSON, CSV and Python in the pages is valid."""

from __future__ import annotations

import ast
import importlib
import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.authorization_servers.schema import stack_schema
from flow_mcp.declaration.applications.catalogue import catalogue_of
from flow_mcp.operations.adopt.settings_window import SettingsWindow, read_settings
from tests.conftest import REPOSITORY
from tests.unit.documentation.declarations import INSTANCE, TENANT, instance_of, tenant_of
from tests.unit.documentation.pages import Block, blocks

LANGUAGES = {"csv", "console", "indented", "json", "mermaid", "python", "sh", "text", "ts", "yaml"}
SCHEMAS = REPOSITORY / "docs" / "schemas"
YAML = blocks("yaml")
DECLARATIONS = [block for block in YAML if tenant_of(yaml.safe_load(block.text))]
OTHERS = [block for block in YAML if block not in DECLARATIONS]


def schema(name: str) -> Draft202012Validator:
    """The validator of a published schema."""
    return Draft202012Validator(json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8")))


def yaml_of(block: Block) -> dict[str, Any]:
    """The value of a block in YAML, with dates as text, as Pulumi and the commands read them."""
    value: dict[str, Any] = json.loads(json.dumps(yaml.safe_load(block.text), default=str))
    return value


def test_every_block_has_a_language() -> None:
    languages = LANGUAGES | {"{toctree}"}
    assert {str(block): block.language for block in blocks() if block.language not in languages} == {}


@pytest.mark.parametrize("block", DECLARATIONS, ids=str)
def test_a_declaration_is_valid(block: Block) -> None:
    value = yaml_of(block)
    tenant, instance = tenant_of(value), instance_of(value)
    Draft202012Validator(stack_schema()).validate({"config": {TENANT: tenant, INSTANCE: instance}})
    warnings = from_configuration(tenant, instance, source=str(block)).warnings
    assert [problem for problem in warnings if "admits nobody" in problem.message] == []


@pytest.mark.parametrize("block", OTHERS, ids=str)
def test_other_yaml_is_an_instance_a_known_application_or_part_of_an_example(block: Block) -> None:
    value = yaml_of(block)
    if block.text.startswith("# yaml-language-server: $schema=../schemas/applications.schema.json\n"):
        schema("applications").validate(value)
        assert catalogue_of(value, str(block)).problems == ()
    elif "resources" in value:
        (program,) = value["resources"].values()
        assert program["type"] == "flow-mcp:McpServerSettings"
        from_configuration(**program["properties"], source=str(block))
    elif "config" in value:
        assert [*value["config"]] == [INSTANCE]
        tenant = tenant_of({"authorizationServer": {"flow-entra": {}}})
        from_configuration(tenant, instance_of(value), source=str(block))
    else:
        example = yaml.safe_load((REPOSITORY / "examples" / "yaml" / "Pulumi.yaml").read_text("utf-8"))
        example["plugins"]["providers"][0]["path"] = ".venv/bin"
        assert value == {key: example[key] for key in value}


@pytest.mark.parametrize("block", blocks("json"), ids=str)
def test_json_is_settings_or_keeps_to_its_schema(block: Block, tmp_path: Path) -> None:
    value = json.loads(block.text)
    if "clientIds" in value:
        assert list(settings_in(block, tmp_path).client_ids) == value["clientIds"]
    else:
        schema("policy-configuration").validate(value)


@pytest.mark.parametrize("block", blocks("csv"), ids=str)
def test_csv_is_accepted_as_the_settings_of_the_window(block: Block, tmp_path: Path) -> None:
    assert len(settings_in(block, tmp_path).client_ids) == len(block.text.splitlines()) - 1


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_python_compiles_and_its_imports_exist(block: Block) -> None:
    for node in ast.walk(ast.parse(block.text)):
        if isinstance(node, ast.ImportFrom):
            module = importlib.import_module(node.module or "")
            assert [name.name for name in node.names if not hasattr(module, name.name)] == []
        elif isinstance(node, ast.Import):
            for name in node.names:
                importlib.import_module(name.name)


@pytest.mark.parametrize("block", blocks("ts"), ids=str)
def test_typescript_calls_the_validator_with_its_parameters(block: Block) -> None:
    source = (REPOSITORY / "examples/validators/typescript/src/decide.ts").read_text("utf-8")
    (parameters,) = re.findall(r"export async function decide\(([^)]*)\)", source)
    (arguments,) = re.findall(r"await decide\((.*)\);\n$", block.text)
    depths = itertools.accumulate({"{": 1, "(": 1, "}": -1, ")": -1}.get(letter, 0) for letter in arguments)
    commas = [letter for letter, depth in zip(arguments, depths, strict=True) if (letter, depth) == (",", 0)]
    assert len(commas) + 1 == len(re.findall(r"(\w+)\??:", parameters))


@pytest.mark.parametrize("block", blocks("mermaid"), ids=str)
def test_a_diagram_has_arrows_between_named_boxes(block: Block) -> None:
    head, *lines = block.text.splitlines()
    node = r'\w+(?:\["[^"]+"\])?'
    assert head == "flowchart LR"
    assert [line for line in lines if not re.fullmatch(rf' +{node} -- "[^"]+" --> {node}', line)] == []
    named = set(re.findall(r"(\w+)\[", block.text))
    assert {name for line in lines for name in re.findall(r"^ +(\w+)|--> (\w+)", line)[0] if name} <= named


def settings_in(block: Block, directory: Path) -> SettingsWindow:
    """What `flow-mcp adopt --settings` reads from a block."""
    file = directory / f"window.{block.language}"
    file.write_text(block.text, encoding="utf-8")
    return read_settings(file, "acme")
