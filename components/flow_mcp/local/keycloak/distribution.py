"""Install Keycloak's distribution in the user's cache directory.

Servers only read it. Each has its own home directory (`state.State.home`), whose `lib` is a link to it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx

from flow_mcp.common.deadline import limited_client, within
from flow_mcp.common.locks import exclusive
from flow_mcp.local.keycloak import process
from flow_mcp.local.keycloak.errors import LocalKeycloakError
from flow_mcp.local.keycloak.logs import first_error

VERSION = "26.7.4"
FEATURES = "cimd,client-secret-rotation,identity-assertion-jwt,spiffe"
"""The features that Keycloak does not enable by default, as `--features` takes them."""
_ARTIFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
# Checksum of the artifact at Maven Central; a mirror must deliver the same bytes.
_ARTIFACT_SHA256 = "a286e98b4296d4e75ee88d8527c7cd463b307caa022f088c9f22cffccc741fa1"
_RELEASE = f"https://github.com/keycloak/keycloak/releases/download/{VERSION}/keycloak-{VERSION}.zip"
_DOWNLOAD_SECONDS = 3600.0

# The server runs for minutes or hours on a shared machine: the optimizing compiler would cost more time than
# it saves, and the serial collector needs a quarter less memory.
JAVA_OPTIONS = {
    "JAVA_OPTS_KC_HEAP": "-Xms128m -Xmx768m",
    "JAVA_OPTS_APPEND": "-XX:TieredStopAtLevel=1 -XX:-UseG1GC -XX:+UseSerialGC",
}

Report = Callable[[str], None]
Fetch = Callable[[Path, Report], Path]


def cache_directory() -> Path:
    """Return the cache directory: `$XDG_CACHE_HOME/flow-mcp/keycloak`, or under `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "flow-mcp" / "keycloak"


def installed() -> Path | None:
    """Return the distribution in the cache directory; None if it is missing or incomplete."""
    path = _target()
    return path if (path / "bin" / "kc.sh").is_file() else None


def install(fetch: Fetch, java: Path, report: Report) -> Path:
    """Return the distribution in the cache directory; the first call fetches, unpacks and builds it.

    Args:
        fetch: `from_maven` or `from_release`, which write the zip file into a directory.
        java: the `java` program for Keycloak's build.
        report: receives the progress as text.

    Raises:
        LocalKeycloakError: the file cannot be fetched, has a wrong checksum, or cannot be built.
    """
    cache = cache_directory()
    with exclusive(cache / "lock", report):
        if existing := installed():
            return existing
        for abandoned in cache.glob("partial-*"):
            shutil.rmtree(abandoned)
        partial = Path(tempfile.mkdtemp(prefix="partial-", dir=cache))
        try:
            archive = fetch(partial, report)
            report(f"Unpacking Keycloak {VERSION} (once)")
            root = _unpack(archive, partial)
            report(f"Building Keycloak {VERSION} with its features {FEATURES} (once, about half a minute)")
            _build(root, java, cache / "build.log")
            shutil.rmtree(_target(), ignore_errors=True)  # an incomplete one
            return root.rename(_target())
        finally:
            shutil.rmtree(partial)


def from_maven(directory: Path, report: Report) -> Path:
    """Copy the distribution with Maven from the local or the configured repositories."""
    maven = shutil.which("mvn")
    if not maven:
        raise LocalKeycloakError("no mvn on PATH")
    report(f"Getting {_ARTIFACT} with Maven (170 MB if it is not in the local repository)")
    log = directory.parent / "maven.log"
    code = process.run(
        [
            maven,
            "--batch-mode",
            "org.apache.maven.plugins:maven-dependency-plugin:copy",
            f"-Dartifact={_ARTIFACT}",
            f"-DoutputDirectory={directory}",
        ],
        os.environ,
        log,
    )
    files = list(directory.glob("*.zip"))
    if code != 0 or not files:
        raise LocalKeycloakError(f"mvn ended with exit code {code} ({log}): {first_error(log)}")
    _compare(files[0], "sha256", _ARTIFACT_SHA256)
    return files[0]


def from_release(directory: Path, report: Report) -> Path:
    """Download the official release and check it against its published SHA-1.

    Not tested in CI, which has no internet access.
    """
    archive = directory / "release.zip"
    try:
        with limited_client(follow_redirects=True) as client, within(_DOWNLOAD_SECONDS):
            published = client.get(f"{_RELEASE}.sha1").raise_for_status().text.split()[0]
            with client.stream("GET", _RELEASE) as answer, archive.open("wb") as file:
                size = int(answer.raise_for_status().headers.get("Content-Length", 0))
                report(f"Downloading {_RELEASE} ({size / 1e6:.0f} MB)")
                for chunk in answer.iter_bytes():
                    file.write(chunk)
    except (httpx.HTTPError, IndexError) as error:
        raise LocalKeycloakError(f"{_RELEASE}: {error or type(error).__name__}") from error
    _compare(archive, "sha1", published)
    return archive


def _target() -> Path:
    # The build fixes the features, so they are part of the name.
    return cache_directory() / f"{VERSION}-{FEATURES.replace(',', '+')}"


def _compare(file: Path, algorithm: str, expected: str) -> None:
    with file.open("rb") as handle:
        actual = hashlib.file_digest(handle, algorithm).hexdigest()
    if actual != expected:
        raise LocalKeycloakError(f"{file.name} was rejected: its {algorithm} is {actual}, not {expected}")


def _unpack(archive: Path, directory: Path) -> Path:
    try:
        with zipfile.ZipFile(archive) as content:
            content.extractall(directory)
    except zipfile.BadZipFile as error:
        raise LocalKeycloakError(f"{archive.name} is not a zip file: {error}") from error
    root = directory / f"keycloak-{VERSION}"
    (root / "bin" / "kc.sh").chmod(0o755)  # zipfile restores no modes
    return root


def _build(root: Path, java: Path, log: Path) -> None:
    environment = {"PATH": os.environ.get("PATH", os.defpath), "JAVA": str(java), **JAVA_OPTIONS}
    command = [str(root / "bin" / "kc.sh"), "build", "--db=dev-file", f"--features={FEATURES}"]
    if code := process.run(command, environment, log):
        raise LocalKeycloakError(f"kc.sh build ended with exit code {code} ({log}): {first_error(log)}")
