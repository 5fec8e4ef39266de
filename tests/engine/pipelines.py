"""Runs the scripts of the pipelines of `flow-mcp new`, each with the environment that it declares."""

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
# Programs that are replaced by scripts which record their arguments and input.
STAND_INS = ("gh", "curl")


@dataclass(frozen=True)
class Step:
    """A script and its environment as declared in the pipeline."""

    script: str
    environment: Mapping[str, str]


def content(pipeline: str) -> Any:
    """Return the parsed file of a pipeline."""
    return yaml.safe_load(text(pipeline))


def text(pipeline: str) -> str:
    """Return the file of a pipeline."""
    return (DIRECTORY / PIPELINES[pipeline].source).read_text("utf-8")


def steps(pipeline: str, job: str) -> tuple[Step, ...]:
    """Return the scripts of a job in order."""
    return tuple(_STEPS[pipeline](content(pipeline), job))


def _github(whole: Any, job: str) -> Iterator[Step]:
    for step in whole["jobs"][job]["steps"]:
        if "run" in step:
            yield Step(step["run"], step.get("env", {}))


def _gitlab(whole: Any, job: str) -> Iterator[Step]:
    for script in (*whole[job].get("before_script", ()), *whole[job]["script"]):
        yield Step(script, {})


def _azure(whole: Any, job: str) -> Iterator[Step]:
    (stage,) = (stage for stage in whole["stages"] if stage["stage"] == job)
    (definition,) = stage["jobs"]
    if "steps" in definition:
        declared_steps = definition["steps"]
    else:
        declared_steps = definition["strategy"]["runOnce"]["deploy"]["steps"]
    for step in declared_steps:
        if "bash" in step:
            yield Step(step["bash"], step.get("env", {}))


_STEPS = {"github": _github, "gitlab": _gitlab, "azure": _azure}


@dataclass
class Runner:
    """Runs jobs in place of a forge.

    Attributes:
        directory: the checkout.
        environment: environment variables of the forge's machine.
        given: values by the expression that the forge replaces with them.
        log: the output of all scripts.
    """

    directory: Path
    environment: Mapping[str, str]
    given: Mapping[str, str]
    log: str = ""

    def run(self, pipeline: str, job: str) -> int:
        """Run a job, and return the exit code of the first script that fails, or 0."""
        bin_directory = self._stand_ins()
        for step in steps(pipeline, job):
            if step.script.startswith(INSTALL):
                continue
            environment = {name: self._value(value) for name, value in step.environment.items()}
            completed = subprocess.run(
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
            self.log += completed.stdout
            if completed.returncode:
                return completed.returncode
        return 0

    def recorded_calls(self, program: str) -> str:
        """Return the recorded arguments and input of a stand-in program."""
        file = self.directory.parent / "called" / program
        return file.read_text("utf-8") if file.exists() else ""

    def _value(self, declared: str) -> str:
        """Return a value with the forge's expressions replaced; an unknown one is an error of the file."""
        return re.sub(
            r"\$\{\{ (?P<github>.+?) \}\}|\$\((?P<azure>[\w.]+)\)",
            lambda match: self.given[match["github"] or match["azure"]],
            declared,
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
