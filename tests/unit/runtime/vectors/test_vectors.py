"""Tests of the test vectors for runtimes."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from flow_mcp.runtime import Reason
from flow_mcp.runtime.vectors import Vector, VectorFile
from flow_mcp.runtime.vectors.model import vectors_schema
from tests.conftest import REPOSITORY
from tests.vectors.__main__ import DIRECTORY, main, stale, texts
from tests.vectors.running import outcome, vectors

ALL = list(vectors())
FILES = [DIRECTORY / "requirements.json", *sorted((DIRECTORY / "cases").glob("*.json"))]


@pytest.mark.parametrize("vector", ALL, ids=lambda vector: vector.id)
def test_the_reference_gives_the_expected_decision(vector: Vector) -> None:
    assert outcome(vector) == vector.decision


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_is_valid_by_the_published_schema(file: Path) -> None:
    schema = json.loads((REPOSITORY / "docs/schemas/vectors.schema.json").read_text(encoding="utf-8"))
    assert schema == vectors_schema()
    validator: Any = Draft202012Validator(schema)
    assert list(validator.iter_errors(json.loads(file.read_text(encoding="utf-8")))) == []


def test_the_schema_rejects_other_documents() -> None:
    validator: Any = Draft202012Validator(vectors_schema())
    one = json.loads(FILES[1].read_text(encoding="utf-8"))
    del one["vectors"][0]["decision"]
    assert not validator.is_valid(one)
    assert not validator.is_valid({"requirements": []})


def test_every_requirement_has_a_vector_and_every_vector_a_requirement() -> None:
    known = {requirement.id for requirement in vectors().requirements}
    assert {name for vector in ALL for name in vector.requirements} == known
    assert len(known) == len(vectors().requirements)


def test_sources_of_requirements_are_links_or_sections_of_the_documentation() -> None:
    for requirement in vectors().requirements:
        if requirement.source.startswith("https://"):
            continue
        name, _, anchor = requirement.source.partition("#")
        text = (REPOSITORY / name).read_text(encoding="utf-8")
        headings = {
            "".join(letter for letter in line.strip("# ").lower() if letter.isalnum() or letter in " -")
            for line in text.splitlines()
            if line.startswith("#")
        }
        assert not anchor or anchor in {heading.replace(" ", "-") for heading in headings}, requirement


def test_ids_are_unique_and_start_with_the_name_of_their_file() -> None:
    assert [name for name, count in Counter(vector.id for vector in ALL).items() if count > 1] == []
    for name, theme in vectors().themes.items():
        assert all(vector.id.startswith(f"{name}-") for vector in theme.vectors)


def test_every_reason_of_the_reference_occurs() -> None:
    assert {vector.decision.reason for vector in ALL} == {reason.value for reason in Reason}


def test_every_document_and_key_set_is_used() -> None:
    assert {vector.settings for vector in ALL} - {None} == set(vectors().settings)
    assert {vector.keys for vector in ALL} == set(vectors().keys)


@pytest.mark.parametrize("theme", vectors().themes.values(), ids=list(vectors().themes))
def test_no_call_occurs_twice_in_a_file(theme: VectorFile) -> None:
    excluded = {"id", "description", "requirements", "decision"}
    calls = Counter(vector.model_dump_json(exclude=excluded) for vector in theme.vectors)
    assert [call for call, count in calls.items() if count > 1] == []


def test_generated_vectors_are_up_to_date() -> None:
    assert stale() == []
    assert main(["--check"]) == 0


def test_changed_missing_and_extra_vectors_are_reported(tmp_path: Path) -> None:
    for file, text in texts().items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text, encoding="utf-8")
    assert stale(tmp_path) == []
    (tmp_path / "keys" / "keycloak.json").write_text("{}")
    (tmp_path / "keys" / "old.json").write_text("{}")
    (tmp_path / "cases" / "move.json").unlink()
    assert stale(tmp_path) == [Path("cases/move.json"), Path("keys/keycloak.json"), Path("keys/old.json")]
