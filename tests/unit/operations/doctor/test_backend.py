"""The state backend and the passphrase."""

from __future__ import annotations

from pathlib import Path

import pytest

from flow_mcp.operations.doctor import backend
from flow_mcp.operations.doctor.finding import Finding
from tests.unit.declared import Stacks

MARKER = "s3cret-value"


@pytest.mark.parametrize("name", ["PULUMI_BACKEND_URL", "PULUMI_ACCESS_TOKEN"])
def test_a_backend_of_the_environment_is_named_by_its_variable(stacks: Stacks, name: str) -> None:
    found = backend.backend(stacks.project, {name: f"https://user:{MARKER}@example.com"})
    assert found == Finding("backend", "ok", f"{name} is set")


def test_a_backend_may_be_chosen_by_the_project_or_by_login(stacks: Stacks, tmp_path: Path) -> None:
    environment = {"PULUMI_HOME": str(tmp_path)}
    assert backend.backend(stacks.project, environment).status == "problem"
    (tmp_path / "credentials.json").write_text('{"current": ""}', encoding="utf-8")
    assert backend.backend(stacks.project, environment).status == "problem"
    (tmp_path / "credentials.json").write_text(f'{{"current": "s3://{MARKER}"}}', encoding="utf-8")
    assert backend.backend(stacks.project, environment) == Finding(
        "backend", "ok", "`pulumi login` has chosen one"
    )
    text = stacks.project.file.read_text(encoding="utf-8")
    stacks.project.file.write_text(f"{text}backend: {{url: 's3://{MARKER}'}}\n", encoding="utf-8")
    assert backend.backend(stacks.project, {}) == Finding("backend", "ok", "Pulumi.yaml names one")


@pytest.mark.parametrize(
    ("stack", "status"),
    [
        ("config: {}\n", "warning"),
        ("config: {}\nencryptionsalt: v1:x\n", "problem"),
        ("config: {}\nsecretsprovider: awskms://x\nencryptedkey: y\n", "ok"),
        ("config: {}\nsecretsprovider: passphrase\n", "warning"),
        ("config: [", "warning"),
    ],
)
def test_a_passphrase_is_needed_by_stacks_that_are_encrypted_with_one(
    stacks: Stacks, stack: str, status: str
) -> None:
    file = stacks.write(stack)
    found = backend.passphrase([file], {})
    assert (found.subject, found.status, bool(found.remedy)) == ("passphrase", status, status != "ok")


@pytest.mark.parametrize(("there", "status"), [(True, "ok"), (False, "problem")])
def test_a_file_with_the_passphrase_must_exist(tmp_path: Path, there: bool, status: str) -> None:
    file = tmp_path / "passphrase"
    if there:
        file.write_text(MARKER, encoding="utf-8")
    found = backend.passphrase([], {"PULUMI_CONFIG_PASSPHRASE_FILE": str(file)})
    assert (found.status, MARKER in repr(found)) == (status, False)


def test_a_passphrase_in_the_environment_is_enough_even_if_it_is_empty() -> None:
    assert backend.passphrase([], {"PULUMI_CONFIG_PASSPHRASE": ""}).status == "ok"
