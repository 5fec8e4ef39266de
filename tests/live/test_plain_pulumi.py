"""Test of plain Pulumi commands from the repository's root, as in the README."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import httpx
import pytest

from flow_mcp.local.keycloak.server import DEFAULT_PORT, LocalKeycloak
from tests.conftest import REPOSITORY

# The samples' passphrase from the README; it protects no secret.
_PASSPHRASE = "sample"


@pytest.fixture
def clone(tmp_path: Path, keycloak: LocalKeycloak) -> Path:
    """A clone whose committed samples have the URL of the tests' Keycloak."""
    directory = tmp_path / "project"
    subprocess.run(["git", "clone", "--quiet", REPOSITORY, directory], check=True)
    for directory_name in (".venv", ".toolchain"):
        (directory / directory_name).symlink_to(REPOSITORY / directory_name)
    sample = directory / "stacks" / "Pulumi.globex.yaml"
    text = sample.read_text(encoding="utf-8")
    sample.write_text(text.replace(f"http://127.0.0.1:{DEFAULT_PORT}", keycloak.url), encoding="utf-8")
    author = ["-c", "user.name=Tests", "-c", "user.email=tests@example.com"]
    subprocess.run(["git", *author, "commit", "-qam", "Keycloak of the tests"], cwd=directory, check=True)
    return directory


def test_login_select_and_up_create_a_tenant_and_keep_the_checkout_clean(
    clone: Path, keycloak: LocalKeycloak, admin: httpx.Client, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir()
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PULUMI_", "KEYCLOAK_"))
    }
    environment = {
        **kept,
        "PATH": f"{clone / '.toolchain' / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "PULUMI_HOME": str(tmp_path / "pulumi"),
        "PULUMI_CONFIG_PASSPHRASE": _PASSPHRASE,
        "KEYCLOAK_USER": keycloak.admin_user,
        "KEYCLOAK_PASSWORD": keycloak.admin_password,
    }

    def run(*arguments: str) -> str:
        ended = subprocess.run(
            arguments, cwd=clone, env=environment, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    run("pulumi", "login", (tmp_path / "state").as_uri())
    run("pulumi", "stack", "select", "--create", "globex")
    run("pulumi", "up", "--yes", "--policy-pack", "policies")
    try:
        assert run("pulumi", "stack", "output", "authority").strip() == f"{keycloak.url}/realms/globex"
        assert "globex" in {realm["realm"] for realm in admin.get("").json()}
        assert run("git", "status", "--porcelain") == ""
    finally:
        run("pulumi", "destroy", "--yes")
