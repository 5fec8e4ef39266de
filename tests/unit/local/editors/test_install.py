"""`flow-mcp schema --install`: settings of editors, beside those that a project has."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from flow_mcp.cli.schema import command
from flow_mcp.local.editors.schemas import FILE_SCHEMAS
from flow_mcp.local.editors.vscode import EditorSettingsError
from tests.conftest import REPOSITORY


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: flow-mcp\nruntime: python\n", encoding="utf-8")
    (tmp_path / "policies").symlink_to(REPOSITORY / "policies")
    return tmp_path


def install(project: Path, editor: str) -> Result:
    arguments = ("--install", editor, "--project", str(project))
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def mappings(project: Path) -> dict[str, tuple[str, str]]:
    """Return schema and pattern of each mapping of a JetBrains IDE, by title."""
    root = ET.parse(project / ".idea" / "jsonSchemas.xml")
    return {
        entry.attrib["key"]: (
            entry.find(".//option[@name='relativePathToSchema']").attrib["value"],  # type: ignore[union-attr]
            entry.find(".//option[@name='path']").attrib["value"],  # type: ignore[union-attr]
        )
        for entry in root.iterfind(".//entry")
    }


def test_visual_studio_code_gets_the_schemas_and_the_extension(project: Path) -> None:
    printed = install(project, "vscode").stdout
    settings = json.loads((project / ".vscode" / "settings.json").read_text("utf-8"))
    assert settings["yaml.schemas"] == {
        "./schemas/stack.schema.json": "stacks/Pulumi.*.yaml",
        "./schemas/applications.schema.json": "stacks/applications.yaml",
    }
    assert [entry["url"] for entry in settings["json.schemas"]] == [
        "./schemas/policy-configuration.schema.json"
    ]
    extensions = json.loads((project / ".vscode" / "extensions.json").read_text("utf-8"))
    assert extensions == {"recommendations": ["redhat.vscode-yaml"]}
    written = [
        ".vscode/extensions.json",
        ".vscode/settings.json",
        *sorted(schema.path for schema in FILE_SCHEMAS),
    ]
    assert printed == "".join(f"wrote {path}\n" for path in written)


def test_jetbrains_ides_get_a_mapping_for_each_schema(project: Path) -> None:
    install(project, "jetbrains")
    assert mappings(project) == {schema.title: (schema.path, schema.pattern) for schema in FILE_SCHEMAS}


@pytest.mark.parametrize("editor", ["vscode", "jetbrains"])
def test_a_second_run_writes_nothing(project: Path, editor: str) -> None:
    install(project, editor)
    assert install(project, editor).stdout == ""


def test_other_settings_of_visual_studio_code_are_kept(project: Path) -> None:
    file = project / ".vscode" / "settings.json"
    file.parent.mkdir()
    own = {"url": "./own.json", "fileMatch": ["/own.json"]}
    other = {"editor.rulers": [110], "yaml.schemas": {"a": "b"}, "json.schemas": [own]}
    file.write_text(json.dumps(other), encoding="utf-8")
    install(project, "vscode")
    settings = json.loads(file.read_text("utf-8"))
    assert settings["editor.rulers"] == [110]
    assert settings["yaml.schemas"]["a"] == "b"
    assert settings["json.schemas"][0] == own


def test_other_mappings_of_a_jetbrains_ide_are_kept(project: Path) -> None:
    install(project, "jetbrains")
    file = project / ".idea" / "jsonSchemas.xml"
    file.write_text(file.read_text("utf-8").replace("Flow MCP: policies", "Own schema"), encoding="utf-8")
    install(project, "jetbrains")
    assert set(mappings(project)) == {"Own schema", *(schema.title for schema in FILE_SCHEMAS)}


def test_settings_with_comments_are_not_changed(project: Path) -> None:
    file = project / ".vscode" / "settings.json"
    file.parent.mkdir()
    file.write_text("// mine\n{}\n", encoding="utf-8")
    with pytest.raises(EditorSettingsError, match=r"was not changed; add this to it:\n\{"):
        install(project, "vscode")
    assert file.read_text("utf-8") == "// mine\n{}\n"


@pytest.mark.parametrize("text", ["<project>", "<!DOCTYPE project>\n<project/>"])
def test_a_file_that_no_ide_writes_is_not_changed(project: Path, text: str) -> None:
    file = project / ".idea" / "jsonSchemas.xml"
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    with pytest.raises(EditorSettingsError, match="was not changed"):
        install(project, "jetbrains")
    assert file.read_text("utf-8") == text
