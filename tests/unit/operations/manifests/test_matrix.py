"""Sharded pipelines, against the schemas of the services, and the commands of their jobs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema.validators import validator_for

from flow_mcp.local.new_project.pipeline import DIRECTORY, PIPELINES
from flow_mcp.operations.manifests.document import ManifestError
from flow_mcp.operations.manifests.matrix import Matrix, azure, github, gitlab

RENDERERS: Mapping[str, Callable[[Matrix], str]] = {"github": github, "gitlab": gitlab, "azure": azure}
# https://github.com/python-jsonschema/check-jsonschema: copies of the services' schemas, with their licences.
SCHEMAS = {"github": "github-workflows", "gitlab": "gitlab-ci", "azure": "azure-pipelines"}
MATRICES = [Matrix(8), Matrix(1), Matrix(2, ("test-*", "eu?"), ("KEYCLOAK_USER", "KEYCLOAK_PASSWORD"))]


def schema(service: str) -> Any:
    directory = files("check_jsonschema") / "builtin_schemas" / "vendor"
    return json.loads((directory / f"{SCHEMAS[service]}.json").read_text("utf-8"))


@pytest.mark.parametrize("service", RENDERERS)
def test_each_pipeline_matches_the_published_schema(service: str) -> None:
    published = schema(service)
    validator = validator_for(published)(published)
    for matrix in MATRICES:
        pipeline = yaml.safe_load(RENDERERS[service](matrix))
        assert list(validator.iter_errors(pipeline)) == []
    jobs = {"github": "jobs", "gitlab": "shards", "azure": "jobs"}
    assert not validator.is_valid({**pipeline, jobs[service]: 1})


def update_commands(service: str, matrix: Matrix) -> dict[str, str]:
    """Return the command that updates tenants, by job."""
    pipeline = yaml.safe_load(RENDERERS[service](matrix))
    if service == "github":
        return {name: job["steps"][-1]["run"] for name, job in pipeline["jobs"].items()}
    if service == "gitlab":
        return {name: pipeline[name]["script"][0] for name in pipeline["stages"]}
    return {job["job"]: job["steps"][-1]["bash"] for job in pipeline["jobs"]}


def arguments(command: str, directory: Path, environment: Mapping[str, str]) -> list[str]:
    """Run a job's command with a stand-in for `flow-mcp`, and return its arguments."""
    program = directory / ".venv" / "bin" / "flow-mcp"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text('#!/bin/bash\nprintf "%s\\n" "$@"\n', "utf-8")
    program.chmod(0o755)
    completed = subprocess.run(
        ["/bin/bash", "-eo", "pipefail", "-c", command],
        cwd=directory,
        env=dict(environment),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return completed.stdout.splitlines()


@pytest.mark.parametrize(
    ("service", "environment"),
    [
        ("github", {"SHARD": "3"}),
        ("gitlab", {"CI_NODE_INDEX": "3", "CI_NODE_TOTAL": "8"}),
        ("azure", {"SYSTEM_JOBPOSITIONINPHASE": "3", "SYSTEM_TOTALJOBSINPHASE": "8"}),
    ],
)
def test_each_job_updates_its_shard(service: str, environment: Mapping[str, str], tmp_path: Path) -> None:
    commands = update_commands(service, Matrix(8))
    assert {name: arguments(command, tmp_path, environment) for name, command in commands.items()} == {
        "shards": ["up", "--all", "--yes", "--shard", "3/8"]
    }


@pytest.mark.parametrize("service", RENDERERS)
def test_canaries_are_updated_before_the_shards(service: str, tmp_path: Path) -> None:
    matrix = MATRICES[2]
    canaries = update_commands(service, matrix)["canaries"]
    assert arguments(canaries, tmp_path, {}) == [
        *("up", "--select", "test-*", "--select", "eu?", "--yes", "--max-failures", "0")
    ]
    pipeline = yaml.safe_load(RENDERERS[service](matrix))
    before = {
        "github": lambda: pipeline["jobs"]["shards"]["needs"],
        "gitlab": lambda: pipeline["stages"][0],
        "azure": lambda: pipeline["jobs"][1]["dependsOn"],
    }
    assert before[service]() == "canaries"


def test_github_and_azure_pass_the_named_secrets_only_to_the_update() -> None:
    workflow = yaml.safe_load(github(MATRICES[2]))
    assert workflow["jobs"]["shards"]["steps"][-1]["env"] == {
        "PULUMI_BACKEND_URL": "${{ vars.PULUMI_BACKEND_URL }}",
        "KEYCLOAK_USER": "${{ secrets.KEYCLOAK_USER }}",
        "KEYCLOAK_PASSWORD": "${{ secrets.KEYCLOAK_PASSWORD }}",
        "SHARD": "${{ matrix.shard }}",
    }
    steps = yaml.safe_load(azure(MATRICES[2]))["jobs"][1]["steps"]
    assert [step.get("env", {}) for step in steps] == [
        {},
        {},
        {},
        {
            "PULUMI_BACKEND_URL": "$(PULUMI_BACKEND_URL)",
            "KEYCLOAK_USER": "$(KEYCLOAK_USER)",
            "KEYCLOAK_PASSWORD": "$(KEYCLOAK_PASSWORD)",
        },
    ]


@pytest.mark.parametrize("text", ["$(id)", "${{ secrets.A }}", "a b", "'", "", "a;b"])
def test_names_that_a_service_or_a_shell_would_replace_are_rejected(text: str) -> None:
    with pytest.raises(ManifestError, match="is not a glob of names"):
        Matrix(1, (text,))
    with pytest.raises(ManifestError, match="is not the name of a variable"):
        Matrix(1, (), (text,))


def test_the_actions_are_those_of_the_pipelines_of_new_projects() -> None:
    project = (DIRECTORY / PIPELINES["github"].source).read_text("utf-8")
    steps = yaml.safe_load(github(Matrix(8)))["jobs"]["shards"]["steps"]
    assert [step["uses"] in project for step in steps if "uses" in step] == [True, True]
