"""What a tenant declares of its Keycloak."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self
from urllib.parse import quote

from pydantic import Field, model_validator

from flow_mcp.declaration.authorization_server import DeclaredServer, RegistrationMethods
from flow_mcp.declaration.base import ClientId, Declared, Duration, Form, Host, Origin, ServerUrl
from flow_mcp.declaration.clients import Access, Applications, InheritedPeople, hosts_or_applications, one_of

# What Keycloak refuses in the name of a realm (`ReservedCharValidator`), and what no URL path can carry.
RealmName = Annotated[
    str,
    Form(
        r"(?!\.{1,2}$)[^\x00-\x1f\x7f-\x9f:/?#@!$&()*+,;=\[\]\\]{1,255}",
        "a realm's name",
        "1 to 255 characters without control characters and :/?#@!$&()*+,;=[]\\",
    ),
]
_KEPT_IN_ISSUER = "'"
ScopeName = Annotated[
    str,
    Form(r"[\x21\x23-\x5b\x5d-\x7e]{1,255}", "a scope", '1 to 255 ASCII characters without spaces, " and \\'),
]
"""A scope token (RFC 6749, section 3.3)."""


class Realm(Declared):
    """The realm that issues the tenant's tokens."""

    name: Annotated[RealmName, Field(description="As it stands in the issuer.")]
    create: Annotated[
        bool, Field(description="true: the stack makes and owns it; false: it is used as it is.")
    ]
    deletable: Annotated[
        bool,
        Field(
            description="Whether the stack's own realm, with the people in it, may go when the stack does."
        ),
    ] = False


class Administration(Declared):
    """How the stack signs in to the admin API; the environment supplies the credentials."""

    realm: Annotated[RealmName, Field(description="Realm of the administrator.")] = "master"
    client_id: Annotated[ClientId, Field(description="Client that the administrator signs in with.")] = (
        "admin-cli"
    )


class Tokens(Declared):
    """Lifetimes."""

    access: Annotated[Duration, Field(description="Of access tokens.")] = "5m"


class DynamicRegistration(Declared):
    """Anonymous Dynamic Client Registration (RFC 7591) by Keycloak's client registration policies."""

    model_config = hosts_or_applications("redirectHosts")

    applications: Applications = None
    redirect_hosts: Annotated[
        tuple[Host, ...],
        Field(
            min_length=1,
            description="Hosts that redirect URIs may name; localhost and 127.0.0.1 each on its own.",
        ),
    ] = ()
    sender_hosts: Annotated[
        tuple[Host, ...],
        Field(
            description="Hosts that registrations may come from; none: the sender's address is not checked."
        ),
    ] = ()
    allowed_scopes: Annotated[
        tuple[ScopeName, ...],
        Field(description="Client scopes that may be asked for besides those of `access`."),
    ] = ()
    cors_origins: Annotated[
        tuple[Origin, ...], Field(description="Origins whose pages may register (Keycloak 26.5 and later).")
    ] = ()
    maximum_clients: Annotated[int, Field(ge=1, le=100_000, description="Clients in the realm, at most.")] = (
        200
    )
    access: Access
    people: InheritedPeople = None

    @model_validator(mode="after")
    def _limited(self) -> Self:
        one_of(self.redirect_hosts, self.applications, "redirectHosts")
        return self


class MetadataDocuments(Declared):
    """Client ID Metadata Documents: clients whose ID is an https URL (Keycloak 26.6 and later)."""

    model_config = hosts_or_applications("domains")

    applications: Applications = None
    domains: Annotated[
        tuple[Host, ...], Field(min_length=1, description="Hosts of the clients' documents.")
    ] = ()
    redirect_hosts: Annotated[
        tuple[Host, ...],
        Field(
            description="Further hosts that a document may name, such as 127.0.0.1 for a native application."
        ),
    ] = ()
    access: Access
    people: InheritedPeople = None

    @model_validator(mode="after")
    def _limited(self) -> Self:
        one_of(self.domains, self.applications, "domains")
        return self


class Registration(Declared):
    """Registration methods; one that is absent is closed."""

    manage: Annotated[
        bool,
        Field(description="In a realm that exists: whether the stack may change its registration policies."),
    ] = False
    dynamic: Annotated[DynamicRegistration | None, Field(description="Clients that register themselves.")] = (
        None
    )
    metadata_documents: Annotated[
        MetadataDocuments | None, Field(description="Clients whose ID is the address of a document.")
    ] = None

    @property
    def methods(self) -> RegistrationMethods:
        """The methods that lead to a person's token."""
        return {"dynamic": self.dynamic, "metadataDocuments": self.metadata_documents}


class Keycloak(DeclaredServer):
    """A Keycloak realm as the authorization server."""

    url: Annotated[
        ServerUrl, Field(description="Base address that clients see, with its path if it has one.")
    ]
    admin_url: Annotated[
        ServerUrl | None, Field(description="Base address of the admin API, if another.")
    ] = None
    administration: Annotated[
        Administration, Field(description="Left out: the administrator of the realm master.")
    ] = Administration()
    realm: Annotated[Realm, Field(description="The tenant's own, or one that exists.")]
    tokens: Annotated[Tokens, Field(description="Left out: access tokens of five minutes.")] = Tokens()
    registration: Annotated[
        Registration, Field(description="Left out: only declared clients; an existing realm stays as it is.")
    ] = Registration()

    @property
    def registration_methods(self) -> RegistrationMethods:
        """The methods that lead to a person's token."""
        return self.registration.methods

    @property
    def lifetimes(self) -> Mapping[str, str]:
        """The lifetime of access tokens."""
        return {"tokens.access": self.tokens.access}

    @property
    def issuer(self) -> str:
        """The realm's issuer (Keycloak, Securing Applications: OpenID Connect endpoints).

        Keycloak percent-encodes the realm's name in it, except letters, digits and `-._~'`.
        """
        return f"{self.url}/realms/{quote(self.realm.name, safe=_KEPT_IN_ISSUER)}"

    @property
    def manages_registration(self) -> bool:
        """Whether the stack sets the realm's registration policies: in its own realm always."""
        return self.realm.create or self.registration.manage
