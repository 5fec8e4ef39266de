"""The settings in force of all tenants, and the problems of their files."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import NamedTuple

from flow_mcp.runtime.keys import KeyCache
from flow_mcp.runtime.proofs import ProofMemory
from flow_mcp.runtime.settings_file import SettingsFileError, Stamp, TenantSettings, read_settings
from flow_mcp.runtime.telemetry import counter
from flow_mcp.runtime.tenants import AddressIndex, TenantResource, overlapping
from flow_mcp.runtime.validator import Validator

_log = logging.getLogger("flow_mcp.runtime")
CLOSED = Validator(None)


class Snapshot(NamedTuple):
    """The settings by which calls are decided; each change creates a new snapshot for consistent reads."""

    resources: AddressIndex
    broken_since: dict[str, float]
    """Times since when the file of a tenant with valid settings in force cannot be used, by tenant."""
    alarms: dict[str, str]
    """Problems by file name."""
    valid_count: int
    """Number of tenants whose files are valid."""


@dataclass(slots=True)
class _File:
    stamp: Stamp | None = None
    good: TenantSettings | None = None
    validator: Validator = CLOSED
    problem: str | None = None
    broken_at: float = inf
    proofs: ProofMemory = field(default_factory=ProofMemory)
    """Kept when the settings change, so that no proof can be used again."""


class LoadedSettings:
    """The settings loaded from a directory's files. Only one thread at a time may update it.

    Args:
        path: The directory.
        keys: The cache of authorization servers' keys; keys of servers that are no longer used are removed.
        kept_while_broken: Seconds that the last valid settings stay in force; only for the log.
        clock: Returns monotonic time in seconds.
        wall_clock: Returns seconds since 1970, for tokens.
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
            "flow_mcp.settings.refused", "{file}", "Settings files that could not be used."
        )
        self.snapshot = Snapshot(AddressIndex(()), {}, {}, 0)

    def update(self, stamps: Mapping[str, Stamp | None]) -> None:
        """Load changed files, and close tenants whose files were deleted.

        Args:
            stamps: Stamps by tenant; None if the file exists and cannot be accessed.
        """
        deleted = self._files.keys() - stamps.keys()
        changed = {
            tenant
            for tenant, current in stamps.items()
            if tenant not in self._files or current is None or current != self._files[tenant].stamp
        }
        if not deleted and not changed:
            return
        for tenant in sorted(deleted):
            del self._files[tenant]
            _log.warning("Tenant %r is closed: its settings file was deleted.", tenant)
        # A rejected file may be valid now: the conflicting address of another tenant may have been removed.
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
                settings = read_settings(path)
                _reject_older(path, settings, self._files[tenant].good)
                new[tenant] = settings
            except SettingsFileError as error:
                problems[tenant] = str(error)
            except Exception as error:
                # One tenant's file must not stop the loading of the others.
                _log.exception("Unexpected error while reading %s", path)
                problems[tenant] = f"{path} was rejected: {type(error).__name__}."
        while conflicts := self._conflicts(new):
            for tenant, other_tenant in conflicts:
                new.pop(tenant, None)
                problems[tenant] = (
                    f"{self._path / f'{tenant}.json'} was rejected: one of its protected resources is "
                    f"equal to, above or below a protected resource of the tenant {other_tenant!r}."
                )
        for tenant, settings in new.items():
            self._accept(self._files[tenant], settings)
        for tenant, problem in problems.items():
            self._refuse(tenant, self._files[tenant], problem)

    def _conflicts(self, new: Mapping[str, TenantSettings]) -> list[tuple[str, str]]:
        """List the tenants whose new settings have an address of another tenant, with that tenant."""
        present = {tenant: file.good for tenant, file in self._files.items() if file.good} | dict(new)
        pairs = overlapping(
            (resource.url, tenant)
            for tenant, settings in present.items()
            for resource in settings.document.protected_resources
        )
        return [
            pair for first, second in pairs for pair in ((first, second), (second, first)) if pair[0] in new
        ]

    def _accept(self, file: _File, settings: TenantSettings) -> None:
        if file.good is None or file.good.digest != settings.digest:
            file.validator = Validator(settings.document, self._keys, self._wall_clock, proofs=file.proofs)
            _log.info("Tenant %r: loaded settings of revision %d.", settings.tenant, settings.revision)
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
                (resource.url, TenantResource(tenant, file.validator, resource))
                for tenant, (file, settings) in good.items()
                for resource in settings.document.protected_resources
            ),
            {tenant: file.broken_at for tenant, (file, _) in good.items() if file.problem},
            {f"{tenant}.json": file.problem for tenant, file in self._files.items() if file.problem},
            sum(not file.problem for file, _ in good.values()),
        )


def _reject_older(path: Path, new: TenantSettings, good: TenantSettings | None) -> None:
    if good is None or new.revision > good.revision:
        return
    if new.revision < good.revision:
        raise SettingsFileError(
            f"{path} was rejected: its revision {new.revision} is lower than {good.revision}, which was "
            "loaded before. To roll back, delete the file first."
        )
    if new.digest != good.digest:
        raise SettingsFileError(
            f"{path} was rejected: it has the revision {new.revision} of the loaded settings but other "
            "content. Export it again."
        )
