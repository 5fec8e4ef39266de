"""`flow-mcp fleet manifests`: run the fleet's commands on Kubernetes, in pipelines and at Pulumi Cloud."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from flow_mcp.cli.fleet_options import wave_options
from flow_mcp.cli.options import current_project, project_option
from flow_mcp.engine.fleet.waves import waves
from flow_mcp.operations.manifests import deployments as pulumi_deployments
from flow_mcp.operations.manifests import kubernetes as cluster
from flow_mcp.operations.manifests import matrix
from flow_mcp.operations.manifests import operator as pulumi_operator

_CODES = "Exit codes: 0 written, 2 could not write; 130 interrupted."
_Command = TypeVar("_Command", bound=Callable[..., Any])

_to = click.option(
    "--to",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write.  [default: standard output]",
)
_shards = click.option(
    "--shards", type=click.IntRange(1, 1000), default=8, show_default=True, help="Number of shards."
)
_secret = click.option(
    "--secret",
    default="flow-mcp",
    show_default=True,
    help="Name of the Secret with the environment variables of an update.",
)
_variables = click.option(
    "--variable",
    "variables",
    multiple=True,
    default=("PULUMI_CONFIG_PASSPHRASE",),
    metavar="NAME",
    help="Secret environment variable of an update, such as KEYCLOAK_PASSWORD. Repeatable.  "
    "[default: PULUMI_CONFIG_PASSPHRASE]",
)
_canaries = click.option(
    "--canary",
    "canaries",
    multiple=True,
    metavar="GLOB",
    help="Tenants that are updated before the shards start. Repeatable.",
)


@click.group(epilog=_CODES)
def command() -> None:
    """Run the commands for many tenants on more than one machine."""


@command.group(
    epilog="\b\nExamples:\n"
    "  flow-mcp fleet manifests kubernetes --image registry.example/settings:1 | kubectl apply -f -\n"
    "  flow-mcp fleet manifests github --shards 4 --to .github/workflows/shards.yml\n\n" + _CODES
)
def manifests() -> None:
    """Write manifests for existing engines.

    They are for Kubernetes, the Pulumi Kubernetes Operator, pipelines and Pulumi Deployments. The same
    options and tenants give the same bytes. No manifest contains a secret.
    """


@manifests.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp fleet manifests kubernetes --image registry.example/settings:1 \\\n"
    "      --backend s3://states --shards 8 | kubectl apply -f -\n\n" + _CODES
)
@click.option("--image", required=True, help="Image with the project, flow-mcp and Pulumi.")
@_shards
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=3,
    show_default=True,
    help="Number of tenants at the same time in a pod; each needs 400 MiB.",
)
@_secret
@click.option(
    "--backend", metavar="URL", help="Pulumi's backend.  [default: PULUMI_BACKEND_URL of the Secret]"
)
@click.option(
    "--schedule",
    default="0 2 * * *",
    show_default=True,
    help="When to look for drift, as in crontab, in UTC.",
)
@_to
def kubernetes(to: Path | None, **given: Any) -> None:
    """An Indexed Job with a pod for each shard, and a CronJob.

    Each pod updates its shard. The CronJob looks for drift.
    """
    _write(cluster.manifests(cluster.Cluster(**given)), to)


@manifests.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp fleet manifests operator --repository https://git.example/settings.git \\\n"
    "      --commit 6f1c… --image registry.example/settings:1 --backend s3://states \\\n"
    "      --canary 'test-*' --waves 10,50 | kubectl apply -f -\n\n" + _CODES
)
@project_option
@click.option("--repository", required=True, metavar="URL", help="Git repository of the project.")
@click.option("--commit", required=True, help="Commit to deploy.")
@click.option("--image", required=True, help="Image of the workspaces, with Pulumi, Python and the plugins.")
@click.option("--backend", required=True, metavar="URL", help="Pulumi's backend.")
@click.option("--organization", help="Organization at Pulumi Cloud.  [default: none, for other backends]")
@_secret
@_variables
@click.option("--service-account", default="flow-mcp", show_default=True, help="Name of the ServiceAccount.")
@wave_options
@_to
def operator(canaries: tuple[str, ...], percentages: tuple[int, ...], to: Path | None, **given: Any) -> None:
    """A Stack of the Pulumi Kubernetes Operator for each tenant.

    The previous wave is the prerequisite of each Stack.
    """
    planned = waves(current_project().stacks(), canaries, percentages)
    _write(pulumi_operator.manifests(pulumi_operator.Operator(**given), planned), to)


def _matrix_command(render: Callable[[matrix.Matrix], str], file: str, service: str) -> click.Command:
    name = render.__name__

    @click.command(
        name,
        help=f"A pipeline for {service} with a job for each shard.",
        epilog=f"\b\nExamples:\n  flow-mcp fleet manifests {name} --shards 4 --to {file}\n"
        f"  flow-mcp fleet manifests {name} --canary 'test-*' --variable KEYCLOAK_PASSWORD\n\n{_CODES}",
    )
    @_shards
    @_canaries
    @_variables
    @_to
    def write(to: Path | None, **given: Any) -> None:
        _write(render(matrix.Matrix(**given)), to)

    return write


manifests.add_command(_matrix_command(matrix.github, ".github/workflows/shards.yml", "GitHub Actions"))
manifests.add_command(_matrix_command(matrix.gitlab, ".gitlab-ci.yml", "GitLab CI"))
manifests.add_command(_matrix_command(matrix.azure, "azure-pipelines.yml", "Azure Pipelines"))


@manifests.command(
    epilog="\b\nExamples:\n"
    "  flow-mcp fleet manifests deployments --repository acme/settings --to settings.json\n\n" + _CODES
)
@project_option
@click.option("--repository", required=True, metavar="OWNER/NAME", help="Repository at GitHub.")
@click.option("--branch", default="main", show_default=True, help="Branch whose commits are deployed.")
@click.option("--image", help="Image of the deployments.  [default: Pulumi's]")
@_to
def deployments(to: Path | None, **given: Any) -> None:
    """The settings of Pulumi Deployments for each tenant's stack.

    The output is a JSON object by stack.
    """
    stacks = current_project().stacks()
    _write(pulumi_deployments.settings(pulumi_deployments.Deployments(**given), stacks), to)


def _write(text: str, to: Path | None) -> None:
    if to is None:
        click.echo(text, nl=False)
    else:
        to.write_text(text, encoding="utf-8")
