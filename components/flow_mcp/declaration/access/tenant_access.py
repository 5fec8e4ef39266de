"""What is known of a tenant's access. Resources are named as access lists do, "<workspace>/<environment>"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Authentication = Literal["none", "client-secret", "private-key-jwt", "federated"]


@dataclass(frozen=True)
class ClientAccess:
    """An application that may call.

    Attributes:
        name: as the declaration names it.
        registration: made by the stack, or listed after somebody else made it.
        client_id: None where the authorization server assigns it.
        grant: how it gets tokens.
        authentication: at the token endpoint; None where nothing is declared of it.
        redirect_uris: where a person's browser brings the code.
        web_origins: whose pages may call the token endpoint.
        resources: what it reaches, sorted.
        secret_issued: the day its secret was made, where that is declared.
        secret_expires: the secret's end, RFC 3339, likewise.
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


@dataclass(frozen=True)
class RegistrationMethodAccess:
    """A way to become a client that no declaration names.

    Attributes:
        key: as the declaration names it: `dynamic`, `metadataDocuments`, `vscode`.
        limits: what it is held to, by the declaration's keys.
        resources: what those reach who come by it, sorted.
    """

    key: str
    limits: Mapping[str, tuple[str, ...]]
    resources: tuple[str, ...]


@dataclass(frozen=True)
class PeopleAccess:
    """Who may sign in for a protected resource.

    Attributes:
        groups: names of groups at the authorization server, sorted.
        everyone: whoever the server lets sign in.
        undeclared: people may come by a manual registration, and no declaration says which.
    """

    groups: tuple[str, ...]
    everyone: bool
    undeclared: bool


@dataclass(frozen=True)
class TenantAccess:
    """Who may reach what of a tenant.

    Attributes:
        tenant: its ID.
        kind: key of its authorization server.
        authority: None where the authorization server assigns it.
        resources: its protected resources, sorted.
        pending: those of them that nobody reaches until somebody else has made something.
        clients: by name, managed and manual.
        registration_methods: the open ones, by key.
        people: by protected resource, all of them.
        lifetimes: seconds by dotted path, those of tokens (`tokens.access`) and of secrets
            (`clients.<name>.secret`); what is left to the authorization server is not there.
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
