"""`flow-mcp new` creates a project that is valid at once and depends on the package only."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from flow_mcp.authorization_servers import KINDS
from flow_mcp.authorization_servers.load import from_file
from flow_mcp.authorization_servers.schema import stack_schema
from flow_mcp.cli import cli
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import Project
from flow_mcp.local.new_project.create import NewProjectError
from flow_mcp.local.new_project.first_tenant import ADDRESSES
from flow_mcp.local.new_project.pipeline import PIPELINES
from tests.conftest import REPOSITORY

ENTRA_TENANT = "3f0c6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11"
SERVERS = {
    "keycloak": "https://id.acme.example",
    "entra": ENTRA_TENANT,
    "flow-entra": ENTRA_TENANT,
    "auth0": "acme.eu.auth0.com",
    "scalekit": "https://acme.scalekit.com",
    "external": "https://id.acme.example/oidc",
}
FILES = [
    ".github/workflows/flow-mcp.yml",
    ".gitignore",
    "Pulumi.yaml",
    "README.md",
    "policies/PulumiPolicy.yaml",
    "policies/__main__.py",
    "policies/configuration.json",
    "policies/rules/README.md",
    "requirements.txt",
    "schemas/stack.schema.json",
    "stacks/Pulumi.acme.yaml",
    "stacks/__main__.py",
]


def new(*arguments: str) -> Result:
    """Run the command without a terminal."""
    return CliRunner().invoke(cli, ["new", *arguments], catch_exceptions=False)


def files(directory: Path) -> dict[str, str]:
    """The text of each file, by its path."""
    return {
        str(file.relative_to(directory)): file.read_text(encoding="utf-8")
        for file in sorted(directory.rglob("*"))
        if file.is_file()
    }


def test_every_kind_has_an_option() -> None:
    assert list(SERVERS) == list(ADDRESSES)
    assert ADDRESSES.keys() == KINDS.keys()


@pytest.mark.parametrize("environment", ["test", "production"])
@pytest.mark.parametrize("kind", SERVERS)
def test_the_first_tenant_of_each_kind_passes_the_check(tmp_path: Path, kind: str, environment: str) -> None:
    directory = tmp_path / "planning"
    given = (f"--{kind}", SERVERS[kind], "--environment", environment)
    assert new(str(directory), *given).exit_code == 0
    project = Project.at(directory)
    declaration = from_file(project.stack_file("acme"), instance_of(project.file)).declaration
    assert declaration.kind.key == kind
    assert [resource.key for resource in declaration.resources] == [f"456/{environment}"]
    checked = CliRunner().invoke(cli, ["check", "--project", str(directory)])
    assert (checked.exit_code, checked.stderr) == (0, "")


def test_without_options_and_terminal_the_defaults_are_taken(tmp_path: Path) -> None:
    created = json.loads(new(str(tmp_path / "planning"), "--json").stdout)
    assert created == {"directory": str(tmp_path / "planning"), "tenant": "acme", "files": FILES}
    assert list(files(tmp_path / "planning")) == sorted(FILES)


def test_the_same_answers_give_the_same_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert new(str(tmp_path / name), "--tenant", "globex").exit_code == 0
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_nothing_refers_to_this_repository(tmp_path: Path) -> None:
    new(str(tmp_path / "planning"))
    texts = files(tmp_path / "planning")
    here = "|".join(map(re.escape, (str(REPOSITORY), str(tmp_path))))
    own = rf"docs/|components|(?<!\.)toolchain/|make (?:toolchain|test|\.venv)|tests/|{here}"
    found = {(name, match) for name, text in texts.items() for match in re.findall(own, text)}
    assert found == set()


def test_the_package_is_pinned_and_the_schema_is_that_of_the_package(tmp_path: Path) -> None:
    new(str(tmp_path / "planning"))
    texts = files(tmp_path / "planning")
    assert texts["requirements.txt"] == f"flow-mcp[deploy]=={version('flow-mcp')}\n"
    assert json.loads(texts["schemas/stack.schema.json"]) == stack_schema()
    checked = CliRunner().invoke(
        cli, ["schema", "stack", "--check", str(tmp_path / "planning" / "schemas")], catch_exceptions=False
    )
    assert checked.exit_code == 0


def test_programs_and_pulumi_files_are_those_of_this_repository(tmp_path: Path) -> None:
    new(str(tmp_path / "planning"))
    texts = files(tmp_path / "planning")
    for name in ("stacks/__main__.py", "policies/__main__.py"):
        assert texts[name] == (REPOSITORY / name).read_text(encoding="utf-8")
    here = yaml.safe_load((REPOSITORY / "Pulumi.yaml").read_text(encoding="utf-8"))
    there = yaml.safe_load(texts["Pulumi.yaml"])
    assert there["plugins"]["providers"] == [{"name": "flow-mcp", "path": ".venv/share/flow-mcp"}]
    assert {**there, "plugins": None, "config": None} == {**here, "plugins": None, "config": None}


@pytest.mark.parametrize(
    ("pipeline", "file"),
    [("gitlab", ".gitlab-ci.yml"), ("azure", "azure-pipelines.yml"), ("none", None)],
)
def test_another_pipeline_or_none_may_be_chosen(tmp_path: Path, pipeline: str, file: str | None) -> None:
    new(str(tmp_path / "planning"), "--pipeline", pipeline)
    there = set(files(tmp_path / "planning"))
    assert there - set(FILES) == ({file} if file else set())
    readme = (tmp_path / "planning" / "README.md").read_text(encoding="utf-8")
    assert ("## Pipeline" in readme) is bool(file)


@pytest.mark.parametrize("pipeline", ["github", "azure"])
@pytest.mark.parametrize(
    ("kind", "variables"),
    [
        ("keycloak", {"KEYCLOAK_USER", "KEYCLOAK_PASSWORD"}),
        ("entra", {"ARM_CLIENT_ID", "ARM_CLIENT_SECRET"}),
        ("auth0", {"AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET"}),
        ("scalekit", {"SCALEKIT_CLIENT_ID", "SCALEKIT_CLIENT_SECRET"}),
        ("external", set()),
    ],
)
def test_the_pipeline_gives_the_credentials_of_the_kind(
    tmp_path: Path, pipeline: str, kind: str, variables: set[str]
) -> None:
    new(str(tmp_path / "planning"), f"--{kind}", SERVERS[kind], "--pipeline", pipeline)
    text = (tmp_path / "planning" / PIPELINES[pipeline].file).read_text(encoding="utf-8")
    with_backend = [each for each in environments(yaml.safe_load(text)) if "PULUMI_BACKEND_URL" in each]
    assert len(with_backend) == {"github": 4, "azure": 3}[pipeline]
    for environment in with_backend:
        names = set(environment) - {"PULUMI_BACKEND_URL", "PULUMI_CONFIG_PASSPHRASE", "DIGEST"}
        assert names == variables
        for name in names:
            written = {"github": f"${{{{ secrets.{name} }}}}", "azure": f"$({name})"}[pipeline]
            assert environment[name] == written


def environments(value: Any) -> Iterator[dict[str, str]]:
    """All `env` of a pipeline."""
    if isinstance(value, dict):
        for key, part in value.items():
            if key == "env":
                yield part
            else:
                yield from environments(part)
    elif isinstance(value, list):
        for part in value:
            yield from environments(part)


def test_the_readme_names_commands_that_exist(tmp_path: Path) -> None:
    new(str(tmp_path / "planning"))
    text = (tmp_path / "planning" / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"flow-mcp ([a-z]+)", text))
    assert {"check", "doctor", "toolchain", "export", "verify"} <= named <= set(cli.commands)


@pytest.mark.parametrize("there", [".git", ".venv"])
def test_a_fresh_clone_and_an_environment_count_as_empty(tmp_path: Path, there: str) -> None:
    (tmp_path / there).mkdir()
    assert new(str(tmp_path)).exit_code == 0


def test_a_directory_with_files_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(NewProjectError) as refused:
        new(str(tmp_path))
    assert str(refused.value) == (f"{tmp_path} is not empty: it has notes.txt; name a new or empty directory")
    assert files(tmp_path) == {"notes.txt": "mine"}
    with pytest.raises(NewProjectError, match="is a file; name a new or empty directory"):
        new(str(tmp_path / "notes.txt"))


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--tenant", "../acme"), "id: is not an ID"),
        (("--tenant", "a: {b"), "id: is not an ID"),
        (("--server", "http://flow.example"), "instance.server: uses plain http"),
        (("--keycloak", "http://id.acme.example"), "authorizationServer.keycloak.url: uses plain http"),
        (("--keycloak", 'https://x"\n    clients: {}'), "authorizationServer.keycloak.url: "),
        (("--entra", "acme"), "authorizationServer.entra.tenantId: "),
        (("--environment", "a]"), "workspaces.456.environments[0]: is not an ID"),
    ],
)
def test_an_invalid_answer_is_refused_and_nothing_is_written(
    tmp_path: Path, arguments: tuple[str, ...], problem: str
) -> None:
    with pytest.raises(FlowMcpError) as refused:
        new(str(tmp_path / "planning"), *arguments)
    assert isinstance(refused.value, DeclarationError)
    assert problem in str(refused.value)
    assert not (tmp_path / "planning").exists()


def test_two_authorization_servers_are_a_usage_error(tmp_path: Path) -> None:
    result = new(str(tmp_path / "planning"), "--entra", ENTRA_TENANT, "--auth0", "acme.eu.auth0.com")
    assert (result.exit_code, "--entra and --auth0" in result.stderr) == (2, True)


@pytest.mark.parametrize("word", ["12", "yes", "null", "0x1f"])
def test_an_id_that_yaml_reads_otherwise_is_quoted(tmp_path: Path, word: str) -> None:
    new(str(tmp_path / "planning"), "--tenant", word, "--environment", word)
    stack = yaml.safe_load(files(tmp_path / "planning")[f"stacks/Pulumi.{word}.yaml"])
    tenant = stack["config"]["flow-mcp:tenant"]
    assert (tenant["id"], tenant["workspaces"]) == (word, {"456": {"environments": [word]}})


def test_in_a_terminal_it_asks_for_what_no_option_gives(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    program = str(Path(sys.executable).with_name("flow-mcp"))
    command = [program, "new", str(tmp_path / "planning"), "--tenant", "globex"]
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        os.close(theirs)
        os.write(ours, b"\nauth0\nglobex.eu.auth0.com\n")
        stdout, stderr = process.communicate(timeout=60)
    os.close(ours)
    assert process.returncode == 0, stderr
    questions = [b"URL of the Flow instance", b"Its authorization server", b"Domain of the Auth0 tenant"]
    assert re.findall(b"|".join(questions), stderr) == questions
    assert stdout.startswith(b"Created 12 files in ")
    tenant = yaml.safe_load(files(tmp_path / "planning")["stacks/Pulumi.globex.yaml"])["config"]
    assert tenant["flow-mcp:tenant"]["authorizationServer"]["auth0"]["domain"] == "globex.eu.auth0.com"
