"""Load tenants' settings from a directory, and reload files that change."""

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
from flow_mcp.runtime.tenants import Readiness, TenantResource

_log = logging.getLogger("flow_mcp.runtime")


class SettingsDirectoryError(FlowMcpError):
    """The settings directory cannot be read at the start."""


class SettingsDirectory:
    """Tenants with the settings of a directory's files `<tenant>.json`, which `flow-mcp export` writes.

    A thread, which the first call starts, looks for changes every `poll_seconds`. Polling works with every
    way to replace files: renaming, the links that Kubernetes swaps, and network drives.

    - A new file is used as a whole or not at all. Running calls end with the settings with which they began.
    - A file can become invalid: unreadable, malformed, with a wrong digest, a lower revision than before, or
      an address of another tenant. The last valid settings then stay in force for `kept_while_broken`;
      afterwards every call of the tenant is answered 401. The same applies to all tenants when the directory
      itself cannot be read.
    - A deleted file closes the tenant at once and resets its revision. To roll back to a lower revision,
      delete the file first.

    Args:
        path: The directory.
        keys: The cache of authorization servers' keys, for all tenants.
        poll_seconds: Seconds between two scans of the directory.
        kept_while_broken: Seconds during which the last valid settings stay in force.
        clock: Returns monotonic time in seconds.
        wall_clock: Returns seconds since 1970, for tokens.

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
        """Stop looking for changes."""
        self._poller.stop()

    def find(self, address: str) -> TenantResource | None:
        """Return the protected resource with the longest prefix of the address, or None. It never waits."""
        self._poller.keep_running()
        snapshot = self._loaded.snapshot
        match = snapshot.resources.find(address)
        if match is None:
            return None
        # After a failed scan the settings of every tenant may be out of date.
        uncertain_since = self._scanned_at
        if match.tenant in snapshot.broken_since:
            uncertain_since = min(uncertain_since, snapshot.broken_since[match.tenant])
        return (
            match
            if self._clock() < uncertain_since + self._kept
            else TenantResource(match.tenant, CLOSED, None)
        )

    def readiness(self) -> Readiness:
        """Return alarms and readiness: a tenant is served, or there are neither tenants nor alarms."""
        self._poller.keep_running()
        snapshot, problem, now = self._loaded.snapshot, self._problem, self._clock()
        alarms = snapshot.alarms | ({str(self._path): problem} if problem else {})
        serving = snapshot.valid_count > 0 or any(
            now < since + self._kept for since in snapshot.broken_since.values()
        )
        return Readiness(now < self._scanned_at + self._kept and (serving or not alarms), alarms)

    def scan(self) -> None:
        """Scan the directory now and load changed files."""
        with self._scanning:
            started_at = self._clock()
            try:
                stamps = self._stamps()
            except (FileNotFoundError, NotADirectoryError):
                stamps = {}
                problem: str | None = (
                    f"The settings directory {self._path} does not exist: every tenant is closed. "
                    "Check the path, or mount the volume."
                )
            except OSError as error:
                self._alarm(
                    f"The settings directory {self._path} cannot be read: {error}. "
                    f"Loaded settings stay in force for {self._kept:g} seconds."
                )
                return
            else:
                problem = None
            self._loaded.update(stamps)
            self._alarm(problem)
            self._scanned_at = started_at

    def _stamps(self) -> dict[str, Stamp | None]:
        """Return the stamps of tenants' files, for `LoadedSettings.update`."""
        stamps: dict[str, Stamp | None] = {}
        for name in os.listdir(self._path):  # noqa: PTH208 faster; only names are needed
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
