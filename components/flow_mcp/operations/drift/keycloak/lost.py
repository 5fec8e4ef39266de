"""What an update cannot restore."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.operations.drift.refresh import Refreshed
from flow_mcp.review.diff.changes.quoting import quoted, quoted_list

_REALM = (
    "The users of the realm, with their passwords, sessions and group memberships. Restore them from a "
    "backup of Keycloak, or create or synchronize them again.",
    "The realm's signing keys. Keycloak creates new keys, and tokens issued before are rejected.",
    "Clients with dynamic registration. They must register again.",
    "Settings of administrators: e-mail server, password policy, identity providers, federation.",
)


def lost(refreshed: Refreshed) -> Iterator[str]:
    """Yield a text for each loss that follows from the deleted resources."""
    deleted = [resource for resource in refreshed.drifted if resource.op == "delete"]
    realm = any(resource.type == "Realm" for resource in deleted)
    yield from _REALM if realm else ()
    clients = refreshed.declaration.tenant.clients
    secrets = sorted(
        resource.name
        for resource in deleted
        if resource.type == "Client"
        and (declared := clients.get(resource.name))
        and declared.authentication == "client-secret"
    )
    if secrets:
        yield (
            f"The {'secret' if len(secrets) == 1 else 'secrets'} of {quoted_list(secrets)}. Keycloak creates "
            "new secrets. Distribute them from the output clientSecrets."
        )
    groups = sorted(resource.name for resource in deleted if resource.type == "Group")
    if groups and not realm:
        yield f"The members of {', '.join(map(quoted, groups))}. Add them again."
