"""Plain Kubernetes: an Indexed Job that updates a shard in each pod, and a CronJob that looks for drift.

https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from flow_mcp.common.exit_codes import BLOCKED, NEEDS_APPROVAL
from flow_mcp.operations.manifests.document import MEMORY_OF_A_WORKER, public_url, yaml_text

_LABELS = {"app.kubernetes.io/name": "flow-mcp", "app.kubernetes.io/managed-by": "flow-mcp"}
_CONTAINER = "flow-mcp"
# After SIGTERM, running steps finish and Pulumi releases its locks. Some steps poll Entra for minutes.
_GRACE_SECONDS = 600
_RETRIES = 2
_WEEK_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True)
class Cluster:
    """What the manifests of a cluster need.

    Attributes:
        image: an image with the project as its working directory, and `flow-mcp` and `pulumi` on its PATH.
        shards: the number of pods.
        workers: the number of tenants that a pod processes at the same time.
        secret: the name of the Secret with the environment variables of an update.
        backend: the address of Pulumi's backend; None if the Secret contains it.
        schedule: when to look for drift, as in crontab, in UTC.
    """

    image: str
    shards: int
    workers: int = 3
    secret: str = "flow-mcp"  # noqa: S105 the name of an object
    backend: str | None = None
    schedule: str = "0 2 * * *"


def manifests(cluster: Cluster) -> str:
    """Return a ServiceAccount, the Job and the CronJob as YAML.

    Raises:
        ManifestError: the backend's address contains a password.
    """
    shard = f'--shard "$((JOB_COMPLETION_INDEX + 1))/{cluster.shards}"'
    workers = f"--workers {cluster.workers}"
    update = _job(cluster, f"exec flow-mcp up --all --yes {workers} {shard}", (BLOCKED,))
    drift = _job(cluster, f"exec flow-mcp drift --json {shard}", (NEEDS_APPROVAL, BLOCKED))
    # A Job cannot be changed. With a digest of its content in its name, another image makes another Job, and
    # the same manifest can be applied again.
    digest = sha256(json.dumps(update, sort_keys=True).encode()).hexdigest()[:10]
    return yaml_text(
        (
            "Written by `flow-mcp fleet manifests kubernetes`.",
            f"The Secret {cluster.secret} has the environment variables of an update, such as",
            "PULUMI_CONFIG_PASSPHRASE and the credentials of the authorization servers:",
            f"  kubectl create secret generic {cluster.secret} --from-env-file=FILE",
        ),
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "flow-mcp", "labels": _LABELS},
            "automountServiceAccountToken": False,
        },
        {
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": f"flow-mcp-up-{digest}", "labels": _LABELS},
            "spec": {**update, "ttlSecondsAfterFinished": _WEEK_SECONDS},
        },
        {
            "apiVersion": "batch/v1",
            "kind": "CronJob",
            "metadata": {"name": "flow-mcp-drift", "labels": _LABELS},
            "spec": {
                "schedule": cluster.schedule,
                "timeZone": "Etc/UTC",
                "concurrencyPolicy": "Forbid",
                "jobTemplate": {"spec": drift},
            },
        },
    )


def _job(cluster: Cluster, command: str, final_codes: Sequence[int]) -> Mapping[str, Any]:
    backend = public_url(cluster.backend) if cluster.backend is not None else None
    memory = f"{cluster.workers * MEMORY_OF_A_WORKER}Mi"
    return {
        "completionMode": "Indexed",
        "completions": cluster.shards,
        "parallelism": cluster.shards,
        # A failed shard starts again, and its next run continues. The other shards go on.
        "backoffLimitPerIndex": _RETRIES,
        "podFailurePolicy": {
            "rules": [
                {
                    "action": "FailIndex",
                    "onExitCodes": {
                        "containerName": _CONTAINER,
                        "operator": "In",
                        "values": [*final_codes],
                    },
                },
                {
                    "action": "Ignore",
                    "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}],
                },
            ]
        },
        "template": {
            "metadata": {"labels": _LABELS},
            "spec": {
                "serviceAccountName": "flow-mcp",
                "automountServiceAccountToken": False,
                "restartPolicy": "Never",
                "terminationGracePeriodSeconds": _GRACE_SECONDS,
                "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
                "containers": [
                    {
                        "name": _CONTAINER,
                        "image": cluster.image,
                        "command": ["/bin/sh", "-c", command],
                        **(
                            {"env": [{"name": "PULUMI_BACKEND_URL", "value": backend}]}
                            if backend is not None
                            else {}
                        ),
                        "envFrom": [{"secretRef": {"name": cluster.secret}}],
                        "resources": {
                            "requests": {"cpu": "1", "memory": memory},
                            "limits": {"memory": memory},
                        },
                        "securityContext": {
                            "allowPrivilegeEscalation": False,
                            "capabilities": {"drop": ["ALL"]},
                        },
                    }
                ],
            },
        },
    }
