"""The tenants of one server, and the look-up of the tenant that an address belongs to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from flow_mcp.runtime.keys import KeyCache
from flow_mcp.runtime.validator import Validator

if TYPE_CHECKING:
    from flow_mcp.settings import ProtectedResource, SettingsDocument


class TenantResource(NamedTuple):
    """The tenant and the protected resource that an address belongs to."""

    tenant: str
    validator: Validator
    resource: ProtectedResource | None
    """None while the tenant is closed, because its settings have been invalid for too long."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Result of a readiness probe."""

    ready: bool
    """False if the server would answer every call 401."""
    alarms: dict[str, str]
    """Problems of settings files by file name, for logs. They must not be sent to callers."""


class TenantSource(Protocol):
    """The interface that `ProtectedResourceMiddleware` needs: `Tenants` or a `SettingsDirectory`."""

    def find(self, address: str) -> TenantResource | None:
        """Return the tenant whose protected resource is the address or a prefix of it. It never waits."""

    def readiness(self) -> Readiness:
        """Return whether calls can be decided."""


class Tenants:
    """Tenants with fixed settings, and an index of their protected resources' addresses.

    Args:
        settings: Settings documents, one for each tenant.
        keys: The cache of authorization servers' keys.
        clock: Returns seconds since 1970.

    Raises:
        ValueError: an address belongs to two tenants.
    """

    def __init__(
        self,
        settings: Iterable[SettingsDocument],
        keys: KeyCache | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        cache = KeyCache() if keys is None else keys
        documents = list(settings)
        for first, second in overlapping(
            (resource.url, document.tenant)
            for document in documents
            for resource in document.protected_resources
        ):
            raise ValueError(f"protected resources of the tenants {first} and {second} overlap")
        self._index = AddressIndex(
            (resource.url, TenantResource(document.tenant, validator, resource))
            for document in documents
            for validator in (Validator(document, cache, clock),)
            for resource in document.protected_resources
        )

    def find(self, address: str) -> TenantResource | None:
        """Return the protected resource with the longest prefix of the address in whole segments, or None."""
        return self._index.find(address)

    def readiness(self) -> Readiness:
        """Return that the server is ready: fixed settings are always valid."""
        return Readiness(ready=True, alarms={})


class AddressIndex:
    """Protected resources by URL; the time of a look-up does not grow with their number."""

    def __init__(self, resources: Iterable[tuple[str, TenantResource]]) -> None:
        self._resources = dict(resources)
        self._longest = max(map(len, self._resources), default=0)

    def find(self, address: str) -> TenantResource | None:
        """Return the protected resource with the longest prefix of the address in whole segments, or None.

        The comparison is byte for byte. `decide` rejects ambiguous addresses later.
        """
        end = len(address)
        if end > self._longest:
            end = address.rfind("/", 0, self._longest + 1)
        while end > 0:
            match = self._resources.get(address[:end])
            if match is not None:
                return match
            end = address.rfind("/", 0, end)
        return None


def overlapping(owned: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """List the pairs of owners that have the same URL, or URLs of which one is a prefix in whole segments.

    Every owner with such a conflict is in at least one pair.

    Args:
        owned: Pairs of URL and owner.
    """
    pairs: dict[tuple[str, str], None] = {}
    above: list[tuple[str, str]] = []
    for prefix, owner in sorted((url + "/", owner) for url, owner in owned):
        while above and not prefix.startswith(above[-1][0]):
            above.pop()
        pairs.update({(owner_above, owner): None for _, owner_above in above if owner_above != owner})
        above.append((prefix, owner))
    return list(pairs)
