"""The settings in force of every tenant that has a file, and what is wrong with the files."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import NamedTuple

from flow_mcp.runtime.keys import KeyCache
from flow_mcp.runtime.settings_file import SettingsFileError, Stamp, TenantSettings, read_settings
from flow_mcp.runtime.telemetry import counter
from flow_mcp.runtime.tenants import AddressIndex, Place, overlapping
from flow_mcp.runtime.validator import Validator

_log = logging.getLogger("flow_mcp.runtime")
CLOSED = Validator(None)


class Snapshot(NamedTuple):
    """What calls are decided by; made anew with each change, so that none sees half of one."""

    places: AddressIndex
    broken_since: dict[str, float]
    """Tenants that have good settings while their present file cannot be used."""
    alarms: dict[str, str]
    """What is wrong with a file, by its name."""
    sound: int
    """Tenants in order."""


@dataclass(slots=True)
class _File:
    stamp: Stamp | None = None
    good: TenantSettings | None = None
    validator: Validator = CLOSED
    problem: str | None = None
    broken_at: float = inf


class LoadedSettings:
    """Takes settings over from files, a tenant's as a whole or not at all. One thread at a time.

    Args:
        path: The directory.
        keys: Where keys are kept; told which servers are still in use.
        kept_while_broken: Seconds that the last good settings stay in force; only for the log.
        clock: Monotonic time in seconds.
        wall_clock: Seconds since 1970, for tokens.
    """

    def __init__(
        self,
        path: Path,
        keys: KeyCache,
        kept_while_broken: float,
        clock: Callable[[], float],
        wall_clock: Callable[[], float],
    ) -> None:
        self._path = path
        self._keys = keys
        self._kept = kept_while_broken
        self._clock = clock
        self._wall_clock = wall_clock
        self._files: dict[str, _File] = {}
        self._count_refused = counter(
            "flow_mcp.settings.refused", "{file}", "Files of settings that could not be used."
        )
        self.snapshot = Snapshot(AddressIndex(()), {}, {}, 0)

    def take_over(self, stamps: Mapping[str, Stamp | None]) -> None:
        """Read the files that changed, forget those that are gone.

        Args:
            stamps: By tenant; None if the file is there and cannot be looked at.
        """
        gone = self._files.keys() - stamps.keys()
        changed = {
            tenant
            for tenant, found in stamps.items()
            if tenant not in self._files or found is None or found != self._files[tenant].stamp
        }
        if not gone and not changed:
            return
        for tenant in sorted(gone):
            del self._files[tenant]
            _log.warning("Tenant %r is closed: its file of settings is gone.", tenant)
        # What was refused may be right now: an address that it claims may have become free.
        changed |= {tenant for tenant, file in self._files.items() if file.problem}
        for tenant in changed:
            self._files.setdefault(tenant, _File()).stamp = stamps[tenant]
        self._load(sorted(changed))
        self.snapshot = self._summary()
        self._keys.forget_all_but(
            server
            for file in self._files.values()
            if file.good
            for server in file.good.document.authorization_servers
        )

    def _load(self, tenants: Iterable[str]) -> None:
        new: dict[str, TenantSettings] = {}
        problems: dict[str, str] = {}
        for tenant in tenants:
            path = self._path / f"{tenant}.json"
            try:
                read = read_settings(path)
                _refuse_going_back(path, read, self._files[tenant].good)
                new[tenant] = read
            except SettingsFileError as error:
                problems[tenant] = str(error)
            except Exception as error:
                # Whatever is wrong with one tenant's file, the others' are followed.
                _log.exception("An unexpected error while %s was read", path)
                problems[tenant] = f"{path} is not used: {type(error).__name__}."
        while clashes := self._clashes(new):
            for tenant, other in clashes:
                new.pop(tenant, None)
                problems[tenant] = (
                    f"{self._path / f'{tenant}.json'} is not used: one of its protected resources is, or is "
                    f"above or below, one of the tenant {other!r}."
                )
        for tenant, settings in new.items():
            self._accept(self._files[tenant], settings)
        for tenant, problem in problems.items():
            self._refuse(tenant, self._files[tenant], problem)

    def _clashes(self, new: Mapping[str, TenantSettings]) -> list[tuple[str, str]]:
        """List new settings that claim an address of another tenant, and whose it is."""
        present = {tenant: file.good for tenant, file in self._files.items() if file.good} | dict(new)
        pairs = overlapping(
            (resource.url, tenant)
            for tenant, settings in present.items()
            for resource in settings.document.protected_resources
        )
        return [pair for one, other in pairs for pair in ((one, other), (other, one)) if pair[0] in new]

    def _accept(self, file: _File, settings: TenantSettings) -> None:
        if file.good is None or file.good.digest != settings.digest:
            file.validator = Validator(settings.document, self._keys, self._wall_clock)
            _log.info("Tenant %r: settings of revision %d.", settings.tenant, settings.revision)
        file.good, file.problem, file.broken_at = settings, None, inf

    def _refuse(self, tenant: str, file: _File, problem: str) -> None:
        now = self._clock()
        file.broken_at = min(file.broken_at, now)
        if problem == file.problem:
            return
        file.problem = problem
        left = file.broken_at + self._kept - now
        if file.good is None or left <= 0:
            _log.error("%s The tenant is closed.", problem)
        else:
            _log.error("%s Revision %d stays in force for %d seconds.", problem, file.good.revision, left)
        self._count_refused(1, {"flow_mcp.tenant": tenant})

    def _summary(self) -> Snapshot:
        good = {tenant: (file, file.good) for tenant, file in self._files.items() if file.good}
        return Snapshot(
            AddressIndex(
                (resource.url, Place(tenant, file.validator, resource))
                for tenant, (file, settings) in good.items()
                for resource in settings.document.protected_resources
            ),
            {tenant: file.broken_at for tenant, (file, _) in good.items() if file.problem},
            {f"{tenant}.json": file.problem for tenant, file in self._files.items() if file.problem},
            sum(not file.problem for file, _ in good.values()),
        )


def _refuse_going_back(path: Path, new: TenantSettings, good: TenantSettings | None) -> None:
    if good is None or new.revision > good.revision:
        return
    if new.revision < good.revision:
        raise SettingsFileError(
            f"{path} is not used: it has revision {new.revision}, and {good.revision} was seen already. "
            "To go back on purpose, delete the file first."
        )
    if new.digest != good.digest:
        raise SettingsFileError(
            f"{path} is not used: it has revision {new.revision} like the settings in force, but differs."
        )
