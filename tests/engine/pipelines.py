"""The pipelines of `flow-mcp new` as scripts, each with the environment that it asks for."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from flow_mcp.local.new_project.pipeline import DIRECTORY, PIPELINES

FILES = tuple(PIPELINES)
# Not run here: the checkout's .venv and .toolchain are links to those of the tests.
INSTALL = "python3 -m venv .venv && .venv/bin/pip install --quiet -r requirements.txt"
# Programs of the machine and of the forge that take no part: they only write down how they were called.
STAND_INS = ("gh", "curl")


@dataclass(frozen=True)
class Step:
    """A script and the environment that the pipeline gives it, as written."""

    script: str
    environment: Mapping[str, str]


def content(pipeline: str) -> Any:
    """The parsed file."""
    return yaml.safe_load(text(pipeline))


def text(pipeline: str) -> str:
    """The file."""
    return (DIRECTORY / PIPELINES[pipeline].source).read_text("utf-8")


def steps(pipeline: str, job: str) -> tuple[Step, ...]:
    """The scripts of a job, in their order."""
    return tuple(_STEPS[pipeline](content(pipeline), job))


def _github(whole: Any, job: str) -> Iterator[Step]:
    for step in whole["jobs"][job]["steps"]:
        if "run" in step:
            yield Step(step["run"], step.get("env", {}))


def _gitlab(whole: Any, job: str) -> Iterator[Step]:
    for script in (*whole[job].get("before_script", ()), *whole[job]["script"]):
        yield Step(script, {})


def _azure(whole: Any, job: str) -> Iterator[Step]:
    (stage,) = (each for each in whole["stages"] if each["stage"] == job)
    (found,) = stage["jobs"]
    listed = found["steps"] if "steps" in found else found["strategy"]["runOnce"]["deploy"]["steps"]
    for step in listed:
        if "bash" in step:
            yield Step(step["bash"], step.get("env", {}))


_STEPS = {"github": _github, "gitlab": _gitlab, "azure": _azure}


@dataclass
class Runner:
    """Runs jobs as a forge would.

    Attributes:
        directory: the checkout.
        environment: what the forge's machine has.
        given: by expression, what the forge puts in its place.
        log: all that the scripts have printed.
    """

    directory: Path
    environment: Mapping[str, str]
    given: Mapping[str, str]
    log: str = ""

    def run(self, pipeline: str, job: str) -> int:
        """The exit code of the first script that fails, else 0."""
        bin_directory = self._stand_ins()
        for step in steps(pipeline, job):
            if step.script.startswith(INSTALL):
                continue
            environment = {name: self._value(value) for name, value in step.environment.items()}
            ended = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step.script],
                cwd=self.directory,
                env={
                    **self.environment,
                    **(self.given if pipeline == "gitlab" else {}),
                    **environment,
                    "PATH": f"{bin_directory}{os.pathsep}{self.environment['PATH']}",
                },
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            self.log += ended.stdout
            if ended.returncode:
                return ended.returncode
        return 0

    def called(self, program: str) -> str:
        """How a stand-in was called."""
        file = self.directory.parent / "called" / program
        return file.read_text("utf-8") if file.exists() else ""

    def _value(self, written: str) -> str:
        """A value with the forge's expressions replaced; one that is not known is a mistake of the file."""
        return re.sub(
            r"\$\{\{ (?P<github>.+?) \}\}|\$\((?P<azure>[\w.]+)\)",
            lambda found: self.given[found["github"] or found["azure"]],
            written,
        )

    def _stand_ins(self) -> Path:
        directory = self.directory.parent / "stand-ins"
        directory.mkdir(exist_ok=True)
        (self.directory.parent / "called").mkdir(exist_ok=True)
        for name in STAND_INS:
            program = directory / name
            recorded = self.directory.parent / "called" / name
            script = f'#!/bin/bash\n(printf "%s " "$@"; cat) >> "{recorded}"\n'
            program.write_text(script, "utf-8")
            program.chmod(0o755)
        return directory
