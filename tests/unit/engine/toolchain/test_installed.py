from __future__ import annotations

from pathlib import Path

import pytest

from flow_mcp.engine.toolchain.errors import ToolchainError
from flow_mcp.engine.toolchain.installed import Installed
from flow_mcp.engine.toolchain.programs import Provided
from tests.unit.engine.toolchain.conftest import Machine, RecordedProgress
from tests.unit.engine.toolchain.fakes import script

PROGRAMS = ("pulumi", "pulumi-language-python", "pulumi-language-python-exec")


def test_pulumi_on_path_is_used_with_the_language_host_in_its_directory(
    machine: Machine, progress: RecordedProgress
) -> None:
    machine.install_pulumi(machine.path)
    assert Installed(machine.root / "ours").provide("pulumi", progress) == Provided(
        (3, 256, 0), {name: machine.path / name for name in PROGRAMS}
    )


def test_a_link_on_path_is_followed_to_the_language_host(
    machine: Machine, progress: RecordedProgress
) -> None:
    cellar = machine.root / "cellar"
    machine.install_pulumi(cellar, "3.300.1")
    machine.path.mkdir()
    (machine.path / "pulumi").symlink_to(cellar / "pulumi")
    assert Installed(machine.root / "ours").provide("pulumi", progress) == Provided(
        (3, 300, 1), {name: cellar / name for name in PROGRAMS}
    )


def test_pulumi_is_found_in_its_own_directory(machine: Machine, progress: RecordedProgress) -> None:
    directory = machine.root / "home" / ".pulumi" / "bin"
    machine.install_pulumi(directory)
    provided = Installed(machine.root / "ours").provide("pulumi", progress)
    assert provided.files["pulumi"] == directory / "pulumi"


def test_an_old_pulumi_is_rejected(machine: Machine, progress: RecordedProgress) -> None:
    machine.install_pulumi(machine.path, "3.255.9")
    with pytest.raises(ToolchainError) as raised:
        Installed(machine.root / "ours").provide("pulumi", progress)
    assert str(raised.value) == f"{machine.path}/pulumi is 3.255.9, older than 3.256.0"


def test_pulumi_without_a_language_host_is_rejected(machine: Machine, progress: RecordedProgress) -> None:
    script(machine.path, "pulumi", "echo v3.256.0")
    with pytest.raises(ToolchainError) as raised:
        Installed(machine.root / "ours").provide("pulumi", progress)
    assert str(raised.value) == f"{machine.path}/pulumi is installed without pulumi-language-python"


def test_a_broken_pulumi_is_rejected_with_its_error_output(
    machine: Machine, progress: RecordedProgress
) -> None:
    script(machine.path, "pulumi", "echo cannot load libc >&2", "exit 127")
    with pytest.raises(ToolchainError) as raised:
        Installed(machine.root / "ours").provide("pulumi", progress)
    assert str(raised.value) == f"{machine.path}/pulumi version: cannot load libc"


def test_programs_placed_by_this_project_are_ignored(machine: Machine, progress: RecordedProgress) -> None:
    machine.install_pulumi(machine.path)
    with pytest.raises(ToolchainError) as raised:
        Installed(machine.path).provide("pulumi", progress)
    assert str(raised.value) == "no pulumi on PATH"


def test_the_newest_plugin_compatible_with_the_sdk_is_used(
    machine: Machine, progress: RecordedProgress
) -> None:
    for version in ("6.14.1", "6.20.0", "7.0.0", "5.9.9"):
        machine.install_plugin(version)
    broken_off = machine.install_plugin("6.99.0").parent
    broken_off.with_name(f"{broken_off.name}.partial").touch()
    assert Installed(machine.root / "ours").provide("keycloak", progress) == Provided(
        (6, 20, 0),
        {
            "pulumi-resource-keycloak": machine.plugins
            / "resource-keycloak-v6.20.0"
            / "pulumi-resource-keycloak"
        },
    )


def test_a_plugin_on_path_reports_its_version(machine: Machine, progress: RecordedProgress) -> None:
    plugin = script(machine.path, "pulumi-resource-keycloak", "echo 6.15.0")
    assert Installed(machine.root / "ours").provide("keycloak", progress) == Provided(
        (6, 15, 0), {"pulumi-resource-keycloak": plugin}
    )


def test_incompatible_plugins_are_reported(
    machine: Machine, progress: RecordedProgress, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home" / ".pulumi"))
    machine.install_plugin("6.14.0")
    machine.install_plugin("7.0.0")
    with pytest.raises(ToolchainError) as raised:
        Installed(machine.root / "ours").provide("keycloak", progress)
    assert str(raised.value) == "no Keycloak plugin 6.14.1 or newer is installed (found: 7.0.0, 6.14.0)"
