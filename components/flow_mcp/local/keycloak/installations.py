"""Choose how to run Keycloak: in Docker if an engine runs, else from its distribution with Java."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flow_mcp.local.keycloak import distribution, docker
from flow_mcp.local.keycloak.errors import LocalKeycloakError
from flow_mcp.local.keycloak.java import OLDEST_JAVA, find_java
from flow_mcp.local.keycloak.state import Source, State

ADMIN_USER = "admin"
Report = Callable[[str], None]


@dataclass(frozen=True)
class Launch:
    """The command and the environment of the server's process."""

    command: list[str]
    environment: dict[str, str]


@dataclass(frozen=True)
class Installation:
    """A Keycloak that is ready to start on this machine."""

    source: Source
    launch: Callable[[State, int], Launch]


def choose(sources: Sequence[Source], report: Report) -> Installation:
    """Return an installation from the first source that works; fetch and build it if necessary.

    Raises:
        LocalKeycloakError: no source works; the message has the reasons and the remedy.
    """
    reasons = {}
    for source in sources:
        try:
            return _prepare(source, report)
        except LocalKeycloakError as error:
            reasons[source] = error
    attempts = "".join(f"\n  {source}: {reason}" for source, reason in reasons.items())
    raise LocalKeycloakError(
        f"Keycloak {distribution.VERSION} cannot run on this machine:{attempts}\n"
        f"Install Docker and start it, or Java {OLDEST_JAVA} or newer and, for the distribution, "
        "Maven or access to github.com."
    )


def _prepare(source: Source, report: Report) -> Installation:
    if source == "docker":
        program = docker.engine()
        docker.pull(program, report)
        return Installation(source, lambda state, port: _in_docker(program, state, port))
    java = find_java()
    fetch = distribution.from_maven if source == "maven" else distribution.from_release
    root = distribution.installed() or distribution.install(fetch, java, report)
    return Installation(source, lambda state, port: _on_java(root, java, state, port))


def _on_java(root: Path, java: Path, state: State, port: int) -> Launch:
    """Return the launch of the distribution, with its own home directory for Keycloak's files."""
    temporary = state.home / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    library = state.home / "lib"
    library.unlink(missing_ok=True)
    library.symlink_to(root / "lib")
    return Launch(
        [
            str(root / "bin" / "kc.sh"),
            "start",
            "--optimized",
            f"-Dkc.home.dir={state.home}",
            f"-Djava.io.tmpdir={temporary}",
            "--cache=local",
            # Each run of Pulumi signs in several times, and 5 iterations (the default) take 0.2 s each time.
            # A hash of one iteration protects the passwords of a server that only this machine reaches.
            "--spi-password-hashing--argon2--iterations=1",
            "--http-enabled=true",
            "--http-host=127.0.0.1",
            f"--http-port={port}",
            f"--hostname=http://127.0.0.1:{port}",
            *([f"--truststore-paths={state.trust}"] if state.trust.exists() else []),
        ],
        {"JAVA": str(java), **distribution.JAVA_OPTIONS, **_environment(state, ["PATH", "HOME", "LANG"])},
    )


def _in_docker(program: Path, state: State, port: int) -> Launch:
    environment = _environment(state, ["PATH", "HOME", *docker.SETTINGS])
    return Launch(docker.command(program, state, port), environment)


def _environment(state: State, names: Sequence[str]) -> dict[str, str]:
    """Return only the variables that the server needs: others (KC_…) could change its configuration."""
    return {
        **{name: os.environ[name] for name in names if name in os.environ},
        "KC_BOOTSTRAP_ADMIN_USERNAME": ADMIN_USER,
        "KC_BOOTSTRAP_ADMIN_PASSWORD": state.password(),
    }
