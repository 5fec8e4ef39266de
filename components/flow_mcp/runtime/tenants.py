"""The tenants of one server, and which of them an address belongs to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

from flow_mcp.runtime.keys import KeyCache
from flow_mcp.runtime.validator import Validator

if TYPE_CHECKING:
    from flow_mcp.settings import ProtectedResource, SettingsDocument


class Place(NamedTuple):
    """Where an address lies."""

    tenant: str
    validator: Validator
    resource: ProtectedResource | None
    """None while the tenant is closed: its settings are no longer good."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether a server can do its work."""

    ready: bool
    """False if it would answer every call 401."""
    alarms: dict[str, str]
    """What is wrong with whose settings, by file name; a sentence each. For logs, not for strangers."""


class TenantSource(Protocol):
    """What `ProtectedResourceMiddleware` asks for: `Tenants` or a `SettingsDirectory`."""

    def find(self, address: str) -> Place | None:
        """Find the tenant whose protected resource the address is, or is below of. It never waits."""

    def readiness(self) -> Readiness:
        """Tell whether calls can be decided."""


class Tenants:
    """Tenants whose settings do not change; the addresses of all their protected resources, indexed.

    Args:
        settings: Documents, one a tenant. No address may belong to two tenants.
        keys: Where keys are kept.
        clock: Seconds since 1970.
    """

    def __init__(
        self,
        settings: Iterable[SettingsDocument],
        keys: KeyCache | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        cache = KeyCache() if keys is None else keys
        documents = list(settings)
        for one, other in overlapping(
            (resource.url, document.tenant)
            for document in documents
            for resource in document.protected_resources
        ):
            raise ValueError(f"protected resources of the tenants {one} and {other} overlap")
        self._index = AddressIndex(
            (resource.url, Place(document.tenant, validator, resource))
            for document in documents
            for validator in (Validator(document, cache, clock),)
            for resource in document.protected_resources
        )

    def find(self, address: str) -> Place | None:
        """Find the place with the longest prefix of the address, in whole segments."""
        return self._index.find(address)

    def readiness(self) -> Readiness:
        """Fixed settings are always ready."""
        return Readiness(ready=True, alarms={})


class AddressIndex:
    """Places by the URL of their protected resource; a look-up takes the same time for any number of them."""

    def __init__(self, places: Iterable[tuple[str, Place]]) -> None:
        self._places = dict(places)
        self._longest = max(map(len, self._places), default=0)

    def find(self, address: str) -> Place | None:
        """Find the place with the longest prefix of the address, in whole segments.

        Byte for byte. Whether the address may be read at all is for `decide`, by the same settings.
        """
        end = len(address)
        if end > self._longest:
            end = address.rfind("/", 0, self._longest + 1)
        while end > 0:
            place = self._places.get(address[:end])
            if place is not None:
                return place
            end = address.rfind("/", 0, end)
        return None


def overlapping(owned: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """List pairs of owners of whom one has a URL that is another's, or is below another's, in whole segments.

    Each owner that is in such a conflict is in at least one pair.

    Args:
        owned: URL and owner.
    """
    pairs: dict[tuple[str, str], None] = {}
    above: list[tuple[str, str]] = []
    for prefix, owner in sorted((url + "/", owner) for url, owner in owned):
        while above and not prefix.startswith(above[-1][0]):
            above.pop()
        pairs.update({(other, owner): None for _, other in above if other != owner})
        above.append((prefix, owner))
    return list(pairs)
