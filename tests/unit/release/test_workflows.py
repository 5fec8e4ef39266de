"""The release workflow and the pipelines of new projects keep to the schemas of their services."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from jsonschema.validators import validator_for

from flow_mcp.local.new_project.create import create
from flow_mcp.local.new_project.first_tenant import FirstTenant
from flow_mcp.local.new_project.pipeline import PIPELINES
from tests.conftest import REPOSITORY
from tests.unit.operations.manifests.test_matrix import schema


def errors(file: Path, service: str) -> list[str]:
    """The errors of a file by the schema of its service."""
    published = schema(service)
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    # PyYAML follows YAML 1.1, in which `on` is true.
    workflow = {"on" if key is True else key: value for key, value in content.items()}
    return [error.message for error in validator_for(published)(published).iter_errors(workflow)]


def test_the_release_workflow_keeps_to_the_schema_of_github() -> None:
    assert errors(REPOSITORY / ".github" / "workflows" / "release.yml", "github") == []


@pytest.mark.parametrize("service", PIPELINES)
def test_the_pipeline_of_a_new_project_keeps_to_the_schema_of_its_service(
    service: str, tmp_path: Path
) -> None:
    pipeline = PIPELINES[service]
    create(tmp_path / "planning", FirstTenant(), pipeline)
    assert errors(tmp_path / "planning" / pipeline.file, service) == []
