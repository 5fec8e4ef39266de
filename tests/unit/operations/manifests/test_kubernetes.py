"""Manifests for plain Kubernetes, against the schemas of Kubernetes 1.37."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from flow_mcp.operations.manifests.document import ManifestError
from flow_mcp.operations.manifests.kubernetes import Cluster, manifests

DEFINITIONS = json.loads((Path(__file__).parent / "schemas" / "kubernetes.json").read_text("utf-8"))["$defs"]
KINDS = {
    "ServiceAccount": "io.k8s.api.core.v1.ServiceAccount",
    "Job": "io.k8s.api.batch.v1.Job",
    "CronJob": "io.k8s.api.batch.v1.CronJob",
}
CLUSTER = Cluster("registry.example/settings:1", 8, backend="s3://states")
COMMAND = 'exec flow-mcp up --all --yes --workers 3 --shard "$((JOB_COMPLETION_INDEX + 1))/8"'


def objects(cluster: Cluster = CLUSTER) -> dict[str, Any]:
    """Return the objects by kind."""
    return {document["kind"]: document for document in yaml.safe_load_all(manifests(cluster))}


@pytest.mark.parametrize("cluster", [CLUSTER, Cluster("image", 1)])
@pytest.mark.parametrize("kind", KINDS)
def test_each_object_matches_the_published_schema(kind: str, cluster: Cluster) -> None:
    schema = {"$ref": f"#/$defs/{KINDS[kind]}", "$defs": DEFINITIONS}
    found = objects(cluster)[kind]
    Draft202012Validator(schema).validate(found)
    # The schemas refuse unknown fields.
    found["metadata"]["unknown"] = True
    assert not Draft202012Validator(schema).is_valid(found)


def test_the_job_runs_each_shard_in_a_pod_of_its_own() -> None:
    spec = objects()["Job"]["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    assert {key: value for key, value in spec.items() if key not in {"template", "podFailurePolicy"}} == {
        "completionMode": "Indexed",
        "completions": 8,
        "parallelism": 8,
        "backoffLimitPerIndex": 2,
        "ttlSecondsAfterFinished": 604800,
    }
    assert container == {
        "name": "flow-mcp",
        "image": "registry.example/settings:1",
        "command": ["/bin/sh", "-c", COMMAND],
        "env": [{"name": "PULUMI_BACKEND_URL", "value": "s3://states"}],
        "envFrom": [{"secretRef": {"name": "flow-mcp"}}],
        "resources": {"requests": {"cpu": "1", "memory": "1200Mi"}, "limits": {"memory": "1200Mi"}},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }


def test_a_policy_violation_or_drift_is_not_tried_again() -> None:
    found = objects()
    jobs = {
        "Job": found["Job"]["spec"],
        "CronJob": found["CronJob"]["spec"]["jobTemplate"]["spec"],
    }
    codes = {
        kind: spec["podFailurePolicy"]["rules"][0]["onExitCodes"]["values"] for kind, spec in jobs.items()
    }
    assert codes == {"Job": [4], "CronJob": [3, 4]}
    drift = jobs["CronJob"]["template"]["spec"]["containers"][0]["command"]
    assert drift[2] == 'exec flow-mcp drift --json --shard "$((JOB_COMPLETION_INDEX + 1))/8"'
    assert found["CronJob"]["spec"]["concurrencyPolicy"] == "Forbid"


def test_the_same_values_give_the_same_bytes_and_another_image_gives_another_job() -> None:
    assert manifests(CLUSTER) == manifests(Cluster("registry.example/settings:1", 8, backend="s3://states"))
    names = {objects(Cluster(image, 8))["Job"]["metadata"]["name"] for image in ("settings:1", "settings:2")}
    assert len(names) == 2


@pytest.mark.parametrize(
    "backend",
    [
        "postgres://pulumi:hunter2@db.example/pulumi",
        "postgres://db.example/pulumi?password=hunter2",
        "https://hunter2@states.example",
    ],
)
def test_a_backend_address_with_a_credential_is_refused(backend: str) -> None:
    with pytest.raises(ManifestError, match="address of --backend contains a credential") as refused:
        manifests(Cluster("image", 1, backend=backend))
    assert "hunter2" not in str(refused.value)


def test_a_backend_address_without_a_credential_is_written() -> None:
    assert "env" not in objects(Cluster("image", 1))["Job"]["spec"]["template"]["spec"]["containers"][0]
