from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from flow_mcp.engine.toolchain.errors import ToolchainError
from flow_mcp.engine.toolchain.programs import Part
from flow_mcp.engine.toolchain.provision import PROVISION_METHODS, ProvisionMethod, Result, provision
from tests.unit.engine.toolchain.conftest import Heard, Machine

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


def test_a_second_run_changes_nothing(machine: Machine, heard: Heard) -> None:
    machine.install_go()
    directory = machine.root / "bin"
    first = provision(machine.module, directory, PROVISION_METHODS, heard)
    heard.steps.clear()
    again = provision(machine.module, directory, PROVISION_METHODS, heard)
    assert methods(first) == {"pulumi": ("build", True), "keycloak": ("build", True)}
    assert methods(again) == {"pulumi": ("build", False), "keycloak": ("build", False)}
    assert heard.steps == []
    assert placed(directory) == EVERYTHING


def test_what_is_installed_is_taken_and_the_rest_is_built(machine: Machine, heard: Heard) -> None:
    machine.install_go()
    machine.install_pulumi(machine.path, "3.300.0")
    directory = machine.root / "bin"
    results = provision(machine.module, directory, PROVISION_METHODS, heard)
    assert methods(results) == {"pulumi": ("installed", True), "keycloak": ("build", True)}
    assert (directory / "pulumi").readlink() == machine.path / "pulumi"
    assert machine.builds() == ["./pulumi-resource-keycloak"]
    assert placed(directory) == EVERYTHING


def test_pulumi_installed_later_takes_the_place_of_the_built_one(machine: Machine, heard: Heard) -> None:
    machine.install_go()
    directory = machine.root / "bin"
    provision(machine.module, directory, PROVISION_METHODS, heard)
    machine.install_pulumi(machine.path)
    results = provision(machine.module, directory, PROVISION_METHODS, heard)
    assert methods(results) == {"pulumi": ("installed", True), "keycloak": ("build", False)}


def test_the_way_that_worked_is_not_preceded_by_a_download_again(
    machine: Machine, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.install_go()
    directory = machine.root / "bin"
    provision(machine.module, directory, PROVISION_METHODS, heard)
    monkeypatch.setattr("flow_mcp.engine.toolchain.provision.Download", None)  # would fail loudly
    assert methods(provision(machine.module, directory, PROVISION_METHODS, heard)) == {
        "pulumi": ("build", False),
        "keycloak": ("build", False),
    }


def test_a_damaged_memory_of_what_worked_is_forgotten(machine: Machine, heard: Heard) -> None:
    machine.install_go()
    directory = machine.root / "bin"
    provision(machine.module, directory, PROVISION_METHODS, heard)
    (directory / ".methods.json").write_text("{")
    provision(machine.module, directory, PROVISION_METHODS, heard)
    assert (directory / ".methods.json").read_text() == '{"pulumi": "build", "keycloak": "build"}'


def test_a_forced_way_is_the_only_one_tried(machine: Machine, heard: Heard) -> None:
    machine.install_go()
    machine.install_pulumi(machine.path)
    machine.install_plugin("6.14.1")
    results = provision(machine.module, machine.root / "bin", ["build"], heard)
    assert methods(results) == {"pulumi": ("build", True), "keycloak": ("build", True)}


def test_when_no_way_works_each_is_named_with_its_reason_and_what_to_install(
    machine: Machine, heard: Heard
) -> None:
    machine.install_pulumi(machine.path, "3.100.0")
    with pytest.raises(ToolchainError) as raised:
        provision(machine.module, machine.root / "bin", PROVISION_METHODS, heard)
    assert str(raised.value).splitlines() == [
        "no method provides Pulumi 3.256.0 or newer:",
        f"  installed: {machine.path}/pulumi is 3.100.0, older than 3.256.0",
        "  download: http://127.0.0.1:1 cannot be reached: [Errno 111] Connection refused",
        "  build: no go on PATH",
        "Install Pulumi (https://www.pulumi.com/docs/iac/download-install/), or allow access to "
        "get.pulumi.com, or install Go 1.26 or newer (https://go.dev/dl/); where "
        "Go modules cannot be fetched, set GOPROXY to a mirror.",
    ]


def test_other_systems_are_refused(machine: Machine, heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(ToolchainError, match="flow-mcp toolchain runs on Linux and macOS, not on win32"):
        provision(machine.module, machine.root / "bin", PROVISION_METHODS, heard)
