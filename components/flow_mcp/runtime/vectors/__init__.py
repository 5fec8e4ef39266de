"""Test vectors for every runtime that validates calls against a settings document.

The JSON files are in this directory: `requirements.json`, `cases/*.json`, and the `settings/*.json` and
`keys/*.json` that the cases refer to. `docs/test-vectors.md` describes how another runtime runs them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from flow_mcp.runtime.vectors.model import ExpectedDecision, Requirement, Requirements, Vector, VectorFile
from flow_mcp.settings import SettingsDocument

__all__ = ["ExpectedDecision", "Requirement", "Vector", "VectorFile", "Vectors", "load"]


@dataclass(frozen=True)
class Vectors:
    """All test vectors of this distribution, with their settings and keys."""

    requirements: tuple[Requirement, ...]
    themes: Mapping[str, VectorFile]
    """By file name without extension."""
    settings: Mapping[str, SettingsDocument]
    keys: Mapping[str, Mapping[str, dict[str, Any]]]
    """JSON Web Key Sets by authority."""

    def __iter__(self) -> Iterator[Vector]:
        return (vector for theme in self.themes.values() for vector in theme.vectors)


def load() -> Vectors:
    """Read the test vectors of this distribution."""
    directory = files(__name__)
    return Vectors(
        requirements=Requirements.model_validate_json(_text(directory / "requirements.json")).requirements,
        themes={name: VectorFile.model_validate_json(text) for name, text in _texts(directory / "cases")},
        settings={name: SettingsDocument.from_json(text) for name, text in _texts(directory / "settings")},
        keys={name: json.loads(text) for name, text in _texts(directory / "keys")},
    )


def _texts(directory: Traversable) -> list[tuple[str, str]]:
    paths = [file for file in directory.iterdir() if file.name.endswith(".json")]
    return [(file.name.removesuffix(".json"), _text(file)) for file in sorted(paths, key=lambda f: f.name)]


def _text(file: Traversable) -> str:
    return file.read_text(encoding="utf-8")
