"""The pipelines of `flow-mcp new`: what their jobs run, on the real engine."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from flow_mcp.local.scratch_project import ScratchProject
from tests.conftest import REPOSITORY
from tests.engine.conftest import StandInProject
from tests.engine.contoso import MARKER, SAMPLE, STACK, contoso_scratch
from tests.engine.pipelines import FILES, INSTALL, Runner, content, steps, text
from tests.live.authority import Authority
from tests.standin.graph_server import graph

JOBS = ("review", "preview", "apply", "nightly")
GIT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    **{f"GIT_{who}_{what}": "test" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


def declared(access: str) -> str:
    """The sample without dates, which a pipeline compares with today."""
    tenant = yaml.safe_load(SAMPLE)["config"]["flow-mcp:tenant"]
    instance = yaml.safe_load(SAMPLE)["config"]["flow-mcp:instance"]
    clients = {name: tenant["clients"][name] for name in ("nightly-agent", "desktop")}
    clients["nightly-agent"]["access"] = [access]
    config = {"flow-mcp:instance": instance, "flow-mcp:tenant": {**tenant, "clients": clients}}
    return yaml.safe_dump({"config": config})


@dataclass
class Checkout:
    """A repository with a change, and a runner in it."""

    scratch: ScratchProject
    runner: Runner

    @property
    def directory(self) -> Path:
        return self.scratch.project.directory

    def git(self, *arguments: str) -> str:
        ran = subprocess.run(
            ["git", *arguments],
            cwd=self.directory,
            env={**os.environ, **GIT},
            capture_output=True,
            text=True,
            check=True,
        )
        return ran.stdout.strip()

    def commit(self, text: str) -> str:
        self.scratch.declare(STACK, text)
        self.git("add", "--all")
        self.git("commit", "-q", "-m", "a change")
        return self.git("rev-parse", "HEAD")

    def written(self, name: str) -> str:
        return (self.directory / name).read_text("utf-8")


@pytest.fixture
def checkout(
    stand_in: Callable[[str], StandInProject], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Checkout]:
    scratch, project = contoso_scratch(stand_in, monkeypatch)
    with graph(Authority(tmp_path), project.server, MARKER) as (_, environment):
        yield _checkout(replace(scratch, credentials={**scratch.credentials, **environment}))


def _checkout(scratch: ScratchProject) -> Checkout:
    directory = scratch.project.directory
    (directory / ".toolchain").symlink_to(REPOSITORY / ".toolchain")
    environment = {**scratch.environment(), **GIT}
    made = Checkout(scratch, Runner(directory, environment, {}))
    made.git("init", "-q")
    base = made.commit(declared("200/production"))
    made.git("update-ref", "refs/remotes/origin/main", base)
    made.commit(declared("200/test"))
    summary, output = directory.parent / "summary", directory.parent / "output"
    made.runner.environment = {
        **environment,
        "GITHUB_STEP_SUMMARY": str(summary),
        "GITHUB_OUTPUT": str(output),
    }
    secrets = {name: environment.get(name, MARKER) for name in _secrets()}
    secrets["PULUMI_CONFIG_PASSPHRASE"] = scratch.passphrase.read_text("utf-8")
    made.runner.given = {
        **{f"secrets.{name}": value for name, value in secrets.items()},
        **secrets,
        "vars.PULUMI_BACKEND_URL": environment["PULUMI_BACKEND_URL"],
        "github.event.pull_request.base.sha": base,
        "github.event.pull_request.number": "7",
        "github.token": MARKER,
        "github.repository": "contoso/planning",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": base,
        "CI_MERGE_REQUEST_IID": "7",
        "CI_PROJECT_ID": "4",
        "CI_API_V4_URL": "https://git.example/api/v4",
        "FLOW_MCP_NOTE_TOKEN": MARKER,
        "System.PullRequest.TargetBranch": "refs/heads/main",
    }
    return made


def _secrets() -> Iterator[str]:
    for pipeline in FILES:
        yield from re.findall(r"secrets\.(\w+)", text(pipeline))
        yield from re.findall(r"\$\(([A-Z_]+)\)", text(pipeline))


def handed_on(checkout: Checkout, pipeline: str) -> str:
    """The digest, as the forge takes it from the job preview to the job apply."""
    if pipeline == "github":
        outputs = dict(
            line.split("=", 1)
            for line in (checkout.directory.parent / "output").read_text("utf-8").splitlines()
        )
        assert outputs["approval"] == "needed"
        checkout.runner.given = {**checkout.runner.given, "needs.preview.outputs.digest": outputs["digest"]}
        return outputs["digest"]
    if pipeline == "gitlab":
        digest = checkout.written("digest.env").strip().removeprefix("DIGEST=")
        checkout.runner.given = {**checkout.runner.given, "DIGEST": digest}
        return digest
    match = re.search(r"##vso\[task\.setvariable variable=digest;.*?\](\S+)", checkout.runner.log)
    assert match
    checkout.runner.given = {**checkout.runner.given, "approvedDigest": match[1]}
    return match[1]


@pytest.mark.parametrize("pipeline", FILES)
def test_change_passes_through_the_pipeline_from_pull_request_to_nightly_job(
    checkout: Checkout, pipeline: str
) -> None:
    runner = checkout.runner

    assert runner.run(pipeline, "review") == 0, runner.log
    assert "nightly-agent gains access to 200/test" in checkout.written("diff.md").replace("\\", "")
    assert json.loads(checkout.written("diff.sarif"))["version"] == "2.1.0"
    if pipeline != "azure":
        assert runner.run(pipeline, "comment") == 0, runner.log
        assert "diff.md" in runner.recorded_calls("gh") + runner.recorded_calls("curl")

    assert runner.run(pipeline, "preview") == 0, runner.log
    digest = handed_on(checkout, pipeline)
    assert digest in checkout.written("plan.md")

    # Nothing else is applied by that approval.
    checkout.scratch.declare(STACK, declared("*"))
    assert runner.run(pipeline, "apply") == 3, runner.log
    checkout.scratch.declare(STACK, declared("200/test"))
    assert runner.run(pipeline, "apply") == 0, runner.log
    (tenant,) = json.loads(checkout.written("applied.json"))["tenants"]
    assert (tenant["stack"], len(tenant["applied"]) > 10) == (STACK, True)

    assert runner.run(pipeline, "nightly") == 0, runner.log
    assert json.loads(checkout.written("analyzed.json"))["tenants"][0]["analyzed"] is True
    checkout.scratch.declare(STACK, declared("*"))
    assert runner.run(pipeline, "nightly") == 1
    assert "not as declared: unapplied" in runner.log
    (tenant,) = json.loads(checkout.written("drift.json"))["tenants"]
    assert (tenant["stack"], tenant["found"], tenant["drifts"]) == (STACK, False, [])

    printed = runner.log + "".join(
        file.read_text("utf-8") for file in checkout.directory.iterdir() if file.is_file()
    )
    assert MARKER not in printed


@pytest.mark.parametrize("pipeline", FILES)
def test_each_job_installs_what_the_project_pins_and_pulumi_where_it_needs_it(pipeline: str) -> None:
    installed = {job: steps(pipeline, job)[0].script for job in JOBS}
    with_pulumi = f"{INSTALL} && .venv/bin/flow-mcp toolchain"
    assert installed == {"review": INSTALL, **dict.fromkeys(JOBS[1:], with_pulumi)}


@pytest.mark.parametrize("pipeline", FILES)
@pytest.mark.parametrize("job", JOBS)
def test_scripts_contain_no_expressions_with_untrusted_text(pipeline: str, job: str) -> None:
    for step in steps(pipeline, job):
        assert "${{" not in step.script
        assert not re.search(r"\$\((?:[A-Z]\w*\.|[A-Z_]+\))", step.script)
        assert "eval" not in step.script


def _github_jobs() -> dict[str, Any]:
    jobs: dict[str, Any] = content("github")["jobs"]
    return jobs


def test_github_jobs_have_the_minimal_permissions() -> None:
    assert content("github")["permissions"] == {}
    assert {name: job["permissions"] for name, job in _github_jobs().items()} == {
        "review": {"contents": "read"},
        "comment": {"pull-requests": "write", "security-events": "write"},
        "preview": {"contents": "read"},
        "apply": {"contents": "read"},
        "nightly": {"contents": "read"},
    }
    # Where the pull request's own code runs, there is no secret; where something may be written, no code.
    assert "secrets." not in json.dumps(_github_jobs()["review"])
    assert "checkout" not in json.dumps(_github_jobs()["comment"])
    assert {name for name, job in _github_jobs().items() if "environment" not in job} == {"review", "comment"}


def test_github_actions_are_pinned_and_persist_no_token() -> None:
    used = [step for job in _github_jobs().values() for step in job["steps"] if "uses" in step]
    assert [step["uses"] for step in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"])] == []
    checkouts = [step["with"] for step in used if step["uses"].startswith("actions/checkout@")]
    assert [given for given in checkouts if given["persist-credentials"] is not False] == []


@pytest.mark.parametrize("pipeline", ["gitlab", "azure"])
def test_review_jobs_of_other_pipelines_have_no_secret(pipeline: str) -> None:
    shown = json.dumps(content(pipeline), default=str)
    assert '"review"' in shown
    for step in steps(pipeline, "review"):
        assert not {*step.environment} & {*_secrets()}
