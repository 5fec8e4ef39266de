from __future__ import annotations

from pathlib import Path

import pytest

from flow_mcp.local.keycloak import installations
from flow_mcp.local.keycloak.errors import LocalKeycloakError
from flow_mcp.local.keycloak.state import SOURCES, State
from tests.unit.local.keycloak.fakes import Machine


@pytest.fixture
def state(tmp_path: Path) -> State:
    state_directory = State(tmp_path / "state")
    state_directory.create()
    return state_directory


def test_docker_comes_first_where_its_engine_runs(machine: Machine) -> None:
    machine.docker()
    assert installations.choose(SOURCES, lambda _: None).source == "docker"


def test_maven_is_used_if_the_docker_engine_does_not_run(machine: Machine) -> None:
    machine.docker(runs=False)
    assert installations.choose(SOURCES, lambda _: None).source == "maven"


def test_without_a_working_source_all_reasons_are_listed(machine: Machine) -> None:
    machine.docker(runs=False)
    java = machine.java("11.0.2")
    with pytest.raises(LocalKeycloakError) as error:
        installations.choose(SOURCES, lambda _: None)
    assert str(error.value).splitlines() == [
        "Keycloak 26.7.4 cannot run on this machine:",
        "  docker: Cannot connect to the Docker daemon",
        f"  maven: {java} is Java 11. Install Java 17 or newer.",
        f"  download: {java} is Java 11. Install Java 17 or newer.",
        "Install Docker and start it, or Java 17 or newer and, for the distribution, Maven or access to "
        "github.com.",
    ]


def test_a_container_is_published_to_the_loopback_interface_only(machine: Machine, state: State) -> None:
    docker = machine.docker()
    launch = installations.choose(["docker"], lambda _: None).launch(state, 8180)
    name = launch.command[launch.command.index("--name") + 1]
    assert launch.command == [
        *(str(docker), "run", "--rm", "--name", name),
        *("--publish", "127.0.0.1:8180:8080"),
        *("--volume", f"{name}:/opt/keycloak/data"),
        *("--env", "KC_BOOTSTRAP_ADMIN_USERNAME", "--env", "KC_BOOTSTRAP_ADMIN_PASSWORD"),
        "quay.io/keycloak/keycloak:26.7.4",
        *(
            "start-dev",
            "--features=cimd,client-secret-rotation,identity-assertion-jwt,spiffe",
            "--hostname=http://127.0.0.1:8180",
        ),
    ]
    assert launch.environment["KC_BOOTSTRAP_ADMIN_PASSWORD"] == state.password()


def test_a_container_trusts_the_given_certificate_authority(machine: Machine, state: State) -> None:
    machine.docker()
    state.trust.touch()
    command = installations.choose(["docker"], lambda _: None).launch(state, 8180).command
    assert f"{state.trust}:/opt/keycloak/conf/truststores/trust.pem:ro" in command


@pytest.mark.usefixtures("machine")
def test_the_server_gets_only_the_environment_that_it_needs(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KC_HTTP_HOST", "0.0.0.0")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "a secret")
    environment = installations.choose(["maven"], lambda _: None).launch(state, 8180).environment
    assert environment.keys() - {"HOME", "LANG"} == {
        "JAVA",
        "JAVA_OPTS_APPEND",
        "JAVA_OPTS_KC_HEAP",
        "KC_BOOTSTRAP_ADMIN_PASSWORD",
        "KC_BOOTSTRAP_ADMIN_USERNAME",
        "PATH",
    }
