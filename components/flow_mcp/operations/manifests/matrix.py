"""Sharded matrices for GitHub Actions, GitLab CI and Azure Pipelines: a job for each shard."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flow_mcp.operations.manifests.document import ManifestError, yaml_text

_INSTALL = (
    "python3 -m venv .venv && .venv/bin/pip install --quiet -r requirements.txt "
    "&& .venv/bin/flow-mcp toolchain"
)
_CHECKOUT = "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683"  # v4.2.2
_PYTHON = "actions/setup-python@0b93645e9fea7318ecaed2b359559ac225c90a2b"  # v5.3.0
_MINUTES = 120
_GLOB = re.compile(r"[A-Za-z0-9_.*?!\[\]-]+")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Matrix:
    """What a sharded pipeline needs.

    Attributes:
        shards: the number of jobs.
        canaries: globs of the tenants that are updated before the shards start.
        variables: names of the secret environment variables of an update.

    Raises:
        ManifestError: a glob or a name has other characters than names of tenants or variables.
    """

    shards: int
    canaries: Sequence[str] = ()
    variables: Sequence[str] = ("PULUMI_CONFIG_PASSPHRASE",)

    def __post_init__(self) -> None:
        # The services replace their own expressions in commands and values before a shell quotes anything.
        for kind, pattern, values in (
            ("a glob of names", _GLOB, self.canaries),
            ("the name of a variable", _VARIABLE, self.variables),
        ):
            if invalid := [value for value in values if not pattern.fullmatch(value)]:
                raise ManifestError(f"{invalid[0]!r} is not {kind}")

    def canary_command(self) -> str:
        """Return the command that updates the canaries."""
        selected = " ".join(f"--select {shlex.quote(glob)}" for glob in self.canaries)
        return f".venv/bin/flow-mcp up {selected} --yes --max-failures 0"


def github(matrix: Matrix) -> str:
    """Return a workflow for `.github/workflows/`."""
    environment = {
        "PULUMI_BACKEND_URL": "${{ vars.PULUMI_BACKEND_URL }}",
        **{name: f"${{{{ secrets.{name} }}}}" for name in matrix.variables},
    }

    def job(run: str, **more: Any) -> Mapping[str, Any]:
        return {
            **more,
            "runs-on": "ubuntu-24.04",
            "timeout-minutes": _MINUTES,
            "environment": "production",
            "permissions": {"contents": "read"},
            "steps": [
                {"uses": _CHECKOUT, "with": {"persist-credentials": False}},
                {"uses": _PYTHON, "with": {"python-version": "3.11"}},
                {"name": "Install", "run": _INSTALL},
                {"name": "Update", "env": {**environment, **_shard(more)}, "run": run},
            ],
        }

    def _shard(more: Mapping[str, Any]) -> Mapping[str, str]:
        return {"SHARD": "${{ matrix.shard }}"} if "strategy" in more else {}

    strategy = {"fail-fast": False, "matrix": {"shard": [*range(1, matrix.shards + 1)]}}
    needs = {"needs": "canaries"} if matrix.canaries else {}
    return yaml_text(
        _header("github", "The environment production has the secrets"),
        {
            "name": "Flow MCP settings, in shards",
            "on": {"push": {"branches": ["main"]}},
            "permissions": {},
            "concurrency": {"group": "flow-mcp-up", "cancel-in-progress": False},
            "defaults": {"run": {"shell": "bash"}},
            "jobs": {
                **({"canaries": job(matrix.canary_command())} if matrix.canaries else {}),
                "shards": job(
                    f'.venv/bin/flow-mcp up --all --yes --shard "$SHARD/{matrix.shards}"',
                    **needs,
                    strategy=strategy,
                ),
            },
        },
    )


def gitlab(matrix: Matrix) -> str:
    """Return a `.gitlab-ci.yml`. Its secret variables are protected and masked in the project's settings."""
    common = {
        "image": "python:3.11-bookworm",
        "interruptible": False,
        "environment": {"name": "production"},
        "rules": [{"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"}],
        "before_script": [_INSTALL],
    }
    stages = ["canaries", "shards"] if matrix.canaries else ["shards"]
    canaries = {"canaries": {"stage": "canaries", **common, "script": [matrix.canary_command()]}}
    # `parallel` is 2 to 200: https://docs.gitlab.com/ci/yaml/#parallel
    parallel = {"parallel": matrix.shards} if matrix.shards > 1 else {}
    shard = '"$CI_NODE_INDEX/$CI_NODE_TOTAL"' if parallel else '"1/1"'
    return yaml_text(
        _header("gitlab", "The project has as masked, protected variables"),
        {
            "stages": stages,
            **(canaries if matrix.canaries else {}),
            "shards": {
                "stage": "shards",
                **common,
                **parallel,
                "script": [f".venv/bin/flow-mcp up --all --yes --shard {shard}"],
            },
        },
    )


def azure(matrix: Matrix) -> str:
    """Return an `azure-pipelines.yml`."""
    environment = {name: f"$({name})" for name in ("PULUMI_BACKEND_URL", *matrix.variables)}

    def job(name: str, bash: str, **more: Any) -> Mapping[str, Any]:
        return {
            "job": name,
            **more,
            "timeoutInMinutes": str(_MINUTES),
            "variables": [{"group": "flow-mcp-production"}],
            "steps": [
                {"checkout": "self"},
                {"task": "UsePythonVersion@0", "inputs": {"versionSpec": "3.11"}},
                {"bash": _INSTALL, "displayName": "Install"},
                {"bash": bash, "displayName": "Update", "env": environment},
            ],
        }

    shard = '"$SYSTEM_JOBPOSITIONINPHASE/$SYSTEM_TOTALJOBSINPHASE"'
    needs = {"dependsOn": "canaries"} if matrix.canaries else {}
    return yaml_text(
        _header("azure", "The variable group flow-mcp-production has PULUMI_BACKEND_URL, and as secrets"),
        {
            "trigger": {"branches": {"include": ["main"]}},
            "pr": "none",
            "pool": {"vmImage": "ubuntu-24.04"},
            "jobs": [
                *([job("canaries", matrix.canary_command())] if matrix.canaries else []),
                job(
                    "shards",
                    f".venv/bin/flow-mcp up --all --yes --shard {shard}",
                    **needs,
                    strategy={"parallel": str(matrix.shards)},
                ),
            ],
        },
    )


def _header(command: str, secrets: str) -> tuple[str, ...]:
    return (
        f"Written by `flow-mcp fleet manifests {command}`.",
        f"{secrets} PULUMI_CONFIG_PASSPHRASE, or none with a cloud key, and the credentials of the",
        "authorization servers.",
    )
