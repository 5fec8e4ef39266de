from __future__ import annotations

import hashlib
import io
import platform
import sys
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path

import pytest

from flow_mcp.engine.toolchain.download import Download
from flow_mcp.engine.toolchain.errors import ToolchainError
from flow_mcp.engine.toolchain.programs import PROGRAMS, parse
from tests.unit.engine.toolchain.conftest import Machine, RecordedProgress
from tests.unit.engine.toolchain.fakes import script

VERSION = metadata.version("pulumi")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is its base's
        pass


@pytest.fixture
def releases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory served by HTTP in place of Pulumi's releases."""
    directory = tmp_path / "releases"
    directory.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(directory)))
    monkeypatch.setattr(
        "flow_mcp.engine.toolchain.download._RELEASES", f"http://127.0.0.1:{server.server_port}"
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield directory
    server.shutdown()
    thread.join()
    server.server_close()


def release(directory: Path, digest: str | None = None) -> str:
    """Publish a release for this machine and return the name of its archive."""
    machine = {"x86_64": "x64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]
    archive = directory / f"pulumi-v{VERSION}-{sys.platform}-{machine}.tar.gz"
    with tarfile.open(archive, "w:gz") as content:
        for name in PROGRAMS["pulumi"]:
            member = tarfile.TarInfo(f"pulumi/{name}")
            member.size, member.mode = len(name), 0o755
            content.addfile(member, io.BytesIO(name.encode()))
    actual = hashlib.sha256(archive.read_bytes()).hexdigest()
    (directory / f"pulumi-{VERSION}-checksums.txt").write_text(
        f"{'0' * 64}  pulumi-v{VERSION}-windows-x64.zip\n{digest or actual}  {archive.name}\n"
    )
    return archive.name


def test_the_release_of_the_sdk_is_downloaded_once(
    machine: Machine, progress: RecordedProgress, releases: Path
) -> None:
    archive = release(releases)
    first = Download(machine.root / "bin").provide("pulumi", progress)
    (releases / archive).unlink()
    again = Download(machine.root / "bin").provide("pulumi", progress)
    assert {name: file.read_text() for name, file in first.files.items()} == {
        name: name for name in PROGRAMS["pulumi"]
    }
    assert (first.version, first.note) == (parse(VERSION), "downloaded")
    assert (again.files, again.note) == (first.files, "")


def test_an_archive_with_another_checksum_is_rejected(
    machine: Machine, progress: RecordedProgress, releases: Path
) -> None:
    archive = release(releases, digest="0" * 64)
    with pytest.raises(ToolchainError, match=rf"^{archive} has the SHA-256 .* but 0{{64}} is published"):
        Download(machine.root / "bin").provide("pulumi", progress)
    assert [file.name for file in machine.cache.iterdir()] == ["lock"]


def test_a_missing_release_is_reported(machine: Machine, progress: RecordedProgress, releases: Path) -> None:
    assert not any(releases.iterdir())
    with pytest.raises(ToolchainError, match="404"):
        Download(machine.root / "bin").provide("pulumi", progress)


def test_an_unreachable_server_is_reported(
    machine: Machine, progress: RecordedProgress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flow_mcp.engine.toolchain.download._RELEASES", "http://127.0.0.1:1")
    for part in ("pulumi", "keycloak"):
        with pytest.raises(ToolchainError, match=r"^http://127\.0\.0\.1:1 cannot be reached: "):
            Download(machine.root / "bin").provide(part, progress)


def test_pulumi_installs_the_plugin(machine: Machine, progress: RecordedProgress, releases: Path) -> None:
    release(releases)
    version = metadata.version("pulumi-keycloak")
    installed = machine.plugins / f"resource-keycloak-v{version}"
    script(
        machine.root / "bin",
        "pulumi",
        f'[ "$*" = "plugin install resource keycloak {version}" ] || exit 1',
        f"/bin/mkdir -p {installed}",
        f"/bin/cp {sys.executable} {installed}/pulumi-resource-keycloak",
    )
    provided = Download(machine.root / "bin").provide("keycloak", progress)
    assert (provided.version, dict(provided.files), provided.note) == (
        parse(version),
        {"pulumi-resource-keycloak": installed / "pulumi-resource-keycloak"},
        "downloaded",
    )
