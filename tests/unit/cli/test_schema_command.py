"""Tests of `flow-mcp schema`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flow_mcp.authorization_servers.schema import stack_schema
from flow_mcp.cli.schema import command
from flow_mcp.runtime.vectors.model import vectors_schema
from flow_mcp.settings.schema import envelope_schema, settings_schema

PUBLISHED = Path(__file__).parents[3] / "docs" / "schemas"


def schema(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


def test_a_stacks_schema_is_printed_by_default() -> None:
    assert json.loads(schema().stdout) == stack_schema()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("settings", settings_schema), ("envelope", envelope_schema), ("vectors", vectors_schema)],
)
def test_other_schemas_are_printed_by_name(name: str, expected: object) -> None:
    assert callable(expected)
    assert json.loads(schema(name).stdout) == expected()


def test_all_schemas_are_written_and_unchanged_ones_are_kept(tmp_path: Path) -> None:
    directory = tmp_path / "docs" / "schemas"
    files = [directory / published.name for published in sorted(PUBLISHED.glob("*"))]
    assert schema("--write", str(directory)).stdout == "".join(f"wrote {file}\n" for file in files)
    assert sorted(directory.iterdir()) == files
    assert schema("--write", str(directory)).stdout == ""
    assert schema("--check", str(directory)).exit_code == 0


def test_stale_files_are_named(tmp_path: Path) -> None:
    schema("--write", str(tmp_path))
    stale = tmp_path / "stack.schema.json"
    stale.write_text("{}\n", encoding="utf-8")
    result = schema("--check", str(tmp_path))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"{stale} is not up to date. Run flow-mcp schema --write {tmp_path}.\n"


def test_an_unknown_schema_is_an_error() -> None:
    assert schema("tenant").exit_code == 2
