"""Measure the import of the runtime and the loading of tenants."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import sample
from benchmarks.figures import Figure
from flow_mcp.settings import SettingsEnvelope

TENANTS, ROUNDS = 1000, 7

_IMPORT = """
import json, sys, time
start = time.perf_counter(), time.process_time()
import flow_mcp.runtime
took = time.perf_counter() - start[0], time.process_time() - start[1]
print(json.dumps([*took, "pulumi" in sys.modules]))
"""
_LOAD = """
import gc, json, sys, time
import pydantic
from flow_mcp.runtime import SettingsDirectory
from flow_mcp.settings import SettingsEnvelope
from benchmarks.memory import resident_bytes

gc.collect()
before, start = resident_bytes(), time.perf_counter()
directory = SettingsDirectory(sys.argv[1])
loaded = time.perf_counter()
directory.scan()
scanned = time.perf_counter()
gc.collect()
print(json.dumps([loaded - start, scanned - loaded, resident_bytes() - before]))
"""


def measure_import() -> list[Figure]:
    """Measure the import in new processes; the minimum is the import without other load."""
    results = [_run(_IMPORT) for _ in range(ROUNDS)]
    if any(pulumi for *_, pulumi in results):
        raise RuntimeError("flow_mcp.runtime imports Pulumi")
    return [
        Figure("import flow_mcp.runtime", tuple(1000 * wall for wall, *_ in results), "ms", 150),
        Figure("… processor time of it", tuple(1000 * cpu for _, cpu, _ in results), "ms"),
    ]


def measure_tenants() -> list[Figure]:
    """Measure time and memory to load 1,000 tenants in new processes, and a scan without changes."""
    with tempfile.TemporaryDirectory(prefix="flow-mcp-bench-") as directory:
        for number in range(TENANTS):
            tenant = f"tenant-{number:04}"
            envelope = SettingsEnvelope.of(sample.settings(tenant), number + 1)
            (Path(directory) / f"{tenant}.json").write_text(envelope.to_json())
        results = [_run(_LOAD, directory) for _ in range(ROUNDS)]
    return [
        Figure("1,000 tenants loaded", tuple(load for load, *_ in results), "s", 1.0),
        Figure("1,000 tenants in memory", tuple(memory / 1e6 for *_, memory in results), "MB", 50),
        Figure("a look for changes in 1,000 files", tuple(1000 * look for _, look, _ in results), "ms"),
    ]


def _run(program: str, *arguments: str) -> list[float]:
    answer = subprocess.run(
        [sys.executable, "-c", program, *arguments], check=True, capture_output=True, text=True, timeout=120
    )
    values: list[float] = json.loads(answer.stdout)
    return values
