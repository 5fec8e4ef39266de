"""Kill runs over tenants at random moments of their progress.

The progress of a run is the processor time that it and all its processes have used. Unlike the time on the
clock, it does not depend on what else the machine does, so that the moments are spread over the whole run.
"""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults import processes
from tests.faults.fleet import PASSED, Fleet

_POLL_SECONDS = 0.1
_RUN = ("up", "--all", "--yes")


@dataclass(frozen=True)
class Progress:
    """The progress of a complete run.

    Attributes:
        first_update: processor seconds at the start of the first `pulumi up`.
        end: processor seconds at the end.
    """

    first_update: float
    end: float

    @classmethod
    def measured(cls, fleet: Fleet) -> Progress:
        """Measure a run over tenants that declare a change."""
        process = fleet.start(*_RUN)
        first_update = end = 0.0
        while process.poll() is None:
            end = max(end, processes.processor_seconds(process))
            if not first_update and processes.updates(process):
                first_update = end
            time.sleep(_POLL_SECONDS)
        statuses = {result["status"] for result in fleet.parsed(*process.communicate()).values()}
        assert statuses == {"updated"}, statuses
        return cls(first_update, end)


def kill(fleet: Fleet, moments: random.Random, progress: Progress) -> tuple[str, str]:
    """Start a run, and kill it with its updates, or in one of three cases one `pulumi up` alone.

    Args:
        fleet: tenants that declare a change.
        moments: the source of the moment.
        progress: the progress of a complete run.

    Returns:
        What was killed, and when; both are empty if the run ended before.
    """
    of_update = moments.random() < 1 / 3
    moment = moments.uniform(progress.first_update if of_update else 0.0, progress.end)
    killed = (_kill_update if of_update else _kill_run)(fleet, moment)
    return killed, killed and f"at {moment:.1f} of {progress.end:.1f} processor seconds"


def _kill_run(fleet: Fleet, moment: float) -> str:
    process = _started(fleet, moment)
    running = len(processes.updates(process))
    has_ended = process.poll() is not None
    processes.kill_all(process)
    stdout, _ = process.communicate()
    return "" if has_ended else f"run in its step {_step(stdout)}, with {running} updates"


def _kill_update(fleet: Fleet, moment: float) -> str:
    process = _started(fleet, moment, processes.updates)
    running = processes.updates(process)
    processes.kill(running[:1])
    stdout, stderr = process.communicate()
    statuses = sorted(result["status"] for result in fleet.parsed(stdout, stderr).values())
    assert {*statuses} <= {*PASSED, "failed"}, stdout + stderr
    return f"Pulumi, tenants {' and '.join(statuses)}" if running else ""


def _started(
    fleet: Fleet, moment: float, until: Callable[[subprocess.Popen[str]], object] = lambda _: True
) -> subprocess.Popen[str]:
    """Start a run, and wait until it has reached a moment and a condition holds, or until its end."""
    process = fleet.start(*_RUN)
    while process.poll() is None:
        if processes.processor_seconds(process) >= moment and until(process):
            break
        time.sleep(_POLL_SECONDS)
    return process


def _step(stdout: str) -> str:
    """Return the name of the last step that a run began."""
    events = [json.loads(line) for line in stdout.splitlines()]
    return next((event["phase"] for event in reversed(events) if event["event"] == "phase"), "start")
