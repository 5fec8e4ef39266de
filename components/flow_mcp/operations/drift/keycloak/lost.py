"""What an update cannot bring back."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.operations.drift.refresh import Refreshed
from flow_mcp.review.diff.changes.quoting import quoted, quoted_list

_REALM = (
    "The people of the realm, with their passwords, sessions and memberships in groups. Restore them from a "
    "backup of Keycloak, or let them be created or synchronized again.",
    "The realm's signing keys. New ones are made: tokens that were issued before are refused.",
    "Clients that registered themselves. They must register again.",
    "What administrators have set by hand: e-mail server, password policy, identity providers, federation.",
)


def lost(refreshed: Refreshed) -> Iterator[str]:
    """One sentence or two for each thing that is lost with what was deleted."""
    gone = [each for each in refreshed.drifted if each.op == "delete"]
    realm = any(each.type == "Realm" for each in gone)
    yield from _REALM if realm else ()
    tenant = refreshed.declaration.tenant.clients
    secrets = sorted(
        each.name
        for each in gone
        if each.type == "Client"
        and (declared := tenant.get(each.name))
        and declared.confidential
        and not declared.private_key_jwt
    )
    if secrets:
        yield (
            f"The {'secret' if len(secrets) == 1 else 'secrets'} of {quoted_list(secrets)}. Keycloak creates "
            "new secrets. Distribute them from the output clientSecrets."
        )
    groups = sorted(each.name for each in gone if each.type == "Group")
    if groups and not realm:
        yield f"The members of {', '.join(map(quoted, groups))}. Add them again."
