"""Creates what a realm needs to redeem the assertions of company identity providers.

Keycloak, Securing Applications: Identity Assertion JWT Authorization Grant. Keycloak 26.7 compares an
assertion's `aud` and `client_id`, and accepts each `jti` once. It does not read `resource`, and reads
`client_id` only if the header's `typ` is oauth-id-jag+jwt. The client policies here close both gaps.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

import pulumi
import pulumi_keycloak as keycloak

from flow_mcp.authorization_servers.keycloak import names, resources
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.enterprise import issuers_of

_CLIENT_ATTRIBUTE = "flowMcpAssertionClient"
"""Attribute of a client by whose value its client policy recognizes it."""

_Executor = keycloak.RealmClientPolicyProfileExecutorArgs


def attributes(declaration: Declaration, client: str) -> dict[str, pulumi.Input[str]]:
    """Return the attributes of a client that may redeem assertions; none for other clients."""
    redeems = issuers_of(declaration, client)
    return {_CLIENT_ATTRIBUTE: declaration.client_id(client)} if redeems else {}


def aliases_of(
    declaration: Declaration, client: str, aliases: Mapping[str, pulumi.Output[str]]
) -> pulumi.Output[str] | None:
    """Return the aliases of the identity providers whose assertions a client may redeem; None if none."""
    issuers = sorted(entry.issuer for entry in issuers_of(declaration, client))
    if not issuers:
        return None
    # Keycloak separates the values of an attribute so (Constants.CFG_DELIMITER).
    return pulumi.Output.all(*(aliases[issuer] for issuer in issuers)).apply("##".join)


def limit(
    declaration: Declaration, realm: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> list[pulumi.Resource]:
    """Create the client policies that bind an assertion to its client and to its protected resource."""
    policies: list[pulumi.Resource] = []
    for name, condition, configuration, executors in _policies(declaration):
        profile = keycloak.RealmClientPolicyProfile(
            f"{name}-profile",
            realm_id=realm,
            name=f"{names.owner(declaration)}:{name}",
            description=f"Flow MCP: {name}",
            executors=executors,
            # Each write replaces the realm's whole list, so the resources must be created one after another.
            opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[*policies])),
        )
        policies.append(
            keycloak.RealmClientPolicyProfilePolicy(
                f"{name}-policy",
                realm_id=realm,
                name=f"{names.owner(declaration)}:{name}",
                description=f"Flow MCP: {name}",
                enabled=True,
                conditions=[{"name": condition, "configuration": configuration}],
                profiles=[profile.name],
                opts=opts,
            )
        )
    return policies


def link_people(
    declaration: Declaration,
    server: Keycloak,
    realm: pulumi.Input[str],
    aliases: Mapping[str, pulumi.Output[str]],
    opts: pulumi.ResourceOptions,
) -> None:
    """Link users of the realm to their accounts at the company identity providers."""
    for entry in declaration.tenant.enterprise or ():
        if entry.linked_people:
            resources.KeycloakLinkedPeople(
                f"people of {entry.issuer}",
                {
                    **resources.realm_inputs(server, realm),
                    "identity_provider": aliases[entry.issuer],
                    "subjects": dict(sorted(entry.linked_people.items())),
                },
                pulumi.ResourceOptions(parent=opts.parent, depends_on=opts.depends_on),
            )


def _policies(
    declaration: Declaration,
) -> Iterator[tuple[str, str, dict[str, str], list[_Executor]]]:
    """Yield name, condition, its configuration and executors of each client policy."""
    clients = sorted({name for entry in declaration.tenant.enterprise or () for name in entry.clients})
    for name in clients:
        client_id = declaration.client_id(name)
        attribute = json.dumps([{"key": _CLIENT_ATTRIBUTE, "value": client_id}], separators=(",", ":"))
        # Keycloak reads this setting as text. The provider sends text that begins with a bracket as a list.
        attribute = f" {attribute}"
        yield (
            f"assertions-of-{name}",
            "client-attributes",
            {"attributes": attribute},
            [_claim("client_id", client_id)],
        )
    access = tuple(entry for name in clients for entry in declaration.tenant.clients[name].access)
    for resource in declaration.reached_by(access):
        scopes = json.dumps([names.scope(declaration, resource)], separators=(",", ":"))
        yield (
            f"assertions-for-{resource.workspace}-{resource.environment}",
            "client-scopes",
            {"scopes": scopes, "type": "Optional"},
            [
                _claim("resource", resource.url),
                # The assertion must contain every requested scope.
                _Executor(name="downscope-assertion-grant-enforcer", configuration={}),
            ],
        )


def _claim(claim: str, value: str) -> _Executor:
    """Return an executor that requires a claim of the assertion with exactly this value."""
    return _Executor(
        name="jwt-claim-enforcer",
        # A regular expression of Java, which has the same escapes.
        configuration={"claim-name": claim, "allowed-value": re.escape(value)},
    )
