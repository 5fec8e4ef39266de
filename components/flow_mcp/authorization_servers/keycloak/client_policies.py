"""Creates a client policy of the realm together with the profile that it applies.

Each write replaces the realm's whole list, so the caller must create one policy after another.
"""

from __future__ import annotations

from collections.abc import Iterable

import pulumi
import pulumi_keycloak as keycloak

from flow_mcp.authorization_servers.keycloak import names
from flow_mcp.declaration.declaration import Declaration


def create(
    declaration: Declaration,
    kind: str,
    *,
    executors: Iterable[tuple[str, dict[str, str]]],
    condition: str,
    configuration: dict[str, str],
    description: str,
    realm: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> keycloak.RealmClientPolicyProfilePolicy:
    """Create a client policy of the realm and the profile that it applies.

    Args:
        declaration: the tenant's declaration.
        kind: what the policy is for; the resources and the policy are named after it.
        executors: the executors of the profile, each with its configuration.
        condition: the condition of the policy.
        configuration: the configuration of the condition.
        description: the description of policy and profile.
        realm: ID of the realm.
        opts: options of the Pulumi resources.
    """
    name = f"{names.owner(declaration)}:{kind}"
    profile = keycloak.RealmClientPolicyProfile(
        f"{kind}-profile",
        realm_id=realm,
        name=name,
        description=description,
        executors=[{"name": executor, "configuration": settings} for executor, settings in executors],
        opts=opts,
    )
    return keycloak.RealmClientPolicyProfilePolicy(
        f"{kind}-policy",
        realm_id=realm,
        name=name,
        description=description,
        enabled=True,
        conditions=[{"name": condition, "configuration": configuration}],
        profiles=[profile.name],
        opts=opts,
    )
