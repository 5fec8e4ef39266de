"""Pulumi Deployments: the settings of each tenant's stack.

https://www.pulumi.com/docs/reference/deployments-rest-api/#patchsettings
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# A change of one of these files changes all tenants: docs/fleet.md, "Which tenants are run".
_SHARED = ("Pulumi.yaml", "stacks/__main__.py", "plugin/**", "policies/**", "requirements.txt")


@dataclass(frozen=True)
class Deployments:
    """What the settings need.

    Attributes:
        repository: the repository at GitHub, `owner/name`.
        branch: the branch whose commits are deployed.
        image: the image of the deployments; None for Pulumi's default.
    """

    repository: str
    branch: str = "main"
    image: str | None = None


def settings(deployments: Deployments, stacks: Sequence[str]) -> str:
    """Return a JSON object with the body of the request for each stack.

    A commit starts only the deployments of the stacks whose `paths` it changes. The credentials are secret
    environment variables, which are set at Pulumi Cloud and are not part of these settings.
    """
    bodies = {stack: _settings(deployments, stack) for stack in sorted(stacks)}
    return f"{json.dumps(bodies, indent=2)}\n"


def _settings(deployments: Deployments, stack: str) -> dict[str, Any]:
    image = {"executorContext": {"executorImage": {"reference": deployments.image}}}
    return {
        **(image if deployments.image else {}),
        "sourceContext": {"git": {"branch": f"refs/heads/{deployments.branch}"}},
        "gitHub": {
            "repository": deployments.repository,
            "deployCommits": True,
            "previewPullRequests": True,
            "pullRequestTemplate": False,
            "paths": [f"stacks/Pulumi.{stack}.yaml", *_SHARED],
        },
        "operationContext": {
            # Before Pulumi installs what requirements.txt names; a deployment runs no policy pack by itself.
            "preRunCommands": [
                "python3 -m venv .venv && .venv/bin/pip install --quiet -r requirements.txt",
                f".venv/bin/flow-mcp check {shlex.quote(stack)}",
            ],
            "options": {"skipInstallDependencies": True, "skipIntermediateDeployments": True},
        },
    }
