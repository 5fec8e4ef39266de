"""One client scope per protected resource, and the realm roles that gate it.

The scope brings the resource's audience into a token, and only where it was asked for: it is an optional
scope of the clients that were given the resource. A person or program without one of the gating roles gets
neither scope nor audience.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pulumi
import pulumi_keycloak as keycloak

from flow_mcp.authorization_servers.keycloak import names
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.authorization_servers.keycloak.group_paths import Names, path_names, path_of
from flow_mcp.authorization_servers.keycloak.groups import Group
from flow_mcp.declaration.declaration import Declaration, ResourceDeclared
from flow_mcp.declaration.sign_in_paths import admitted


@dataclass(frozen=True)
class ResourceScope:
    """What one protected resource has in the realm."""

    scope: pulumi.Output[str]
    programs: keycloak.Role


def create(
    declaration: Declaration,
    server: Keycloak,
    realm: pulumi.Input[str],
    existing: Mapping[str, Group],
    opts: pulumi.ResourceOptions,
) -> Mapping[str, ResourceScope]:
    """Create scopes and roles, and give the people's roles to their groups; by protected resource's key.

    Args:
        declaration: the tenant.
        server: its Keycloak.
        realm: name of the realm.
        existing: groups that exist, by name or path; in the stack's own realm they are created.
        opts: Pulumi's options.
    """
    by_resource: dict[str, ResourceScope] = {}
    roles_of_group: dict[Names, list[pulumi.Input[str]]] = {}
    admitted_to = {resource: admitted(declaration, resource) for resource in declaration.resources}
    # A group may be declared by its name in one place and by its path in another.
    declared = {group: _names(group, existing) for people in admitted_to.values() for group in people.groups}
    ids: Mapping[Names, pulumi.Input[str]] = (
        _create_groups(declared.values(), realm, opts)
        if server.realm.create
        else {declared[group]: found.id for group, found in existing.items()}
    )
    for resource, people in admitted_to.items():
        scope = _scope(declaration, resource, realm, opts)
        programs = _role("programs", names.programs_role(declaration, resource), resource, realm, opts)
        gates = [programs]
        if people.groups:
            members = _role("people", names.people_role(declaration, resource), resource, realm, opts)
            gates.append(members)
            for group in sorted({declared[group] for group in people.groups}):
                roles_of_group.setdefault(group, []).append(members.id)
        closed = [
            keycloak.GenericRoleMapper(
                f"{resource.key}-{gate}", realm_id=realm, client_scope_id=scope.id, role_id=role.id, opts=opts
            ).id
            for gate, role in zip(("programs", "people"), gates, strict=False)
            if not people.everyone
        ]
        # Nobody is given the scope before its gates are there.
        name = pulumi.Output.all(scope.name, *closed).apply(lambda known: str(known[0]))
        by_resource[resource.key] = ResourceScope(name, programs)
    for group, roles in sorted(roles_of_group.items()):
        keycloak.GroupRoles(
            _resource_name(group),
            realm_id=realm,
            group_id=ids[group],
            role_ids=roles,
            exhaustive=False,
            opts=pulumi.ResourceOptions.merge(
                opts, pulumi.ResourceOptions(aliases=_former_names(group, roles_of_group))
            ),
        )
    return by_resource


def admitted_groups(declaration: Declaration) -> frozenset[str]:
    """Names and paths of all groups that the tenant's protected resources admit."""
    return frozenset(
        group for resource in declaration.resources for group in admitted(declaration, resource).groups
    )


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


def _names(declared: str, existing: Mapping[str, Group]) -> Names:
    found = existing.get(declared)
    return path_names(found.path if found else declared) or (declared,)


def _resource_name(group: Names) -> str:
    """The same name however the group is declared; a group at the top has its bare name in earlier states."""
    return group[0] if len(group) == 1 else path_of(group)


def _former_names(group: Names, groups: Iterable[Names]) -> list[pulumi.Alias]:
    """The bare name, by which earlier versions named the resource, unless more than one group has it.

    A resource with another name would be created first; deleting the former one would take the roles away.
    """
    same = [each for each in groups if each[-1] == group[-1]]
    return [pulumi.Alias(name=group[-1])] if len(group) > 1 and same == [group] else []


def _create_groups(
    groups: Iterable[Names], realm: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> dict[Names, pulumi.Input[str]]:
    """Create groups and those above them in the stack's own realm; their IDs by their names."""
    made: dict[Names, keycloak.Group] = {}
    for group in sorted(set(groups)):
        for depth, name in enumerate(group, start=1):
            here = group[:depth]
            if here not in made:
                parent = made.get(here[:-1])
                made[here] = keycloak.Group(
                    _resource_name(here),
                    realm_id=realm,
                    name=name,
                    parent_id=parent.id if parent else None,
                    opts=opts,
                )
    return {group: resource.id for group, resource in made.items()}
