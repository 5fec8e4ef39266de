from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from flow_mcp.local.keycloak import distribution
from flow_mcp.local.keycloak.errors import LocalKeycloakError
from tests.unit.local.keycloak.fakes import Machine


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 http.server's signature
        pass


@pytest.fixture
def release(machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The directory of a release page with the distribution and its SHA-1."""
    directory = tmp_path / "release"
    directory.mkdir()
    (directory / "keycloak.zip").write_bytes(machine.archive.read_bytes())
    (directory / "keycloak.zip.sha1").write_text(machine.sha1)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(directory))) as server:
        url = f"http://127.0.0.1:{server.server_port}/keycloak.zip"
        monkeypatch.setattr(distribution, "_RELEASE", url)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield directory
        server.shutdown()
        thread.join()


def _install(machine: Machine, fetch: distribution.Fetch = distribution.from_maven) -> Path:
    return distribution.install(fetch, machine.programs / "java", lambda _: None)


def test_the_distribution_is_fetched_and_built_once(machine: Machine) -> None:
    first = _install(machine)
    assert _install(machine) == first == distribution.installed()
    assert machine.calls("maven-runs") == ["run"]
    assert (machine.cache / "builds").read_text() == (
        "build --db=dev-file --features=cimd,client-secret-rotation,identity-assertion-jwt,spiffe\n"
    )


def test_files_of_an_interrupted_run_are_removed(machine: Machine) -> None:
    abandoned = machine.cache / "partial-abandoned"
    abandoned.mkdir(parents=True)
    installed = _install(machine)
    assert {path for path in machine.cache.iterdir() if path.is_dir()} == {installed}


def test_a_damaged_distribution_is_replaced(machine: Machine) -> None:
    (_install(machine) / "bin" / "kc.sh").unlink()
    assert distribution.installed() is None
    assert (_install(machine) / "bin" / "kc.sh").exists()


def test_an_archive_with_a_wrong_checksum_is_rejected(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distribution, "_ARTIFACT_SHA256", "0" * 64)
    with pytest.raises(LocalKeycloakError) as error:
        _install(machine)
    assert str(error.value) == f"keycloak.zip was rejected: its sha256 is {machine.sha256}, not {'0' * 64}"
    assert _leftovers(machine) == []


def test_a_failed_maven_is_quoted(machine: Machine) -> None:
    machine.broken_maven()
    with pytest.raises(LocalKeycloakError) as error:
        _install(machine)
    log = machine.cache / "maven.log"
    assert str(error.value) == f"mvn ended with exit code 1 ({log}): [ERROR] the mirror is closed"
    assert _leftovers(machine) == []


def test_a_failed_build_is_quoted_and_cleaned_up(machine: Machine) -> None:
    machine.cache.mkdir(parents=True)
    (machine.cache / "no-build").touch()
    with pytest.raises(LocalKeycloakError) as error:
        _install(machine)
    log = machine.cache / "build.log"
    assert str(error.value) == f"kc.sh build ended with exit code 1 ({log}): ERROR: cannot be built"
    assert _leftovers(machine) == []


@pytest.mark.usefixtures("release")
def test_a_release_with_its_published_checksum_is_used(machine: Machine) -> None:
    assert _install(machine, distribution.from_release) == distribution.installed()
    assert machine.calls("maven-runs") == []


def test_a_release_with_a_wrong_checksum_is_rejected(machine: Machine, release: Path) -> None:
    (release / "keycloak.zip.sha1").write_text("0" * 40)
    with pytest.raises(LocalKeycloakError) as error:
        _install(machine, distribution.from_release)
    assert str(error.value) == f"release.zip was rejected: its sha1 is {machine.sha1}, not {'0' * 40}"
    assert _leftovers(machine) == []


def test_a_missing_release_is_reported_with_its_address(machine: Machine, release: Path) -> None:
    (release / "keycloak.zip").unlink()
    with pytest.raises(LocalKeycloakError, match=r"http://127\.0\.0\.1:\d+/keycloak\.zip: .*404"):
        _install(machine, distribution.from_release)


def _leftovers(machine: Machine) -> list[Path]:
    return [path for path in machine.cache.iterdir() if path.is_dir()]
