"""Operations in a stack's state that a killed update began and did not finish.

Pulumi writes each operation into the state before it begins. If the process is killed, Pulumi does not know
whether the server has completed the operation. Pulumi repeats an interrupted update or deletion, and reports
an interrupted creation at each update until somebody resolves it.
Source: https://www.pulumi.com/docs/support/troubleshooting/common-issues/interrupted-updates/
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flow_mcp.common.errors import FlowMcpError

_ROOT = "pulumi:pulumi:Stack"

Deployment = Mapping[str, Any]
"""The output of `pulumi stack export`."""


class UnresolvedError(FlowMcpError):
    """The result of an interrupted creation cannot be determined."""

    exit_code = 2


@dataclass(frozen=True)
class Operation:
    """An operation that was interrupted.

    Attributes:
        kind: Pulumi's name of the operation: `creating`, `updating`, `deleting`, `reading`, `refreshing`, …
        resource: the resource as the state contains it.
    """

    kind: str
    resource: Mapping[str, Any]

    @property
    def urn(self) -> str:
        """The resource's URN."""
        return str(self.resource["urn"])

    @property
    def type(self) -> str:
        """The resource's type token, such as `keycloak:index/realm:Realm`."""
        return str(self.resource["type"])

    @property
    def inputs(self) -> Mapping[str, Any]:
        """The resource's inputs; secrets are encrypted."""
        inputs: Mapping[str, Any] = self.resource.get("inputs") or {}
        return inputs

    @property
    def creates(self) -> bool:
        """Whether the operation creates the resource."""
        return self.kind == "creating"


def operations(deployment: Deployment) -> tuple[Operation, ...]:
    """Return the interrupted operations in a stack's state, in the order in which they began."""
    pending = deployment["deployment"].get("pending_operations") or ()
    return tuple(Operation(str(entry["type"]), entry["resource"]) for entry in pending)


def with_operations(deployment: Deployment, further: Sequence[Operation]) -> Deployment:
    """Return the state with further interrupted operations, which Pulumi recorded as failed."""
    content = deployment["deployment"]
    pending = [{"type": operation.kind, "resource": operation.resource} for operation in further]
    both = [*(content.get("pending_operations") or ()), *pending]
    return {**deployment, "deployment": {**content, "pending_operations": both}}


def resources(deployment: Deployment) -> tuple[Mapping[str, Any], ...]:
    """Return the resources in a stack's state."""
    return tuple(deployment["deployment"].get("resources") or ())


def refreshable(deployment: Deployment, urns: Collection[str]) -> tuple[str, ...]:
    """Return those of the URNs that are in the state; if none is, the URN of the stack's root resource."""
    present = tuple(str(resource["urn"]) for resource in resources(deployment) if resource["urn"] in urns)
    root = (str(resource["urn"]) for resource in resources(deployment) if resource["type"] == _ROOT)
    return tuple(dict.fromkeys(present)) or tuple(root)


def resolved(deployment: Deployment, created: Mapping[str, str]) -> dict[str, Any]:
    """Return the state without interrupted operations.

    Args:
        deployment: the state.
        created: the IDs of the resources that the server has created, by URN. The state then contains them
            with the inputs of the interrupted operation; a refresh reads their other properties.
    """
    content = dict(deployment["deployment"])
    content.pop("pending_operations", None)
    kept = list(resources(deployment))
    for operation in operations(deployment):
        if operation.creates and operation.urn in created:
            kept = _with_created(kept, operation, created[operation.urn])
    return {**deployment, "deployment": {**content, "resources": kept}}


def _with_created(
    state: list[Mapping[str, Any]], operation: Operation, resource_id: str
) -> list[Mapping[str, Any]]:
    """Return the state with a created resource.

    If the creation was part of a replacement, the state also contains the previous resource. Pulumi deletes
    it at the server after the creation, unless it did so before.
    """
    inputs = dict(operation.inputs)
    new = {
        **operation.resource,
        "id": resource_id,
        "outputs": {**(operation.resource.get("outputs") or inputs)},
    }
    result: list[Mapping[str, Any]] = []
    placed = False
    for resource in state:
        is_previous = resource["urn"] == operation.urn and not resource.get("delete")
        if is_previous and not placed:
            result.append(new)
            placed = True
        if is_previous and resource.get("pendingReplacement"):
            continue
        result.append({**resource, "delete": True} if is_previous else resource)
    return result if placed else [*result, new]
