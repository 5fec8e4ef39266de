"""Settings of Visual Studio Code: `.vscode/settings.json` and the extension for YAML.

Source: https://github.com/redhat-developer/vscode-yaml#associating-schemas,
https://code.visualstudio.com/docs/languages/json#_json-schemas-and-settings
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.local.editors.schemas import FILE_SCHEMAS

_EXTENSION = "redhat.vscode-yaml"


class EditorSettingsError(FlowMcpError):
    """An editor's settings cannot be extended."""

    exit_code = 2


def files(project: Path) -> dict[str, str]:
    """Return the texts of the settings' files by path, with what the existing files have.

    Args:
        project: the project's directory.

    Raises:
        EditorSettingsError: an existing file is no plain JSON object.
    """
    return {
        path: _extended(project / path, extend)
        for path, extend in {
            ".vscode/settings.json": _settings,
            ".vscode/extensions.json": _extensions,
        }.items()
    }


def _extended(file: Path, extend: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> str:
    try:
        existing = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    except json.JSONDecodeError:
        existing = None
    if not isinstance(existing, dict):
        # The editor also accepts comments, which would be lost.
        wanted = json.dumps(extend({}), indent=2)
        raise EditorSettingsError(
            f"{file} is no plain JSON object, perhaps because of comments. It was not changed; "
            f"add this to it:\n{wanted}"
        )
    return json.dumps({**existing, **extend(existing)}, indent=2, ensure_ascii=False) + "\n"


def _settings(existing: Mapping[str, Any]) -> Mapping[str, Any]:
    yaml = {f"./{schema.path}": schema.pattern for schema in FILE_SCHEMAS if schema.pattern.endswith("yaml")}
    own = [
        {"fileMatch": [f"/{schema.pattern}"], "url": f"./{schema.path}"}
        for schema in FILE_SCHEMAS
        if schema.pattern.endswith("json")
    ]
    others = [entry for entry in existing.get("json.schemas", []) if entry not in own]
    return {
        "yaml.schemas": {**existing.get("yaml.schemas", {}), **yaml},
        "json.schemas": [*others, *own],
    }


def _extensions(existing: Mapping[str, Any]) -> Mapping[str, Any]:
    recommended = existing.get("recommendations", [])
    return {"recommendations": [*recommended, *([] if _EXTENSION in recommended else [_EXTENSION])]}
