"""Unmanaged identity providers, and mappers of identity providers that grant roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from flow_mcp.authorization_servers.representations import Representation, flag, mapping, text
from flow_mcp.declaration.sign_in_paths import admitted
from flow_mcp.operations.drift.drift import Appeared
from flow_mcp.operations.drift.keycloak.managed import Managed
from flow_mcp.operations.drift.keycloak.realm import Realm
from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.changes.quoting import quoted, quoted_list


def identity_providers(realm: Realm, managed: Managed) -> Iterator[Appeared]:
    """Yield unmanaged identity providers of a realm that the stack created, and mappers that grant roles.

    An existing realm is expected to have identity providers. There, only mappers that give access to a
    protected resource are listed.

    Raises:
        RightsError: the administrator may not read identity providers.
    """
    owned = {
        str(provider.before.get("alias")) for provider in managed.refreshed.of("KeycloakIdentityProvider")
    }
    for provider in realm.identity_providers:
        if managed.server.realm.create and text(provider, "alias") not in owned:
            yield _provider(provider, managed)
        yield from _mappers(text(provider, "alias"), realm, managed)


def _provider(provider: Representation, managed: Managed) -> Appeared:
    """Return an identity provider. Its people reach the resources that admit every user of the realm."""
    alias, config, declaration = text(provider, "alias"), mapping(provider, "config"), managed.declaration
    sentences: list[str] = []
    opens: tuple[str, ...] = ()
    if not flag(provider, "linkOnly"):
        admitting = (item for item in declaration.resources if admitted(declaration, item).everyone)
        opens = tuple(resource.key for resource in admitting)
        reaches = quoted_list(opens) if opens else "no protected resource without a role"
        sentences.append(f"Its people can sign in and reach {reaches}.")
    if flag(config, "supportsClientAssertions"):
        sentences.append("Its tokens can authenticate clients.")
    if flag(config, "jwtAuthorizationGrantEnabled"):
        sentences.append("Clients can redeem its assertions for tokens.")
    risk = Risk.HIGH if sentences else Risk.LOW
    if not flag(provider, "enabled"):
        risk, opens, sentences = Risk.LOW, (), ["It is disabled."]
    description = " ".join(sentences) or "Users can only link their accounts to it."
    return Appeared("identity-provider", alias, "", f"{quoted(alias)}: {description}", risk, opens)


def _mappers(alias: str, realm: Realm, managed: Managed) -> Iterator[Appeared]:
    """Yield the mappers that give a role or a group to people who sign in through an identity provider."""
    for mapper in realm.mappers_of_provider(alias):
        config = mapping(mapper, "config")
        role, group = text(config, "role"), text(config, "group")
        if not role and not group:
            continue
        opens = tuple(
            sorted({*_opened_by_role(role, realm, managed), *_opened_by_group(group, realm, managed)})
        )
        if not opens and not managed.server.realm.create:
            continue
        given = f"the role {quoted(role)}" if role else f"the group {quoted(group)}"
        reaches = quoted_list(opens) if opens else "no protected resource"
        yield Appeared(
            "identity-provider-mapper",
            text(mapper, "name"),
            alias,
            f"{quoted(text(mapper, 'name'))} of the identity provider {quoted(alias)}: people who sign in "
            f"through it can get {given} and reach {reaches}.",
            Risk.HIGH if opens else Risk.MEDIUM,
            opens,
        )


def _opened_by_role(role: str, realm: Realm, managed: Managed) -> Iterator[str]:
    """Yield the keys of the protected resources that a realm role opens, itself or by a role in it."""
    if role in managed.roles:
        yield managed.roles[role]
    for present in realm.roles:
        if text(present, "name") == role and flag(present, "composite"):
            yield from _opened(realm.composites(text(present, "id")), managed.roles)


def _opened_by_group(group: str, realm: Realm, managed: Managed) -> Iterator[str]:
    """Yield the keys of the protected resources that the members of a group, or of one above it, reach."""
    present_roles = {text(role, "name") for role in realm.roles} if group else set()
    for role in sorted(managed.roles.keys() & present_roles):
        paths = [text(present, "path") for present in realm.groups_of(role)]
        if any(group == path or group.startswith(f"{path}/") for path in paths if path):
            yield managed.roles[role]


def _opened(roles: Iterable[Representation], keys: Mapping[str, str]) -> Iterator[str]:
    yield from (keys[name] for role in roles if (name := text(role, "name")) in keys)
