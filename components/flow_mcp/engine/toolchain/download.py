"""Download the official programs from Pulumi's servers.

CI has no internet and does not test this with Pulumi's servers. The steps follow Pulumi's documentation:
https://www.pulumi.com/docs/iac/download-install/ and https://www.pulumi.com/docs/iac/cli/commands/pulumi_plugin_install/
"""

from __future__ import annotations

import hashlib
import platform
import sys
import tarfile
from pathlib import Path

import httpx

from flow_mcp.common.deadline import limited_client, within
from flow_mcp.engine.toolchain import cache
from flow_mcp.engine.toolchain.errors import ToolchainError
from flow_mcp.engine.toolchain.installed import Installed
from flow_mcp.engine.toolchain.programs import PROGRAMS, Part, Progress, Provided, ask, dotted, sdk_version

_RELEASES = "https://get.pulumi.com/releases/sdk"
_MACHINES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}
# Seconds. The connect timeout limits the delay on a machine without internet.
_TIMEOUT = httpx.Timeout(60, connect=3)
_ANSWER_SECONDS = 60.0
_DOWNLOAD_SECONDS = 3600.0
_PLUGIN_SECONDS = 600


class Download:
    """Downloads the releases with the versions of the locked Python SDKs.

    Args:
        bin_directory: the directory of the project's `pulumi`, which downloads plugins.
    """

    def __init__(self, bin_directory: Path) -> None:
        self._bin = bin_directory

    def provide(self, part: Part, progress: Progress) -> Provided:
        """Return the programs of a part, downloaded if necessary.

        Raises:
            ToolchainError: Pulumi's servers cannot be reached, the download fails, or its checksum is wrong.
        """
        return self._keycloak(progress) if part == "keycloak" else self._pulumi(part, progress)

    def _pulumi(self, part: Part, progress: Progress) -> Provided:
        version = sdk_version("pulumi")
        machine = _MACHINES.get(platform.machine().lower())
        if not machine:
            raise ToolchainError(f"Pulumi has no release for {platform.machine()}")
        name = f"pulumi-v{dotted(version)}-{sys.platform}-{machine}"
        checksums = f"pulumi-{dotted(version)}-checksums.txt"
        entry, is_new = cache.entry(
            name, lambda directory: _fetch(f"{name}.tar.gz", checksums, directory, progress), progress
        )
        # The archive contains one directory, "pulumi".
        files = {program: entry / "pulumi" / program for program in PROGRAMS[part]}
        return Provided(version, files, "downloaded" if is_new else "")

    def _keycloak(self, progress: Progress) -> Provided:
        installed = Installed(self._bin)
        try:
            return installed.keycloak()
        except ToolchainError:
            _check_reachable(_RELEASES)
        version = dotted(sdk_version("keycloak"))
        progress(f"Downloading Pulumi's Keycloak plugin {version}")
        ask(
            self._bin / "pulumi",
            *("plugin", "install", "resource", "keycloak", version),
            seconds=_PLUGIN_SECONDS,
        )
        plugin = installed.keycloak()
        return Provided(plugin.version, plugin.files, "downloaded")


def _check_reachable(url: str) -> None:
    try:
        with limited_client(timeout=_TIMEOUT) as client, within(_ANSWER_SECONDS):
            client.head(url)
    except httpx.HTTPError as error:
        raise ToolchainError(f"{url} cannot be reached: {error or type(error).__name__}") from error


def _fetch(archive: str, checksums: str, directory: Path, progress: Progress) -> None:
    """Download a release, verify its published checksum and unpack it into a directory."""
    _check_reachable(_RELEASES)
    url = f"{_RELEASES}/{archive}"
    progress(f"Downloading {url}")
    file = directory / archive
    try:
        with (
            limited_client(timeout=_TIMEOUT, follow_redirects=True) as client,
            within(_DOWNLOAD_SECONDS),
        ):
            published = client.get(f"{_RELEASES}/{checksums}").raise_for_status().text
            with client.stream("GET", url) as answer, file.open("wb") as output:
                for chunk in answer.raise_for_status().iter_bytes():
                    output.write(chunk)
                    progress.detail(f"{output.tell() / 1e6:.0f} MB")
    except httpx.HTTPError as error:
        raise ToolchainError(f"{url}: {error or type(error).__name__}") from error
    _verify(file, published)
    with tarfile.open(file) as content:
        content.extractall(directory, filter="data")
    file.unlink()


def _verify(file: Path, published: str) -> None:
    """Verify a file against its line, `<SHA-256>  <name>`, in a list of checksums."""
    expected = {name: digest for digest, name in (line.split() for line in published.splitlines() if line)}
    with file.open("rb") as content:
        actual = hashlib.file_digest(content, "sha256").hexdigest()
    if expected.get(file.name) != actual:
        raise ToolchainError(
            f"{file.name} has the SHA-256 {actual}, but {expected.get(file.name)} is published; "
            "the file was not used"
        )
