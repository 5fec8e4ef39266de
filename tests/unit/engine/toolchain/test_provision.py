from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from flow_mcp.engine.toolchain.errors import ToolchainError
from flow_mcp.engine.toolchain.programs import PARTS, PROGRAMS, Part
from flow_mcp.engine.toolchain.provision import PROVISION_METHODS, ProvisionMethod, Result, provision
from tests.unit.engine.toolchain.conftest import Machine, RecordedProgress

EVERYTHING = [
    "pulumi",
    "pulumi-language-python",
    "pulumi-language-python-exec",
    "pulumi-resource-keycloak",
]


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flow_mcp.engine.toolchain.download._RELEASES", "http://127.0.0.1:1")


def methods(results: Mapping[Part, Result]) -> dict[str, tuple[ProvisionMethod, bool]]:
    return {part: (result.method, result.changed) for part, result in results.items()}


def placed(directory: Path) -> list[str]:
    return sorted(file.name for file in directory.iterdir() if not file.name.startswith("."))


def test_a_second_run_changes_nothing(machine: Machine, progress: RecordedProgress) -> None:
    machine.install_go()
    directory = machine.root / "bin"
    first = provision(machine.module, directory, PARTS, PROVISION_METHODS, progress)
    progress.steps.clear()
    again = provision(machine.module, directory, PARTS, PROVISION_METHODS, progress)
    assert methods(first) == {"pulumi": ("build", True), "keycloak": ("build", True)}
    assert methods(again) == {"pulumi": ("build", False), "keycloak": ("build", False)}
    assert progress.steps == []
    assert placed(directory) == EVERYTHING


def test_the_hosts_of_other_languages_are_provided_on_request(
    machine: Machine, progress: RecordedProgress
) -> None:
    machine.install_go()
    directory = machine.root / "bin"
    provision(machine.module, directory, [*PARTS, "languages"], ["build"], progress)
    assert placed(directory) == sorted([*EVERYTHING, *PROGRAMS["languages"]])
    assert machine.builds()[-2:] == [
        "./pulumi-language-nodejs",
        "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
    ]


def test_an_image_without_the_hosts_of_other_languages_serves_python(
    machine: Machine, progress: RecordedProgress
) -> None:
    machine.install_pulumi(machine.path)
    directory = machine.root / "bin"
    assert set(provision(machine.module, directory, ["pulumi"], ["installed"], progress)) == {"pulumi"}
    with pytest.raises(ToolchainError, match=r"pulumi is installed without pulumi-language-nodejs"):
        provision(machine.module, directory, ["languages"], ["installed"], progress)


def test_installed_programs_are_used_and_the_others_are_built(
    machine: Machine, progress: RecordedProgress
) -> None:
    machine.install_go()
    machine.install_pulumi(machine.path, "3.300.0")
    directory = machine.root / "bin"
    results = provision(machine.module, directory, PARTS, PROVISION_METHODS, progress)
    assert methods(results) == {"pulumi": ("installed", True), "keycloak": ("build", True)}
    assert (directory / "pulumi").readlink() == machine.path / "pulumi"
    assert machine.builds() == ["./pulumi-resource-keycloak"]
    assert placed(directory) == EVERYTHING


def test_pulumi_installed_later_replaces_the_built_one(machine: Machine, progress: RecordedProgress) -> None:
    machine.install_go()
    directory = machine.root / "bin"
    provision(machine.module, directory, PARTS, PROVISION_METHODS, progress)
    machine.install_pulumi(machine.path)
    results = provision(machine.module, directory, PARTS, PROVISION_METHODS, progress)
    assert methods(results) == {"pulumi": ("installed", True), "keycloak": ("build", False)}


def test_the_previous_method_is_tried_before_a_download(
    machine: Machine, progress: RecordedProgress, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.install_go()
    directory = machine.root / "bin"
    provision(machine.module, directory, PARTS, PROVISION_METHODS, progress)
    monkeypatch.setattr("flow_mcp.engine.toolchain.provision.Download", None)  # would fail loudly
    assert methods(provision(machine.module, directory, PARTS, PROVISION_METHODS, progress)) == {
        "pulumi": ("build", False),
        "keycloak": ("build", False),
    }


def test_a_damaged_record_of_methods_is_ignored(machine: Machine, progress: RecordedProgress) -> None:
    machine.install_go()
    directory = machine.root / "bin"
    provision(machine.module, directory, PARTS, PROVISION_METHODS, progress)
    (directory / ".methods.json").write_text("{")
    provision(machine.module, directory, PARTS, PROVISION_METHODS, progress)
    assert (directory / ".methods.json").read_text() == '{"pulumi": "build", "keycloak": "build"}'


def test_a_single_permitted_method_is_the_only_one_tried(
    machine: Machine, progress: RecordedProgress
) -> None:
    machine.install_go()
    machine.install_pulumi(machine.path)
    machine.install_plugin("6.14.1")
    results = provision(machine.module, machine.root / "bin", PARTS, ["build"], progress)
    assert methods(results) == {"pulumi": ("build", True), "keycloak": ("build", True)}


def test_if_no_method_works_the_error_lists_each_reason_and_what_to_install(
    machine: Machine, progress: RecordedProgress
) -> None:
    machine.install_pulumi(machine.path, "3.100.0")
    with pytest.raises(ToolchainError) as raised:
        provision(machine.module, machine.root / "bin", PARTS, PROVISION_METHODS, progress)
    assert str(raised.value).splitlines() == [
        "no method provides Pulumi 3.256.0 or newer:",
        f"  installed: {machine.path}/pulumi is 3.100.0, older than 3.256.0",
        "  download: http://127.0.0.1:1 cannot be reached: [Errno 111] Connection refused",
        "  build: no go on PATH",
        "Install Pulumi (https://www.pulumi.com/docs/iac/download-install/), or allow access to "
        "get.pulumi.com, or install Go 1.26 or newer (https://go.dev/dl/); where "
        "Go modules cannot be fetched, set GOPROXY to a mirror.",
    ]


def test_other_operating_systems_are_rejected(
    machine: Machine, progress: RecordedProgress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(ToolchainError, match="flow-mcp toolchain runs on Linux and macOS, not on win32"):
        provision(machine.module, machine.root / "bin", PARTS, PROVISION_METHODS, progress)
