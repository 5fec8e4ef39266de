"""Tenants on the real engine at PostgreSQL: an Indexed Job's pods, and an approval applied in shards.

These tenants need no authorization server: an administrator registers their clients by hand.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from flow_mcp.engine.fleet.shards import Shard
from flow_mcp.operations.manifests.kubernetes import Cluster, manifests
from flow_mcp.review.diff.document import tree_digest
from tests.backends.backend import BackendProject
from tests.backends.postgresql import PostgreSql
from tests.conftest import REPOSITORY
from tests.live.command import flow_mcp

SAMPLE = (REPOSITORY / "stacks" / "Pulumi.northwind.yaml").read_text(encoding="utf-8")
NAMES = ("a-1", "a-2", "b-1")
CLIENT, OTHER = "2c1b0a9f-8e7d-4c6b-a5f4-e3d2c1b0a9f8", "2c1b0a9f-8e7d-4c6b-a5f4-e3d2c1b0a9f9"
SHARDS = 2


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSql]:
    with PostgreSql() as server:
        yield server


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSql) -> BackendProject:
    scratch = BackendProject.at(postgresql, tmp_path_factory.mktemp("shards"), {})
    for name in NAMES:
        declare(scratch, name, CLIENT)
    assert {len(Shard(number, SHARDS).select(NAMES)) for number in (1, 2)} == {1, 2}
    return scratch


def declare(scratch: BackendProject, name: str, client: str) -> None:
    own = SAMPLE.replace("id: northwind", f"id: {name}").replace(CLIENT, client)
    scratch.declare(name, own.replace("flow.northwind.example", f"{name}.northwind.example"))


def updates(postgresql: PostgreSql) -> dict[str, int]:
    """Return the number of updates of each tenant in Pulumi's history."""
    keys = postgresql.keys()
    return {
        name: sum(
            key.startswith(f".pulumi/history/flow-mcp/{name}/") and key.endswith(".history.json")
            for key in keys
        )
        for name in NAMES
    }


def clients(scratch: BackendProject) -> dict[str, str]:
    return {name: scratch.outputs(name)["clientIds"]["nightly-agent"] for name in NAMES}


def pods(scratch: BackendProject) -> list[tuple[int, str, str]]:
    """Run the command of the Job's container once for each index, all at the same time."""
    job = next(
        document
        for document in yaml.safe_load_all(manifests(Cluster("image", SHARDS, workers=1)))
        if document["kind"] == "Job"
    )
    assert job["spec"]["completions"] == SHARDS
    (container,) = job["spec"]["template"]["spec"]["containers"]
    environment = scratch.environment()
    path = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    processes = [
        subprocess.Popen(
            container["command"],
            cwd=scratch.project.directory,
            # A pod with one processor: Pulumi opens two connections to PostgreSQL at most.
            env={**environment, "PATH": path, "JOB_COMPLETION_INDEX": str(index), "GOMAXPROCS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for index in range(job["spec"]["completions"])
    ]
    printed = [process.communicate(timeout=900) for process in processes]
    return [
        (process.returncode, stdout, stderr)
        for process, (stdout, stderr) in zip(processes, printed, strict=True)
    ]


def test_the_pods_of_the_indexed_job_update_each_tenant_exactly_once(
    scratch: BackendProject, postgresql: PostgreSql
) -> None:
    ended = pods(scratch)
    assert [code for code, _, _ in ended] == [0, 0], ended
    sizes = [len(Shard(number, SHARDS).select(NAMES)) for number in (1, 2)]
    assert [stdout.splitlines()[-1].split(";")[0] for _, stdout, _ in ended] == [
        f"{size} tenant{'' if size == 1 else 's'}: {size} updated" for size in sizes
    ]
    assert updates(postgresql) == dict.fromkeys(NAMES, 1)
    assert clients(scratch) == dict.fromkeys(NAMES, CLIENT)
    assert postgresql.locks() == []
    assert all(postgresql.password not in stdout + stderr for _, stdout, stderr in ended)

    # The records of the shards are complete, for the same shards and for a run without shards.
    assert [stdout.splitlines()[-1].split(";")[0] for _, stdout, _ in pods(scratch)] == [
        f"{size} tenant{'' if size == 1 else 's'}: {size} unchanged" for size in sizes
    ]
    status = flow_mcp(scratch, "status", "--json")
    assert {tenant["stack"]: tenant["reason"] for tenant in json.loads(status.stdout)} == dict.fromkeys(
        NAMES, "unchanged"
    )


def gate(scratch: BackendProject, *arguments: str) -> tuple[int, dict[str, Any], str]:
    process = flow_mcp(scratch, "gate", *arguments, "--as-of", "2026-11-25")
    assert "Traceback" not in process.stderr
    return process.returncode, json.loads(process.stdout), process.stderr


def test_an_approval_is_applied_in_shards_without_the_tenant_that_changed_after_it(
    scratch: BackendProject, postgresql: PostgreSql
) -> None:
    for name in NAMES:
        declare(scratch, name, OTHER)
    tree = scratch.project.directory / "tree.json"
    code, shown, stderr = gate(scratch, "preview", "--all", "--format", "json", "--tree-to", str(tree))
    content = json.loads(tree.read_text("utf-8"))
    assert code == 3, stderr
    assert shown["digest"] == content["digest"] == tree_digest(content["tenants"])
    assert [*content["tenants"]] == [*NAMES]

    before = updates(postgresql)
    declare(scratch, "b-1", CLIENT.replace("2c1b", "9999"))
    approval = ("--approved", content["digest"], "--tree", str(tree), "--json")
    results: dict[str, str] = {}
    codes: set[int] = set()
    for number in range(1, SHARDS + 1):
        code, applied, stderr = gate(scratch, "apply", "--all", "--shard", f"{number}/{SHARDS}", *approval)
        results |= {result["tenant"]: result["status"] for result in applied["results"]}
        codes.add(code)
        if "b-1" in Shard(number, SHARDS).select(NAMES):
            assert "flow-mcp: b-1: its change is not the approved one: the approved digest is" in stderr
    assert (results, codes) == ({"a-1": "updated", "a-2": "updated", "b-1": "refused"}, {0, 3})
    assert clients(scratch) == {"a-1": OTHER, "a-2": OTHER, "b-1": CLIENT}
    assert updates(postgresql) == {"a-1": before["a-1"] + 1, "a-2": before["a-2"] + 1, "b-1": before["b-1"]}

    # The approval still permits the change that was approved, and the other tenants have nothing to apply.
    declare(scratch, "b-1", OTHER)
    code, applied, stderr = gate(scratch, "apply", "--all", *approval)
    assert code == 0, stderr
    assert {result["tenant"]: result["status"] for result in applied["results"]} == {
        "a-1": "unchanged",
        "a-2": "unchanged",
        "b-1": "updated",
    }
    assert clients(scratch) == dict.fromkeys(NAMES, OTHER)
