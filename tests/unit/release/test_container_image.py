"""The definition of the container image: its syntax, by hadolint, and the files and commands that it names.

No test builds the image: the machines that test this project have no container engine.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY
from tests.unit.documentation.command_line import usage_error
from tests.unit.documentation.shell import commands, syntax_errors

FILE = REPOSITORY / "release" / "Containerfile"
INSTRUCTIONS = [
    re.sub(r"\s+", " ", line).partition(" ")[::2]
    for line in re.sub(r"\\\n", " ", FILE.read_text(encoding="utf-8")).splitlines()
    if line and not line.startswith("#")
]
RUNS = [script for instruction, script in INSTRUCTIONS if instruction == "RUN"]


def test_hadolint_accepts_the_file_and_its_scripts() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    found = subprocess.run([hadolint, "--format", "json", FILE], check=False, capture_output=True, text=True)
    assert (found.returncode, json.loads(found.stdout)) == (0, [])


def test_every_copied_file_is_in_the_repository_or_in_a_release() -> None:
    copied = {
        source
        for instruction, words in INSTRUCTIONS
        if instruction == "COPY" and "--from=" not in words
        for source in words.split()[:-1]
    }
    # `make release` builds the wheel.
    assert copied == {"toolchain/", "requirements/deploy.txt", "dist/*.whl"}
    assert (REPOSITORY / "toolchain").is_dir()
    assert (REPOSITORY / "requirements" / "deploy.txt").is_file()
    assert "-t wheel -d dist" in (REPOSITORY / "release" / "build.sh").read_text(encoding="utf-8")


@pytest.mark.parametrize("script", RUNS)
def test_a_script_of_the_image_is_one_for_bash(script: str) -> None:
    assert syntax_errors(script) == []


def test_the_commands_of_flow_mcp_exist_with_their_options() -> None:
    (command,) = [
        words[1:] for script in RUNS for words in commands(script) if words[0].endswith("/flow-mcp")
    ]
    assert usage_error(command) is None
    entry = {instruction: json.loads(words) for instruction, words in INSTRUCTIONS if words.startswith('["f')}
    assert entry == {"ENTRYPOINT": ["flow-mcp"]}


def test_the_bases_have_the_versions_that_the_project_needs() -> None:
    go = re.findall(r"^go (\d+\.\d+)", (REPOSITORY / "toolchain" / "go.mod").read_text("utf-8"), re.MULTILINE)
    python = re.findall(
        r'^requires-python = ">=(.+)"', (REPOSITORY / "pyproject.toml").read_text("utf-8"), re.MULTILINE
    )
    bases = [words.split()[0] for instruction, words in INSTRUCTIONS if instruction == "FROM"]
    assert bases == [
        f"docker.io/library/golang:{go[0]}-bookworm",
        f"docker.io/library/python:{python[0]}-slim-bookworm",
    ]
