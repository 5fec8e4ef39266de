"""What 100,000 tenants cost, computed from the measured figures of README.md; docs/scale.md has the tables.

`python -m benchmarks.scale` prints the tables; tests/unit/test_scale.py compares the page with them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.fleet import STATE_BYTES
from flow_mcp.engine.fleet.records import Record

TENANTS = 100_000
_SHARDS = (1, 10, 50, 100)
_README = Path(__file__).parent / "README.md"
_STATES = Path(__file__).parents[1] / "tests" / "recorded"
_SAMPLES = {
    "`flow-entra`, [sample](../stacks/Pulumi.fabrikam.yaml)": ("fabrikam.azuread-6.11.1.json", "azuread:"),
    "`entra`, [sample](../stacks/Pulumi.contoso.yaml)": ("contoso.azuread-6.11.1.json", "azuread:"),
    "`auth0`, [sample](../stacks/Pulumi.initech.yaml)": ("initech.auth0-3.55.1.json", "auth0:"),
}
_ENTRA_OBJECTS = ("azuread:index/application:Application", "azuread:index/servicePrincipal:ServicePrincipal")
# With a verified domain:
# https://learn.microsoft.com/entra/identity/users/directory-service-limits-restrictions
_ENTRA_QUOTA = 300_000
# Of an app in a tenant:
# https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
_GRAPH_WRITES_PER_SECOND = 3_000 / 150
# Of a production tenant:
# https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy
_AUTH0_REQUESTS_PER_SECOND = 16


def tables() -> str:
    """Return the tables as Markdown."""
    return "\n".join((*_time(), "", *_state(), "", *_quota(), ""))


def measured(label: str) -> float:
    """Return the median of a measurement in the table of README.md, without its unit.

    Raises:
        ValueError: the table has no such row.
    """
    for line in _README.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == label:
            return float(cells[1].split()[0].replace(",", ""))
    raise ValueError(f"{_README} has no row {label!r}")


def resources(state: str, prefix: str) -> Counter[str]:
    """Return the number of resources of a provider in a recorded state, by type."""
    content = json.loads((_STATES / state).read_text(encoding="utf-8"))
    types = (resource["type"] for resource in content["resources"])
    return Counter(name for name in types if name.startswith(prefix))


def _time() -> Iterator[str]:
    compare = measured("… listed by Pulumi: `flow-mcp up --all`") / 1000
    compare_cpu = measured("… listed by Pulumi, processor time") / 1000
    preview = measured("6 tenants forced, none changed: a tenant")
    yield "| shards | tenants in a shard | nothing changed | processor time of all shards | all previewed |"
    yield "|---|---|---|---|---|"
    for shards in _SHARDS:
        # Pulumi reads the states of all tenants in each shard.
        survey = compare * TENANTS
        yield (
            f"| {shards} | {TENANTS // shards:,} | {_duration(survey)} "
            f"| {_duration(compare_cpu * TENANTS * shards)} "
            f"| {_duration(survey + preview * TENANTS / shards)} |"
        )


def _state() -> Iterator[str]:
    record = Record(fingerprint=f"sha256:{'0' * 64}", updated="2026-11-30T10:00:00.000Z", resources=42)
    size = len(json.dumps({"tenant-000000": record.model_dump(mode="json")}))
    yield "| data | one tenant | 100,000 tenants |"
    yield "|---|---|---|"
    yield f"| state | {STATE_BYTES / 1000:.0f} kB | {STATE_BYTES * TENANTS / 1e9:.1f} GB |"
    yield f"| record | {size} bytes | {size * TENANTS / 1e6:.0f} MB |"


def _quota() -> Iterator[str]:
    head = (
        "tenants",
        "objects at the server",
        "requests, at least",
        "limit",
        "100,000 tenants at one server",
    )
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for name, (state, prefix) in _SAMPLES.items():
        counts = resources(state, prefix)
        total = counts.total()
        if prefix == "azuread:":
            objects = sum(counts[kind] for kind in _ENTRA_OBJECTS)
            rate, limit = _GRAPH_WRITES_PER_SECOND, f"{_GRAPH_WRITES_PER_SECOND:.0f} writes a second"
            held = f"{objects} applications and service principals"
            fit = f"; {_ENTRA_QUOTA // objects:,} tenants fill the quota of {_ENTRA_QUOTA:,} objects"
        else:
            rate, limit = float(_AUTH0_REQUESTS_PER_SECOND), f"{_AUTH0_REQUESTS_PER_SECOND} requests a second"
            held, fit = f"{total}", ""
        yield f"| {name} | {held} | {total} | {limit} | {_duration(total * TENANTS / rate)}{fit} |"


def _duration(seconds: float) -> str:
    for unit, size in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}" if seconds >= 10 * size else f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


if __name__ == "__main__":
    print(tables())  # noqa: T201 the output of the command
