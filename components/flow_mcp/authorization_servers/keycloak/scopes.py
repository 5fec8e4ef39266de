"""One client scope per protected resource, and the realm roles that gate it.

The scope brings the resource's audience into a token, and only where it was asked for: it is an optional
scope of the clients that were given the resource. A person or program without one of the gating roles gets
neither scope nor audience.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_keycloak as keycloak

from flow_mcp.authorization_servers import people
from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.authorization_servers.keycloak import names
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.declaration.tenant import Declaration, ResourceDeclared


@dataclass(frozen=True)
class ResourceScope:
    """What one protected resource has in the realm."""

    scope: pulumi.Output[str]
    programs: keycloak.Role


def create(
    declaration: Declaration, server: Keycloak, realm: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> Mapping[str, ResourceScope]:
    """Create scopes and roles, and give the people's roles to their groups; by protected resource's key."""
    by_resource: dict[str, ResourceScope] = {}
    roles_of_group: dict[str, list[pulumi.Input[str]]] = {}
    admitted_to = {
        resource: people.admitted(declaration, server.registration.ways, resource)
        for resource in declaration.resources
    }
    # First of all, because a group that is missing must end the update before anything is changed.
    groups = {
        name: _group(name, server, realm, opts)
        for name in sorted({name for admitted in admitted_to.values() for name in admitted.groups})
    }
    for resource, admitted in admitted_to.items():
        scope = _scope(declaration, resource, realm, opts)
        programs = _role("programs", names.programs_role(declaration, resource), resource, realm, opts)
        gates = [programs]
        if admitted.groups:
            members = _role("people", names.people_role(declaration, resource), resource, realm, opts)
            gates.append(members)
            for group in admitted.groups:
                roles_of_group.setdefault(group, []).append(members.id)
        closed = [
            keycloak.GenericRoleMapper(
                f"{resource.key}-{gate}", realm_id=realm, client_scope_id=scope.id, role_id=role.id, opts=opts
            ).id
            for gate, role in zip(("programs", "people"), gates, strict=False)
            if not admitted.everyone
        ]
        # Nobody is given the scope before its gates are there.
        name = pulumi.Output.all(scope.name, *closed).apply(lambda known: str(known[0]))
        by_resource[resource.key] = ResourceScope(name, programs)
    for group, roles in sorted(roles_of_group.items()):
        keycloak.GroupRoles(
            group,
            realm_id=realm,
            group_id=groups[group],
            role_ids=roles,
            exhaustive=False,
            opts=opts,
        )
    return by_resource


def _scope(
    declaration: Declaration,
    resource: ResourceDeclared,
    realm: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> keycloak.openid.ClientScope:
    scope = keycloak.openid.ClientScope(
        resource.key,
        realm_id=realm,
        name=names.scope(declaration, resource),
        description=f"Flow MCP server of {declaration.tenant.id}, {resource.key}",
        include_in_token_scope=True,
        consent_screen_text=f"Flow: workspace {resource.workspace}, {resource.environment}",
        opts=opts,
    )
    keycloak.openid.AudienceProtocolMapper(
        f"{resource.key}-audience",
        realm_id=realm,
        client_scope_id=scope.id,
        name="audience",
        included_custom_audience=resource.url,
        add_to_id_token=False,
        add_to_access_token=True,
        opts=opts,
    )
    # A registration that asks for scopes loses the realm's default ones, `basic` with its `sub` among them.
    keycloak.GenericProtocolMapper(
        f"{resource.key}-subject",
        realm_id=realm,
        client_scope_id=scope.id,
        name="subject",
        protocol="openid-connect",
        protocol_mapper="oidc-sub-mapper",
        config={"access.token.claim": "true", "introspection.token.claim": "true"},
        opts=opts,
    )
    # Marks a service account's token in the same scope that gives it the audience: no client can drop it.
    keycloak.GenericProtocolMapper(
        f"{resource.key}-program",
        realm_id=realm,
        client_scope_id=scope.id,
        name="program",
        protocol="openid-connect",
        protocol_mapper="oidc-usersessionmodel-note-mapper",
        config={
            "access.token.claim": "true",
            "claim.name": "client_id",
            "id.token.claim": "false",
            "introspection.token.claim": "true",
            "jsonType.label": "String",
            "user.session.note": "client_id",
            "userinfo.token.claim": "false",
        },
        opts=opts,
    )
    return scope


def _role(
    kind: str, name: str, resource: ResourceDeclared, realm: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> keycloak.Role:
    return keycloak.Role(
        f"{resource.key}-{kind}-role",
        realm_id=realm,
        name=name,
        description=f"Flow MCP: {kind} that may reach {resource.key}",
        opts=opts,
    )


def _group(
    name: str, server: Keycloak, realm: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> pulumi.Input[str]:
    """A group's ID: in the stack's own realm the group is made, in another it must exist."""
    if server.realm.create:
        return keycloak.Group(name, realm_id=realm, name=name, opts=opts).id
    try:
        found = keycloak.get_group(
            realm_id=server.realm.name,
            name=name,
            opts=pulumi.InvokeOptions(parent=opts.parent, provider=opts.provider),
        )
    except Exception as error:  # whatever the plugin says, it comes as this
        raise AuthorizationServerError(
            f"the group {name}, which people: {{groups: […]}} names, cannot be read in the realm "
            f"{server.realm.name}: {error}. Make it in Keycloak, or name one that exists."
        ) from error
    return found.id
