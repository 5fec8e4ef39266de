"""Tenants' settings from a directory of files, followed while the server runs."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Self

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.runtime.keys import KeyCache
from flow_mcp.runtime.loaded import CLOSED, LoadedSettings
from flow_mcp.runtime.poller import Poller
from flow_mcp.runtime.settings_file import Stamp, stamp
from flow_mcp.runtime.tenants import Place, Readiness

_log = logging.getLogger("flow_mcp.runtime")


class SettingsDirectoryError(FlowMcpError):
    """There is no directory of settings to start with."""


class SettingsDirectory:
    """Tenants by the files `<tenant>.json` of a directory, as `flow-mcp export` writes them.

    Changes are found by looking every `poll_seconds`, in a thread that the first call starts. That works
    with every way of replacing files: by renaming, by the links that Kubernetes swaps, on network drives.

    - A new file is taken as a whole or not at all; calls under way end by the settings they began with.
    - A file that cannot be used (unreadable, broken, another digest than it says, a lower revision than was
      seen, an address that is another tenant's) leaves the last good settings in force for
      `kept_while_broken`; then every call of the tenant is answered 401. So it is for all tenants when the
      directory itself cannot be read.
    - A deleted file closes the tenant at once, and its revision is forgotten: deleting is the way back.

    Args:
        path: The directory.
        keys: Where authorization servers' keys are kept, for all tenants.
        poll_seconds: How often to look.
        kept_while_broken: Seconds.
        clock: Monotonic time in seconds.
        wall_clock: Seconds since 1970, for tokens.

    Raises:
        SettingsDirectoryError: the directory cannot be read.
    """

    def __init__(
        self,
        path: Path | str,
        keys: KeyCache | None = None,
        *,
        poll_seconds: float = 1.0,
        kept_while_broken: float = 3600.0,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._path = Path(path)
        self._kept = kept_while_broken
        self._clock = clock
        cache = KeyCache() if keys is None else keys
        self._loaded = LoadedSettings(self._path, cache, kept_while_broken, clock, wall_clock)
        self._problem: str | None = None
        self._scanning = Lock()
        self._scanned_at = clock()
        self._poller = Poller(self.scan, poll_seconds)
        self.scan()
        if self._problem is not None:
            raise SettingsDirectoryError(self._problem)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Follow changes no longer."""
        self._poller.stop()

    def find(self, address: str) -> Place | None:
        """Find the place with the longest prefix of the address, in whole segments. It never waits."""
        self._poller.keep_running()
        snapshot = self._loaded.snapshot
        place = snapshot.places.find(address)
        if place is None:
            return None
        # After a scan that failed nothing is known to be as the files say, whoever's.
        doubtful_since = self._scanned_at
        if place.tenant in snapshot.broken_since:
            doubtful_since = min(doubtful_since, snapshot.broken_since[place.tenant])
        return place if self._clock() < doubtful_since + self._kept else Place(place.tenant, CLOSED, None)

    def readiness(self) -> Readiness:
        """Tell what is wrong; ready is who serves a tenant, or has none and is sure of it."""
        self._poller.keep_running()
        snapshot, problem, now = self._loaded.snapshot, self._problem, self._clock()
        alarms = snapshot.alarms | ({str(self._path): problem} if problem else {})
        serving = snapshot.sound > 0 or any(
            now < since + self._kept for since in snapshot.broken_since.values()
        )
        return Readiness(now < self._scanned_at + self._kept and (serving or not alarms), alarms)

    def scan(self) -> None:
        """Look for changes now, and take them over."""
        with self._scanning:
            started_at = self._clock()
            try:
                stamps = self._stamps()
            except (FileNotFoundError, NotADirectoryError):
                stamps = {}
                problem: str | None = (
                    f"The directory of settings {self._path} is not there: every tenant is closed. "
                    "Check the path, or that the volume is mounted."
                )
            except OSError as error:
                self._alarm(
                    f"The directory of settings {self._path} cannot be read: {error}. "
                    f"What was loaded stays in force for {self._kept:g} seconds."
                )
                return
            else:
                problem = None
            self._loaded.take_over(stamps)
            self._alarm(problem)
            self._scanned_at = started_at

    def _stamps(self) -> dict[str, Stamp | None]:
        """List tenants that have a file, see `LoadedSettings.take_over`."""
        stamps: dict[str, Stamp | None] = {}
        for name in os.listdir(self._path):  # noqa: PTH208 names are all that is needed, each second
            if not name.endswith(".json") or name.startswith("."):
                continue
            tenant = name.removesuffix(".json")
            try:
                stamps[tenant] = stamp(self._path / name)
            except FileNotFoundError:
                continue
            except OSError:
                stamps[tenant] = None
        return stamps

    def _alarm(self, problem: str | None) -> None:
        if problem is not None and problem != self._problem:
            _log.error("%s", problem)
        self._problem = problem
