"""What changes of managed client scopes, mappers, roles and groups mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flow_mcp.operations.drift.drift import Drift
from flow_mcp.operations.drift.keycloak.values import Subject
from flow_mcp.operations.drift.refresh import Resource
from flow_mcp.review.diff.change import Risk
from flow_mcp.review.diff.changes.quoting import quoted

_MAPPERS = {
    "audience": "tokens do not have its audience, and the runtime refuses them",
    "subject": "tokens do not say who the person is",
    "program": "a program passes for a person",
}
_SHOWN_ONLY = frozenset({"description", "consentScreenText", "guiOrder"})


def client_scope(resource: Resource) -> Iterator[Drift]:
    """Drifts of a protected resource's scope."""
    subject = Subject(resource, "client scope")
    if resource.after is None:
        text = f"The client scope of {resource.name} was deleted: no client gets a token for it."
        yield subject.deleted(text, "resource-closes")
        return
    for name in resource.changed:
        before, after = subject.before(name), subject.after(name)
        if name == "name":
            text = f"The client scope of {resource.name} is named {quoted(str(after))}."
            yield subject.changed(name, text, "resource-recognition-changes", before=before, after=after)
        elif name == "includeInTokenScope":
            text = f"Tokens do not name the scope of {resource.name}: the runtime refuses them."
            yield subject.changed(name, text, "resource-recognition-changes", before=before, after=after)
        else:
            yield subject.other(name, Risk.LOW if name in _SHOWN_ONLY else None)


def mapper(resource: Resource) -> Iterator[Drift]:
    """Drifts of a mapper of a protected resource's scope."""
    key, _, role = resource.name.rpartition("-")
    subject = Subject(resource, "mapper")
    kind = "resource-recognition-changes" if role == "audience" else "token-reading-changes"
    if resource.after is None:
        text = f"The mapper {role} of {key} was deleted: {_MAPPERS.get(role, 'tokens lack its claim')}."
        yield subject.deleted(text, kind)
        return
    for name in resource.changed:
        before, after = subject.before(name), subject.after(name)
        if name == "includedCustomAudience":
            text = f"Tokens for {key} have the audience {quoted(str(after or 'none'))}."
            yield subject.changed(name, text, kind, before=before, after=after)
        elif name == "name":
            yield subject.other(name)
        else:
            what = _MAPPERS.get(role, "its claim changes")
            text = f"The mapper {role} of {key} has another {name}: {what}."
            yield subject.changed(name, text, kind, before=before, after=after)


def gate(resource: Resource, *, ungated: bool) -> Iterator[Drift]:
    """A role is no longer needed to get a protected resource's scope.

    Args:
        resource: the role's mapping to the scope.
        ungated: whether no managed role is left.
    """
    key, _, who = resource.name.rpartition("-")
    subject = Subject(resource, "gate")
    if ungated:
        text = f"The scope of {key} no longer needs the role of its {who}: anyone gets it who may ask for it."
        yield subject.deleted(text, "everyone-gains-access")
    else:
        text = f"The role of the {who} of {key} no longer gives its scope."
        yield subject.deleted(text, "client-loses-access" if who == "programs" else "group-loses-access")


def role(resource: Resource) -> Iterator[Drift]:
    """Drifts of a realm role."""
    subject = Subject(resource, "role")
    label = f"role {quoted(str(subject.before('name')))}"
    if resource.after is None:
        key, _, who = resource.name.removesuffix("-role").rpartition("-")
        kind = "client-loses-access" if who == "programs" else "group-loses-access"
        yield subject.deleted(f"The {label} was deleted: the {who} of {key} are refused.", kind)
        return
    for name in resource.changed:
        before, after = subject.before(name), subject.after(name)
        if name == "compositeRoles":
            text = f"The {label} contains other roles."
            yield subject.changed(name, text, None, risk=Risk.HIGH, before=before, after=after)
        elif name == "name":
            text = f"The {label} is named {quoted(str(after))}."
            yield subject.changed(name, text, None, risk=Risk.MEDIUM, before=before, after=after)
        else:
            yield subject.other(name, Risk.LOW)


def group(resource: Resource) -> Iterator[Drift]:
    """Drifts of a group of the stack's own realm."""
    subject = Subject(resource, "group")
    if resource.after is None:
        text = f"The group {quoted(resource.name)} was deleted, with its memberships."
        yield subject.deleted(text, "group-loses-access")
        return
    for name in resource.changed:
        yield subject.other(name)


def group_roles(resource: Resource, roles: Mapping[str, str], gone: frozenset[str]) -> Iterator[Drift]:
    """A group has lost roles.

    Args:
        resource: the roles of a group.
        roles: by ID of a managed role, the protected resource's key.
        gone: IDs of roles that were deleted.
    """
    subject = Subject(resource, "group")
    if resource.after is None:
        text = f"The group {quoted(resource.name)} has lost all its roles."
        yield subject.deleted(text, "group-loses-access")
        return
    for role_id in subject.removed("roleIds"):
        if role_id not in gone:
            text = f"The group {quoted(resource.name)} no longer reaches {roles.get(role_id, 'a resource')}."
            yield subject.changed("roleIds", text, "group-loses-access", before=roles.get(role_id))
