"""What a release publishes: reproducible distributions, typed and complete, an SBOM, a changelog."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml

from flow_mcp.local.new_project.create import PLUGIN

REPOSITORY = Path(__file__).parents[3]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
VERSION = PROJECT["version"]
WHEEL, SDIST = f"flow_mcp-{VERSION}-py3-none-any.whl", f"flow_mcp-{VERSION}.tar.gz"
# A build reads the files, not git.
SOURCES = (
    "components",
    "plugin",
    "toolchain",
    "hatch_build.py",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
)


def build(directory: Path, *, umask: int) -> Path:
    """Build the distributions from a copy of the sources, and return their directory."""
    for name in SOURCES:
        source, target = REPOSITORY / name, directory / name
        if source.is_dir():
            shutil.copytree(
                source, target, ignore=shutil.ignore_patterns("__pycache__"), copy_function=shutil.copyfile
            )
        else:
            directory.mkdir(exist_ok=True)
            shutil.copyfile(source, target)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel", "-d", "dist"],
        cwd=directory,
        check=True,
        capture_output=True,
        env={**os.environ, "SOURCE_DATE_EPOCH": "1790000000"},
        umask=umask,
    )
    return directory / "dist"


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("first") / "project", umask=0o022)


def digests(directory: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(directory.iterdir())}


def test_two_builds_in_different_places_have_the_same_digests(dist: Path, tmp_path: Path) -> None:
    first = digests(dist)
    assert list(first) == [WHEEL, SDIST]
    assert digests(build(tmp_path / "elsewhere", umask=0o027)) == first


def test_the_wheel_is_typed_and_has_its_programs(dist: Path) -> None:
    with ZipFile(dist / WHEEL) as wheel:
        names = wheel.namelist()
        entry_points = wheel.read(f"flow_mcp-{VERSION}.dist-info/entry_points.txt").decode()
    assert "flow_mcp/py.typed" in names
    assert re.findall(r"^(\S+) =", entry_points, re.MULTILINE) == ["flow-mcp", "pulumi-resource-flow-mcp"]
    assert {name.split("/")[0] for name in names} == {
        *("flow_mcp", f"flow_mcp-{VERSION}.data", f"flow_mcp-{VERSION}.dist-info")
    }


def test_the_wheel_installs_the_plugin_where_a_new_project_names_it(dist: Path) -> None:
    data = f"flow_mcp-{VERSION}.data/data/"
    with ZipFile(dist / WHEEL) as wheel:
        installed = {name: wheel.read(name) for name in wheel.namelist() if name.startswith(data)}
    directory = data + PLUGIN.removeprefix(".venv/")
    assert installed.keys() == {f"{directory}/PulumiPlugin.yaml", f"{directory}/__main__.py"}
    declared = yaml.safe_load(installed[f"{directory}/PulumiPlugin.yaml"])
    environment = Path(directory, declared["runtime"]["options"]["virtualenv"])
    assert os.path.normpath(environment) == data.rstrip("/")


def test_the_sdist_has_what_a_build_needs(dist: Path) -> None:
    with tarfile.open(dist / SDIST) as sdist:
        top = {name.split("/")[1] for name in sdist.getnames()}
    assert top - {".gitignore", "PKG-INFO"} == set(SOURCES)


def test_the_sbom_lists_every_locked_dependency_alike_each_time(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements"]
    command += [
        "requirements/deploy.txt",
        "--pyproject",
        "pyproject.toml",
        "--output-reproducible",
        "--no-validate",
    ]
    for name in ("first", "second"):
        subprocess.run(
            [*command, "--output-file", tmp_path / name], cwd=REPOSITORY, check=True, capture_output=True
        )
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()
    sbom = json.loads((tmp_path / "first").read_text(encoding="utf-8"))
    locked = re.findall(
        r"^([a-z0-9-]+)==([^\s;]+)",
        (REPOSITORY / "requirements" / "deploy.txt").read_text("utf-8"),
        re.MULTILINE,
    )
    assert [(item["name"], item["version"]) for item in sbom["components"]] == locked
    assert sbom["metadata"]["component"]["version"] == VERSION


def test_the_changelog_has_the_version() -> None:
    changelog = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\S+)", changelog, re.MULTILINE)[0] in {VERSION, "Unreleased"}
    assert f"## {VERSION}\n" in changelog


def test_a_server_that_validates_tokens_installs_few_packages() -> None:
    names = [re.split(r"[>=<]", requirement)[0] for requirement in PROJECT["dependencies"]]
    assert names == ["anyio", "httpx", "joserfc", "pydantic", "rfc8785"]
    assert PROJECT["optional-dependencies"]["runtime"] == []


@pytest.mark.skipif(not (REPOSITORY / ".git").exists(), reason="only a git tag is a package")
def test_a_git_tag_has_no_symbolic_link() -> None:
    # `pulumi package add` refuses a tag with a link that leaves its directory.
    listed = subprocess.run(
        ["git", "ls-files", "--stage"], cwd=REPOSITORY, check=True, capture_output=True, text=True
    ).stdout
    assert [line for line in listed.splitlines() if line.startswith("120000")] == []
