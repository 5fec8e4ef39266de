"""The reference of a JSON Schema: a table of the keys of each of its objects."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

Schema = dict[str, Any]

_FORMATS = {"date": "date", "uri": "URI", "uuid": "UUID"}


def key_sections(schema: Schema, first: Sequence[str] = ()) -> Iterator[str]:
    """Yield a section for the whole schema if it has keys to list, and one for each of its definitions.

    Args:
        schema: a schema in the form that pydantic writes, with `$defs`.
        first: names of the definitions to begin with; without them the schema's own keys come first.
    """
    definitions: dict[str, Schema] = schema["$defs"]
    if not first:
        yield _section(schema["title"], schema, definitions)
    for name in [*first, *sorted(definitions.keys() - set(first))]:
        yield _section(name, definitions[name], definitions)


def _section(name: str, schema: Schema, definitions: dict[str, Schema]) -> str:
    described, description = _object(schema), _description(schema)
    lines = [f"## {name}", "", *([_paragraph(description), ""] if description else [])]
    if keys := described.get("properties"):
        required = set(described.get("required", ()))
        lines += ["| key | value | required | meaning |", "| --- | --- | --- | --- |"]
        for key, part in keys.items():
            yes = "yes" if key in required else ""
            meaning = part.get("description") or _description(_referenced(part, definitions))
            lines.append(f"| `{key}` | {_value(part)} | {yes} | {_cell(meaning)} |")
    else:
        lines.append(_value(schema))
    return "\n".join([*lines, ""])


def _description(schema: Schema) -> str:
    """Return the description of a schema, or of its alternative with keys; empty if there is none."""
    return str(_object(schema).get("description") or schema.get("description", ""))


def _referenced(part: Schema, definitions: dict[str, Schema]) -> Schema:
    """Return the definition that a value consists of; an empty schema if it has a type of its own."""
    references = [choice["$ref"] for choice in (part, *part.get("anyOf", ())) if "$ref" in choice]
    return definitions[references[0].rpartition("/")[2]] if references else {}


def _object(schema: Schema) -> Schema:
    """Return the alternative of a schema that is an object with keys, or else the schema."""
    return next((part for part in (schema, *schema.get("anyOf", ())) if "properties" in part), schema)


def _value(part: Schema) -> str:
    """Return the type of a value, its permitted values and its default."""
    text = _type(part)
    if "default" in part:
        text += f"; default `{_json(part['default'])}`"
    return text


def _type(part: Schema) -> str:
    if reference := part.get("$ref"):
        name = reference.rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in part and "properties" not in part:
        inherited = {"type": part["type"]} if "type" in part else {}
        return " or ".join(dict.fromkeys(_type({**inherited, **choice}) for choice in part["anyOf"]))
    if "enum" in part:
        return ", ".join(f"`{value}`" for value in part["enum"])
    if "const" in part:
        return f"`{_json(part['const'])}`"
    if part.get("type") == "array":
        return f"list of {_type(part['items'])}"
    for mapping in (*part.get("patternProperties", {}).values(), part.get("additionalProperties")):
        if isinstance(mapping, dict):
            return f"mapping to {_type(mapping)}"
    return _FORMATS.get(part.get("format", ""), str(part.get("type", "any value")))


def _json(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _paragraph(text: str) -> str:
    """Return a text as a paragraph of short lines."""
    return textwrap.fill(_cell(text), 130, break_long_words=False, break_on_hyphens=False)


def _cell(text: str) -> str:
    """Return a text for a cell of a table: on one line, with `<` and `|` as they are.

    Markdown shows a backslash before `<` in code, so code keeps `<`.
    """
    line = re.sub(r"\s+", " ", text).replace("|", r"\|")
    return re.sub(r"`[^`]*`|<", lambda match: r"\<" if match[0] == "<" else match[0], line)
