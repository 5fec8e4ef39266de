"""Test vectors for every runtime that judges calls by a settings document.

JSON beside this module: `requirements.json`, `cases/*.json`, and what the cases name, `settings/*.json` and
`keys/*.json`. `docs/test-vectors.md` says how another runtime runs them.
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
    """All that the distribution has."""

    requirements: tuple[Requirement, ...]
    themes: Mapping[str, VectorFile]
    """By the name of the file."""
    settings: Mapping[str, SettingsDocument]
    keys: Mapping[str, Mapping[str, dict[str, Any]]]
    """JSON Web Key Sets by authority."""

    def __iter__(self) -> Iterator[Vector]:
        return (vector for theme in self.themes.values() for vector in theme.vectors)


def load() -> Vectors:
    """Read the vectors that come with this distribution."""
    here = files(__name__)
    return Vectors(
        requirements=Requirements.model_validate_json(_text(here / "requirements.json")).requirements,
        themes={name: VectorFile.model_validate_json(text) for name, text in _texts(here / "cases")},
        settings={name: SettingsDocument.from_json(text) for name, text in _texts(here / "settings")},
        keys={name: json.loads(text) for name, text in _texts(here / "keys")},
    )


def _texts(directory: Traversable) -> list[tuple[str, str]]:
    found = [file for file in directory.iterdir() if file.name.endswith(".json")]
    return [(file.name.removesuffix(".json"), _text(file)) for file in sorted(found, key=lambda f: f.name)]


def _text(file: Traversable) -> str:
    return file.read_text(encoding="utf-8")
