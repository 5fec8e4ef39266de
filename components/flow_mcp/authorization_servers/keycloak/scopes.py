"""Creates a client scope for each protected resource, and the realm roles that restrict it.

The scope adds the resource's audience to a token, but only if the client requests it: it is an optional scope
of the clients with access to the resource. A person or program without one of the scope's roles gets neither
the scope nor the audience.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pulumi
import pulumi_keycloak as keycloak

from flow_mcp.authorization_servers.keycloak import names
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.authorization_servers.keycloak.group_paths import Group, Names, group_path, path_names
from flow_mcp.authorization_servers.keycloak.scope_properties import (
    MAPPERS,
    audience_properties,
    scope_properties,
)
from flow_mcp.declaration.declaration import Declaration, ResourceDeclared
from flow_mcp.declaration.sign_in_paths import admitted


@dataclass(frozen=True)
class ResourceScope:
    """The objects of one protected resource in the realm.

    Attributes:
        scope: name of the client scope; None if the stack leaves it.
        programs: role of the programs that may have the scope; None if the stack leaves it.
    """

    scope: pulumi.Output[str] | None
    programs: keycloak.Role | None


def create(
    declaration: Declaration,
    server: Keycloak,
    realm: pulumi.Input[str],
    existing: Mapping[str, Group],
    opts: pulumi.ResourceOptions,
) -> Mapping[str, ResourceScope]:
    """Create scopes and roles, and assign the people's roles to groups.

    Args:
        declaration: the tenant's declaration.
        server: the declared Keycloak.
        realm: name of the realm.
        existing: existing groups by declared name or path; empty in a realm that the stack creates, where
            groups are created.
        opts: options of the resources.

    Returns:
        The scopes by key of the protected resource.
    """
    by_resource: dict[str, ResourceScope] = {}
    roles_of_group: dict[Names, list[pulumi.Input[str]]] = {}
    admitted_to = {resource: admitted(declaration, resource) for resource in declaration.resources}
    # A tenant may declare one group by name in one entry and by path in another.
    declared = {group: _names(group, existing) for people in admitted_to.values() for group in people.groups}
    ids: Mapping[Names, pulumi.Input[str]] = (
        _create_groups(declared.values(), realm, opts)
        if server.realm.create
        else {declared[name]: group.id for name, group in existing.items()}
    )
    for resource, people in admitted_to.items():
        scope = _scope(declaration, resource, realm, opts)
        programs = _role(declaration, "programs", resource, realm, opts)
        permitted_roles = {"programs": programs} if programs else {}
        members = _role(declaration, "people", resource, realm, opts) if people.groups else None
        if members:
            permitted_roles["people"] = members
            for group in sorted({declared[group] for group in people.groups}):
                roles_of_group.setdefault(group, []).append(members.id)
        mappers = [
            keycloak.GenericRoleMapper(
                f"{resource.key}-{kind}", realm_id=realm, client_scope_id=scope.id, role_id=role.id, opts=opts
            ).id
            for kind, role in permitted_roles.items()
            if scope and not people.everyone
        ]
        # Clients get the scope only after its role mappers exist, so that it is never unrestricted.
        name = pulumi.Output.all(scope.name, *mappers).apply(lambda values: str(values[0])) if scope else None
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
    """Return the declared names and paths of all groups that the tenant's protected resources admit."""
    return frozenset(
        group for resource in declaration.resources for group in admitted(declaration, resource).groups
    )


def _scope(
    declaration: Declaration,
    resource: ResourceDeclared,
    realm: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> keycloak.openid.ClientScope | None:
    """Create the scope of a resource and its mappers, except those that the stack leaves."""
    tenant = declaration.tenant
    if tenant.leaves("ClientScope", resource.key):
        return None
    scope = keycloak.openid.ClientScope(
        resource.key,
        realm_id=realm,
        **scope_properties(declaration, resource),
        opts=opts,
    )
    if not tenant.leaves("AudienceProtocolMapper", f"{resource.key}-audience"):
        keycloak.openid.AudienceProtocolMapper(
            f"{resource.key}-audience",
            realm_id=realm,
            client_scope_id=scope.id,
            **audience_properties(resource),
            opts=opts,
        )
    for kind, (protocol_mapper, config) in MAPPERS.items():
        if not tenant.leaves("GenericProtocolMapper", f"{resource.key}-{kind}"):
            keycloak.GenericProtocolMapper(
                f"{resource.key}-{kind}",
                realm_id=realm,
                client_scope_id=scope.id,
                name=kind,
                protocol="openid-connect",
                protocol_mapper=protocol_mapper,
                config=config,
                opts=opts,
            )
    return scope


def _role(
    declaration: Declaration,
    kind: str,
    resource: ResourceDeclared,
    realm: pulumi.Input[str],
    opts: pulumi.ResourceOptions,
) -> keycloak.Role | None:
    if declaration.tenant.leaves("Role", f"{resource.key}-{kind}-role"):
        return None
    name = names.programs_role if kind == "programs" else names.people_role
    return keycloak.Role(
        f"{resource.key}-{kind}-role",
        realm_id=realm,
        name=name(declaration, resource),
        description=f"Flow MCP: {kind} that may reach {resource.key}",
        opts=opts,
    )


def _names(declared: str, existing: Mapping[str, Group]) -> Names:
    group = existing.get(declared)
    return path_names(group.path if group else declared) or (declared,)


def _resource_name(group: Names) -> str:
    """Return a name that does not depend on how the group is declared.

    A top-level group has its bare name, as in the states of earlier versions.
    """
    return group[0] if len(group) == 1 else group_path(group)


def _former_names(group: Names, groups: Iterable[Names]) -> list[pulumi.Alias]:
    """Return an alias with the bare name, which earlier versions used, unless several groups have that name.

    Without the alias, Pulumi would create the resource under the new name first; the deletion of the former
    one would then remove the roles from the group.
    """
    namesakes = [other for other in groups if other[-1] == group[-1]]
    return [pulumi.Alias(name=group[-1])] if len(group) > 1 and namesakes == [group] else []


def _create_groups(
    groups: Iterable[Names], realm: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> dict[Names, pulumi.Input[str]]:
    """Create groups and their parent groups in the stack's own realm, and return their IDs by names."""
    created: dict[Names, keycloak.Group] = {}
    for group in sorted(set(groups)):
        for depth, name in enumerate(group, start=1):
            names_to_depth = group[:depth]
            if names_to_depth not in created:
                parent = created.get(names_to_depth[:-1])
                created[names_to_depth] = keycloak.Group(
                    _resource_name(names_to_depth),
                    realm_id=realm,
                    name=name,
                    parent_id=parent.id if parent else None,
                    opts=opts,
                )
    return {group: resource.id for group, resource in created.items()}
