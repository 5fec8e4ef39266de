"""The pipelines that a new project may begin with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DIRECTORY = Path(__file__).parent / "files" / "pipelines"
"""Where the files are in the package."""


@dataclass(frozen=True)
class Pipeline:
    """A pipeline of one service.

    Attributes:
        source: name of the file in `DIRECTORY`.
        file: path of the file in a project, as the service wants it.
        needs: what must be set up at the service, in Markdown.
    """

    source: str
    file: str
    needs: tuple[str, ...]

    def text(self, credentials: tuple[str, ...]) -> str:
        """Return the file, whose steps get these environment variables from the service's secrets.

        Args:
            credentials: names of the variables, for each of which the service has a secret of the same name.
        """
        return _KEYCLOAK.sub(
            lambda match: "".join(match[0].replace("KEYCLOAK_USER", name) for name in credentials),
            _PASSWORD.sub("", (DIRECTORY / self.source).read_text(encoding="utf-8")),
        )


# The files name the credentials for Keycloak, one variable in each line.
_KEYCLOAK = re.compile(r"^ *KEYCLOAK_USER: .*\n", re.MULTILINE)
_PASSWORD = re.compile(r"^ *KEYCLOAK_PASSWORD: .*\n", re.MULTILINE)
_SECRETS = "`PULUMI_CONFIG_PASSPHRASE` (or a cloud key), and the credentials of the authorization servers"
PIPELINES: Mapping[str, Pipeline] = {
    "github": Pipeline(
        "github-actions.yml",
        ".github/workflows/flow-mcp.yml",
        (
            "the environments `preview`, `production` with required reviewers, and `automatic` without them;",
            "in each of them the variable `PULUMI_BACKEND_URL`;",
            f"in each of them as secrets: {_SECRETS}.",
        ),
    ),
    "gitlab": Pipeline(
        "gitlab-ci.yml",
        ".gitlab-ci.yml",
        (
            "the environment `preview`, and the protected environment `production`;",
            "the protected variable `PULUMI_BACKEND_URL`;",
            f"as masked, protected variables: {_SECRETS};",
            "for comments, the masked variable `FLOW_MCP_NOTE_TOKEN`: a project access token with the role "
            "Reporter and the scope `api`;",
            "a pipeline schedule for the nightly job.",
        ),
    ),
    "azure": Pipeline(
        "azure-pipelines.yml",
        "azure-pipelines.yml",
        (
            "the environment `production` with the checks *Approvals* and *Exclusive lock*;",
            "the variable groups `flow-mcp-preview` and `flow-mcp-production`;",
            "in each of them the variable `PULUMI_BACKEND_URL`;",
            f"in each of them as secrets: {_SECRETS}.",
        ),
    ),
}
"""By the name that `flow-mcp new --pipeline` takes."""
