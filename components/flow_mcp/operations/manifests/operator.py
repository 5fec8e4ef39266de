"""The Pulumi Kubernetes Operator: a Stack for each tenant, with the former wave as prerequisite.

https://github.com/pulumi/pulumi-kubernetes-operator/blob/master/docs/stacks.md
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flow_mcp.engine.fleet.waves import Wave
from flow_mcp.operations.export.kubernetes import name
from flow_mcp.operations.manifests.document import public_url, yaml_text

_API = "pulumi.com/v1"
_PROGRAM = "flow-mcp-wave"
_LABELS = {"app.kubernetes.io/name": "flow-mcp", "app.kubernetes.io/managed-by": "flow-mcp"}


@dataclass(frozen=True)
class Operator:
    """What the Stacks of the operator need.

    Attributes:
        repository: the address of the project's git repository.
        commit: the commit to deploy.
        image: the image of the workspaces, with `pulumi`, Python and the provider plugins.
        variables: names of the environment variables of an update; each is a key of the Secret.
        secret: the name of the Secret.
        backend: the address of Pulumi's backend.
        service_account: the ServiceAccount of the workspaces.
        organization: the organization at Pulumi Cloud; None for other backends.
    """

    repository: str
    commit: str
    image: str
    backend: str
    variables: Sequence[str] = ("PULUMI_CONFIG_PASSPHRASE",)
    secret: str = "flow-mcp"  # noqa: S105 the name of an object
    service_account: str = "flow-mcp"
    organization: str | None = None


def manifests(operator: Operator, waves: Sequence[Wave]) -> str:
    """Return the Stacks as YAML.

    A wave begins when the former one is complete at the same commit. A Stack without resources stands for the
    completed wave: with each tenant of a wave as prerequisite of each tenant of the next, the manifests would
    grow with the square of the number of tenants.

    Args:
        operator: what the Stacks need.
        waves: the tenants, in the order of their updates.

    Raises:
        ManifestError: the backend's address contains a password.
    """
    header = (
        "Written by `flow-mcp fleet manifests operator` for the Pulumi Kubernetes Operator 2.",
        f"The Secret {operator.secret} has the keys {', '.join(operator.variables)}.",
        f"The ServiceAccount {operator.service_account} may run workspaces: system:auth-delegator.",
    )
    return yaml_text(header, *_documents(operator, waves))


def _documents(operator: Operator, waves: Sequence[Wave]) -> Iterator[Mapping[str, Any]]:
    if len(waves) > 1:
        metadata = {"name": _PROGRAM, "labels": _LABELS}
        yield {"apiVersion": _API, "kind": "Program", "metadata": metadata, "program": {"resources": {}}}
    git = {"projectRepo": public_url(operator.repository, "--repository"), "commit": operator.commit}
    former: list[str] = []
    for number, wave in enumerate(waves, 1):
        for stack in wave.stacks:
            annotations = {"flow-mcp/tenant": stack, "flow-mcp/wave": wave.name}
            yield _stack(operator, name("tenant", stack), stack, annotations, git, former)
        if number < len(waves):
            complete = f"flow-mcp-wave-{number}"
            # The commit changes the specification: the operator waits for this generation of the Stack.
            source: Mapping[str, Any] = {
                "programRef": {"name": _PROGRAM},
                "config": {f"{_PROGRAM}:commit": operator.commit},
            }
            members = [name("tenant", stack) for stack in wave.stacks]
            yield _stack(operator, complete, complete, {"flow-mcp/wave": wave.name}, source, members)
            former = [complete]


def _stack(
    operator: Operator,
    resource: str,
    stack: str,
    annotations: Mapping[str, str],
    source: Mapping[str, Any],
    prerequisites: Sequence[str],
) -> Mapping[str, Any]:
    qualified = f"{operator.organization}/{stack}" if operator.organization else stack
    secrets = {
        variable: {"type": "Secret", "secret": {"name": operator.secret, "key": variable}}
        for variable in operator.variables
    }
    return {
        "apiVersion": _API,
        "kind": "Stack",
        "metadata": {"name": resource, "labels": _LABELS, "annotations": annotations},
        "spec": {
            "stack": qualified,
            "backend": public_url(operator.backend),
            **source,
            "envRefs": secrets,
            "serviceAccountName": operator.service_account,
            "workspaceTemplate": {"spec": {"image": operator.image}},
            "workspaceReclaimPolicy": "Delete",
            "destroyOnFinalize": False,
            **({"prerequisites": [{"name": former} for former in prerequisites]} if prerequisites else {}),
        },
    }
