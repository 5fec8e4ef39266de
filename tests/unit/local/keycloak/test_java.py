from __future__ import annotations

from pathlib import Path

import pytest

from flow_mcp.local.keycloak.errors import LocalKeycloakError
from flow_mcp.local.keycloak.java import find_java
from tests.unit.local.keycloak.fakes import Machine


@pytest.mark.parametrize("version", ["17", "17.0.15", "21.0.4", "22-ea"])
def test_java_17_and_newer_are_accepted(machine: Machine, version: str) -> None:
    assert find_java() == machine.java(version)


@pytest.mark.parametrize(("version", "major"), [("1.8.0_412", 8), ("11.0.23", 11)])
def test_an_old_java_is_an_error_with_the_required_version(
    machine: Machine, version: str, major: int
) -> None:
    java = machine.java(version)
    with pytest.raises(LocalKeycloakError) as error:
        find_java()
    assert str(error.value) == f"{java} is Java {major}. Install Java 17 or newer."


def test_a_missing_java_is_an_error_with_the_required_version(machine: Machine) -> None:
    (machine.programs / "java").unlink()
    with pytest.raises(LocalKeycloakError) as error:
        find_java()
    assert str(error.value) == "No java on PATH. Install Java 17 or newer."


def test_a_java_that_does_not_run_is_an_error(machine: Machine) -> None:
    java = machine.program("java", "#!/bin/sh\necho 'Unable to locate a Java Runtime.' >&2\nexit 1\n")
    with pytest.raises(LocalKeycloakError) as error:
        find_java()
    assert str(error.value) == f"{java} does not run. Install Java 17 or newer."


def test_java_home_comes_first(machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "jdk"
    (home / "bin").mkdir(parents=True)
    java = machine.java("21").rename(home / "bin" / "java")
    machine.java("11")
    monkeypatch.setenv("JAVA_HOME", str(home))
    assert find_java() == java
