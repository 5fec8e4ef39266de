"""Settings of JetBrains IDEs: `.idea/jsonSchemas.xml`, whose mappings apply to YAML too.

Source: https://www.jetbrains.com/help/idea/json.html#ws_json_schema_add_custom, and the class
JsonSchemaMappingsProjectConfiguration of IntelliJ IDEA, which reads the file.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

from flow_mcp.local.editors.schemas import FILE_SCHEMAS, FileSchema
from flow_mcp.local.editors.vscode import EditorSettingsError

_FILE = ".idea/jsonSchemas.xml"
_COMPONENT = "JsonSchemaMappingsProjectConfiguration"


def files(project: Path) -> dict[str, str]:
    """Return the text of the settings' file by path, with the mappings that the existing file has.

    Args:
        project: the project's directory.

    Raises:
        EditorSettingsError: the existing file is not what the IDE writes.
    """
    root = _existing(project / _FILE)
    mappings = _child(_child(_child(root, "component", name=_COMPONENT), "state"), "map")
    for schema in FILE_SCHEMAS:
        for entry in mappings.findall("entry"):
            if entry.get("key") == schema.title:
                mappings.remove(entry)
        mappings.append(_entry(schema))
    ET.indent(root)
    return {_FILE: '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"}


def _existing(file: Path) -> ET.Element:
    if not file.exists():
        return ET.Element("project", version="4")
    text = file.read_text(encoding="utf-8")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise EditorSettingsError(f"{file} has declarations that no IDE writes. It was not changed.")
    try:
        return ET.fromstring(text)  # noqa: S314 without declarations of entities
    except ET.ParseError as error:
        raise EditorSettingsError(f"{file} cannot be read: {error}. It was not changed.") from error


def _child(parent: ET.Element, tag: str, **attributes: str) -> ET.Element:
    for child in parent.findall(tag):
        if attributes.items() <= child.attrib.items():
            return child
    return ET.SubElement(parent, tag, attributes)


def _entry(schema: FileSchema) -> ET.Element:
    entry = ET.Element("entry", key=schema.title)
    info = ET.SubElement(ET.SubElement(entry, "value"), "SchemaInfo")
    for name, value in (("name", schema.title), ("relativePathToSchema", schema.path)):
        ET.SubElement(info, "option", name=name, value=value)
    patterns = ET.SubElement(ET.SubElement(info, "option", name="patterns"), "list")
    item = ET.SubElement(patterns, "Item")
    for name, value in (("path", schema.pattern), ("mappingKind", "Pattern")):
        ET.SubElement(item, "option", name=name, value=value)
    return entry
