"""The access of a tenant. Protected resources are identified by their key, "<workspace>/<environment>"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Authentication = Literal["none", "client-secret", "private-key-jwt", "federated"]


@dataclass(frozen=True)
class ClientAccess:
    """A client and its access.

    Attributes:
        name: its name in the declaration.
        registration: `managed` if the stack creates the client, `manual` if an administrator registered it.
        client_id: its client ID; None if the authorization server assigns it.
        grant: the way in which it gets tokens.
        authentication: its authentication method at the token endpoint; None if the declaration has none.
        redirect_uris: its redirect URIs, sorted.
        web_origins: the origins whose pages may call the token endpoint, sorted.
        resources: the protected resources that it may access, sorted.
        secret_issued: the date on which its secret was created; None if the declaration has none.
        secret_expires: the time at which its secret expires, RFC 3339; None if the declaration has none.
        secret_previous: the day of the previous secret, or `unknown`, during a rotation; None otherwise.
        rotation_due: the day on which the rotation of its secret is due; None if none is declared.
        assertion_issuers: company identity providers whose identity assertions it may redeem, sorted.
    """

    name: str
    registration: Literal["managed", "manual"]
    client_id: str | None
    grant: str
    authentication: Authentication | None
    redirect_uris: tuple[str, ...]
    web_origins: tuple[str, ...]
    resources: tuple[str, ...]
    secret_issued: str | None
    secret_expires: str | None
    secret_previous: str | None = None
    rotation_due: str | None = None
    assertion_issuers: tuple[str, ...] = ()


@dataclass(frozen=True)
class RegistrationMethodAccess:
    """A registration method and the access of its clients.

    Attributes:
        key: its key in the declaration: `dynamic`, `metadataDocuments` or `vscode`.
        limits: its declared restrictions, by the declaration's keys.
        resources: the protected resources that its clients may access, sorted.
    """

    key: str
    limits: Mapping[str, tuple[str, ...]]
    resources: tuple[str, ...]


@dataclass(frozen=True)
class PeopleAccess:
    """The people who may sign in for a protected resource.

    Attributes:
        groups: names of groups at the authorization server, sorted.
        everyone: whether every user of the authorization server may sign in.
        undeclared: whether people can sign in through a manual registration, for which no people are
            declared.
    """

    groups: tuple[str, ...]
    everyone: bool
    undeclared: bool


@dataclass(frozen=True)
class TenantAccess:
    """The access of all clients and people to a tenant's protected resources.

    Attributes:
        tenant: the tenant's ID.
        kind: the key of its authorization server's kind.
        authority: the authority; None if the authorization server assigns it.
        resources: its protected resources, sorted.
        pending: the protected resources that nobody can access until an administrator acts, sorted.
        clients: managed and manual clients, sorted by name.
        registration_methods: the open ones, sorted by key.
        people: the people of every protected resource.
        lifetimes: seconds by dotted path, of tokens (`tokens.access`) and of secrets
            (`clients.<name>.secret`), except those that the authorization server decides.
        other: the access at the other authorization server during a move; None otherwise.
    """

    tenant: str
    kind: str
    authority: str | None
    resources: tuple[str, ...]
    pending: tuple[str, ...]
    clients: tuple[ClientAccess, ...]
    registration_methods: tuple[RegistrationMethodAccess, ...]
    people: Mapping[str, PeopleAccess]
    lifetimes: Mapping[str, int]
    other: TenantAccess | None = None
