"""Creates the passwords of a client's application: two of them while a rotation is in progress.

An application can have several passwords, and each is valid until its end date or its deletion
(https://learn.microsoft.com/graph/api/application-addpassword).
"""

from __future__ import annotations

import pulumi
import pulumi_azuread as azuread

from flow_mcp.declaration.secret import Secret, expiry
from flow_mcp.declaration.tenant import Tenant


def create(
    tenant: Tenant,
    name: str,
    secret: Secret,
    application: azuread.Application,
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[str] | None:
    """Create the passwords of a client, and return the one that the client must use.

    The result is None if the stack leaves that password, which then existed before the stack. The record of
    adopted objects names a password by its day, so the next rotation creates one.

    Args:
        tenant: the tenant.
        name: name of the client.
        secret: its declared secret.
        application: its application.
        opts: options of the Pulumi resources.
    """
    if _leaves(tenant, name, secret.issued):
        return None
    if secret.overlap is None:
        # The name in the state has the day if an overlap was declared before.
        former = pulumi.ResourceOptions(aliases=[pulumi.Alias(name=f"{name}/{secret.issued}")])
        merged = pulumi.ResourceOptions.merge(opts, former)
        return _password(name, str(secret.issued), secret, application, merged).value
    if secret.previous and not _leaves(tenant, name, secret.previous):
        # The older one may be in the state under the client's name, from before the overlap was declared.
        # Another lifetime must not replace it.
        kept = pulumi.ResourceOptions(aliases=[pulumi.Alias(name=name)], ignore_changes=["endDate"])
        previous = pulumi.ResourceOptions.merge(opts, kept)
        _password(f"{name}/{secret.previous}", secret.previous, secret, application, previous)
    else:
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(aliases=[pulumi.Alias(name=name)]))
    return _password(f"{name}/{secret.issued}", str(secret.issued), secret, application, opts).value


def _leaves(tenant: Tenant, name: str, day: str | None) -> bool:
    return tenant.leaves("ApplicationPassword", f"{name}/{day}")


def _password(
    resource_name: str,
    issued: str,
    secret: Secret,
    application: azuread.Application,
    opts: pulumi.ResourceOptions,
) -> azuread.ApplicationPassword:
    return azuread.ApplicationPassword(
        resource_name,
        application_id=application.id,
        display_name=f"flow-mcp {issued}",
        end_date=expiry(issued, str(secret.lifetime)),
        rotate_when_changed={"issued": issued},
        opts=opts,
    )
