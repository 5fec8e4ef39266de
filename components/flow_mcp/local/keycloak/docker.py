"""Run Keycloak's official image on a Docker engine. Not tested in CI, which has no engine."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from flow_mcp.local.keycloak.distribution import FEATURES, VERSION
from flow_mcp.local.keycloak.errors import LocalKeycloakError
from flow_mcp.local.keycloak.state import State

_IMAGE = f"quay.io/keycloak/keycloak:{VERSION}"
# Environment variables by which the docker command finds its engine.
SETTINGS = (
    "DOCKER_CONFIG",
    "DOCKER_CONTEXT",
    "DOCKER_HOST",
    "DOCKER_CERT_PATH",
    "DOCKER_TLS_VERIFY",
    "XDG_RUNTIME_DIR",
)


def engine() -> Path:
    """Return the docker command if its engine answers.

    Raises:
        LocalKeycloakError: there is no docker command, or no engine answers it.
    """
    program = shutil.which("docker")
    if not program:
        raise LocalKeycloakError("no docker on PATH")
    try:
        answer = subprocess.run(
            [program, "version", "--format", "{{.Server.Version}}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
    except subprocess.TimeoutExpired as error:
        raise LocalKeycloakError("the Docker engine does not answer within 20 s") from error
    if answer.returncode != 0:
        errors = answer.stderr.strip().splitlines()
        raise LocalKeycloakError(errors[-1] if errors else f"docker version ended with {answer.returncode}")
    return Path(program)


def pull(program: Path, report: Callable[[str], None]) -> None:
    """Pull the image if the engine does not have it.

    Raises:
        LocalKeycloakError: the image cannot be pulled.
    """
    if (
        subprocess.run([program, "image", "inspect", _IMAGE], capture_output=True, check=False).returncode
        == 0
    ):
        return
    report(f"Pulling {_IMAGE} (once, about 250 MB)")
    answer = subprocess.run([program, "pull", _IMAGE], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise LocalKeycloakError(f"docker pull {_IMAGE}: {answer.stderr.strip()}")


def command(program: Path, state: State, port: int) -> list[str]:
    """Return the docker command that runs the server in the foreground and forwards SIGTERM.

    Only the name of the password's variable is an argument; docker reads the value from its environment.
    """
    name = _name(state)
    trust = ["--volume", f"{state.trust}:/opt/keycloak/conf/truststores/trust.pem:ro"]
    return [
        str(program),
        "run",
        "--rm",
        *("--name", name),
        *("--publish", f"127.0.0.1:{port}:8080"),
        *("--volume", f"{name}:/opt/keycloak/data"),
        *(trust if state.trust.exists() else []),
        *("--env", "KC_BOOTSTRAP_ADMIN_USERNAME"),
        *("--env", "KC_BOOTSTRAP_ADMIN_PASSWORD"),
        _IMAGE,
        "start-dev",
        f"--features={FEATURES}",
        f"--hostname=http://127.0.0.1:{port}",
    ]


def remove_container(state: State) -> None:
    """Remove the container, which continues to run after its docker command was killed."""
    subprocess.run([engine(), "rm", "--force", _name(state)], capture_output=True, check=False)


def remove_data(state: State) -> None:
    subprocess.run([engine(), "volume", "rm", "--force", _name(state)], capture_output=True, check=False)


def _name(state: State) -> str:
    """Return the name of container and volume, which is unique for a state directory."""
    return f"flow-mcp-keycloak-{hashlib.sha256(str(state.directory).encode()).hexdigest()[:12]}"
