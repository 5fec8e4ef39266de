from __future__ import annotations

import os
from importlib import metadata

import pytest

from flow_mcp.engine.toolchain.build import Build, duration
from flow_mcp.engine.toolchain.errors import ToolchainError
from flow_mcp.engine.toolchain.programs import PROGRAMS, dotted
from tests.conftest import REPOSITORY
from tests.unit.engine.toolchain.conftest import Machine, RecordedProgress

ENGINE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"


def test_a_part_is_built_once(machine: Machine, progress: RecordedProgress) -> None:
    machine.install_go()
    first = Build(machine.module).provide("pulumi", progress)
    again = Build(machine.module).provide("pulumi", progress)
    assert {name: file.read_text() for name, file in first.files.items()} == {
        "pulumi": f"built from {ENGINE}",
        "pulumi-language-python": "built from ./pulumi-language-python",
        "pulumi-language-python-exec": "the executor",
    }
    assert first.version == (3, 256, 0)
    assert first.note.startswith("built in ")
    assert (again.files, again.note) == (first.files, "")
    assert machine.builds() == [ENGINE, "./pulumi-language-python"]


def test_progress_counts_modules_and_packages(machine: Machine, progress: RecordedProgress) -> None:
    machine.install_go()
    Build(machine.module).provide("keycloak", progress)
    assert progress.steps == [
        "Downloading the Go modules of pulumi-resource-keycloak",
        "Building pulumi-resource-keycloak",
    ]
    assert progress.details == ["1 downloaded", "1 of 2 packages", "2 of 2 packages"]


def test_a_change_of_the_language_host_rebuilds_only_the_language_host(
    machine: Machine, progress: RecordedProgress
) -> None:
    machine.install_go()
    Build(machine.module).provide("pulumi", progress)
    (machine.module / "pulumi-language-python" / "run.go").write_text("package main")
    (machine.module / "pulumi-language-python" / "run_test.go").write_text("package main")
    Build(machine.module).provide("pulumi", progress)
    assert machine.builds() == [ENGINE, "./pulumi-language-python", "./pulumi-language-python"]
    (machine.module / "pulumi-language-python" / "run_test.go").write_text("package main // changed")
    Build(machine.module).provide("pulumi", progress)
    assert len(machine.builds()) == 3


@pytest.mark.parametrize("changed", ["go.mod", "go version"])
def test_other_dependencies_or_another_go_version_cause_a_rebuild(
    machine: Machine, progress: RecordedProgress, changed: str
) -> None:
    machine.install_go()
    Build(machine.module).provide("keycloak", progress)
    if changed == "go.mod":
        (machine.module / "go.mod").write_text("require github.com/pulumi/pulumi/pkg/v3 v3.300.0\n")
    else:
        machine.install_go("go1.27.0")
    Build(machine.module).provide("keycloak", progress)
    assert machine.builds() == ["./pulumi-resource-keycloak"] * 2


def test_a_failed_build_reports_gos_output_and_leaves_no_entry(
    machine: Machine, progress: RecordedProgress
) -> None:
    machine.install_go(fails="go: example.com/module: dial tcp: no such host")
    with pytest.raises(ToolchainError) as raised:
        Build(machine.module).provide("keycloak", progress)
    assert str(raised.value) == "go build failed: go: example.com/module: dial tcp: no such host"
    assert [file.name for file in machine.cache.iterdir()] == ["lock"]


def test_an_interrupted_build_ends_go_leaves_no_entry_and_can_be_repeated(
    machine: Machine, progress: RecordedProgress, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: str) -> None:
        if "Building pulumi-resource-keycloak" in progress.steps:
            raise KeyboardInterrupt

    machine.install_go(seconds=60)
    monkeypatch.setattr(progress, "detail", interrupt)
    with pytest.raises(KeyboardInterrupt):
        Build(machine.module).provide("keycloak", progress)
    with pytest.raises(ProcessLookupError):
        os.kill(int((machine.root / "pid").read_text()), 0)
    assert [file.name for file in machine.cache.iterdir()] == ["lock"]

    machine.install_go()
    monkeypatch.setattr(progress, "detail", lambda _: None)
    assert Build(machine.module).provide("keycloak", progress).note.startswith("built in ")


def test_the_remains_of_a_killed_flow_mcp_are_ignored(machine: Machine, progress: RecordedProgress) -> None:
    machine.install_go()
    files = Build(machine.module).provide("keycloak", progress).files
    entry = files["pulumi-resource-keycloak"].parent
    entry.rename(entry.with_name(f"{entry.name}.partial"))
    assert Build(machine.module).provide("keycloak", progress).note.startswith("built in ")
    assert sorted(file.name for file in machine.cache.iterdir()) == sorted(["lock", entry.name])


def test_a_missing_or_old_go_is_reported(machine: Machine) -> None:
    with pytest.raises(ToolchainError, match="no go on PATH"):
        Build(machine.module)
    machine.install_go("go1.25.3")
    with pytest.raises(ToolchainError) as raised:
        Build(machine.module)
    assert str(raised.value) == f"{machine.path}/go is go1.25.3, older than 1.26"


def test_the_module_builds_the_version_of_the_sdk(machine: Machine, progress: RecordedProgress) -> None:
    machine.install_go()
    provided = Build(REPOSITORY / "toolchain").provide("keycloak", progress)
    assert dotted(provided.version) == metadata.version("pulumi-keycloak")
    assert set(provided.files) == set(PROGRAMS["keycloak"])


@pytest.mark.parametrize(
    ("seconds", "text"), [(6.6, "7 s"), (59.4, "59 s"), (60, "1 min 0 s"), (312, "5 min 12 s")]
)
def test_durations_are_written_in_minutes_and_seconds(seconds: float, text: str) -> None:
    assert duration(seconds) == text
