"""Stacks of the Pulumi Kubernetes Operator: one for each tenant, in waves."""

from __future__ import annotations

from typing import Any

import yaml

from flow_mcp.engine.fleet.waves import waves
from flow_mcp.operations.manifests.operator import Operator, manifests

OPERATOR = Operator(
    "https://git.example/settings.git", "6f1c2d", "registry.example/settings:1", "s3://states"
)
TENANTS = ("a", "b", "c", "test-1", "test-2")


def documents(*given: Any) -> list[Any]:
    return list(yaml.safe_load_all(manifests(OPERATOR, waves(TENANTS, *given))))


def test_each_tenant_is_a_stack_of_the_operator() -> None:
    assert documents()[0] == {
        "apiVersion": "pulumi.com/v1",
        "kind": "Stack",
        "metadata": {
            "name": "tenant-a",
            "labels": {"app.kubernetes.io/name": "flow-mcp", "app.kubernetes.io/managed-by": "flow-mcp"},
            "annotations": {"flow-mcp/tenant": "a", "flow-mcp/wave": "all"},
        },
        "spec": {
            "stack": "a",
            "backend": "s3://states",
            "projectRepo": "https://git.example/settings.git",
            "commit": "6f1c2d",
            "envRefs": {
                "PULUMI_CONFIG_PASSPHRASE": {
                    "type": "Secret",
                    "secret": {"name": "flow-mcp", "key": "PULUMI_CONFIG_PASSPHRASE"},
                }
            },
            "serviceAccountName": "flow-mcp",
            "workspaceTemplate": {"spec": {"image": "registry.example/settings:1"}},
            "workspaceReclaimPolicy": "Delete",
            "destroyOnFinalize": False,
        },
    }
    assert [document["metadata"]["name"] for document in documents()] == [
        f"tenant-{tenant}" for tenant in TENANTS
    ]


def test_a_wave_waits_for_the_former_one_at_the_same_commit() -> None:
    program, *stacks = documents(("test-*",), (50,))
    assert program == {
        "apiVersion": "pulumi.com/v1",
        "kind": "Program",
        "metadata": {
            "name": "flow-mcp-wave",
            "labels": {"app.kubernetes.io/name": "flow-mcp", "app.kubernetes.io/managed-by": "flow-mcp"},
        },
        "program": {"resources": {}},
    }
    prerequisites = {
        stack["metadata"]["name"]: [former["name"] for former in stack["spec"].get("prerequisites", ())]
        for stack in stacks
    }
    assert prerequisites == {
        "tenant-test-1": [],
        "tenant-test-2": [],
        "flow-mcp-wave-1": ["tenant-test-1", "tenant-test-2"],
        "tenant-a": ["flow-mcp-wave-1"],
        "tenant-b": ["flow-mcp-wave-1"],
        "flow-mcp-wave-2": ["tenant-a", "tenant-b"],
        "tenant-c": ["flow-mcp-wave-2"],
    }
    complete = stacks[2]["spec"]
    assert (complete["programRef"], complete["config"]) == (
        {"name": "flow-mcp-wave"},
        {"flow-mcp-wave:commit": "6f1c2d"},
    )


def test_the_manifests_grow_with_the_number_of_tenants_and_no_faster() -> None:
    sizes = {
        count: len(manifests(OPERATOR, waves([f"t-{number:05}" for number in range(count)], (), (10, 50))))
        for count in (1_000, 2_000)
    }
    assert sizes[2_000] < 2 * sizes[1_000]
