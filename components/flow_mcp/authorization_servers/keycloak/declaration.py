"""The declaration of Keycloak in a tenant's file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self
from urllib.parse import quote

from pydantic import Field, model_validator

from flow_mcp.declaration.authorization_server import DeclaredServer, RegistrationMethods
from flow_mcp.declaration.base import ClientId, Declared, Duration, Form, Host, Origin, ServerUrl
from flow_mcp.declaration.clients import Access, Applications, InheritedPeople, hosts_or_applications, one_of

# Excludes the characters that Keycloak rejects in a realm's name (`ReservedCharValidator`), and those that a
# URL path cannot contain.
RealmName = Annotated[
    str,
    Form(
        r"(?!\.{1,2}$)[^\x00-\x1f\x7f-\x9f:/?#@!$&()*+,;=\[\]\\]{1,255}",
        "a realm's name",
        "1 to 255 characters without control characters and :/?#@!$&()*+,;=[]\\",
    ),
]
_UNENCODED_IN_ISSUER = "'"
ScopeName = Annotated[
    str,
    Form(r"[\x21\x23-\x5b\x5d-\x7e]{1,255}", "a scope", '1 to 255 ASCII characters without spaces, " and \\'),
]
"""A scope token (RFC 6749, section 3.3)."""
_IDENTIFIER = r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}"
ResourceKey = Annotated[
    str, Form(f"{_IDENTIFIER}/{_IDENTIFIER}", "a protected resource", '"<workspace>/<environment>"')
]


class Realm(Declared):
    """The realm that issues the tenant's tokens."""

    name: Annotated[RealmName, Field(description="The realm's name, as in the issuer.")]
    create: Annotated[
        bool,
        Field(description="true: the stack creates and owns the realm; false: the realm exists already."),
    ]
    deletable: Annotated[
        bool,
        Field(description="true: deleting the stack deletes the realm that it created, with all its users."),
    ] = False


class Administration(Declared):
    """The administrator's sign-in to the admin API; the environment supplies the credentials."""

    realm: Annotated[RealmName, Field(description="The administrator's realm.")] = "master"
    client_id: Annotated[ClientId, Field(description="Client with which the administrator signs in.")] = (
        "admin-cli"
    )


class Tokens(Declared):
    """Lifetimes of tokens."""

    access: Annotated[Duration, Field(description="Lifetime of access tokens.")] = "5m"


class DynamicRegistration(Declared):
    """Anonymous dynamic client registration (RFC 7591), limited by Keycloak's registration policies."""

    model_config = hosts_or_applications("redirectHosts")

    applications: Applications = None
    redirect_hosts: Annotated[
        tuple[Host, ...],
        Field(
            min_length=1,
            description="Hosts that redirect URIs may have; list localhost and 127.0.0.1 separately.",
        ),
    ] = ()
    sender_hosts: Annotated[
        tuple[Host, ...],
        Field(
            description="Hosts from which clients may register; empty: the sender's address is not checked."
        ),
    ] = ()
    allowed_scopes: Annotated[
        tuple[ScopeName, ...],
        Field(description="Client scopes that clients may request in addition to those of `access`."),
    ] = ()
    cors_origins: Annotated[
        tuple[Origin, ...],
        Field(description="Origins whose pages may register clients (Keycloak 26.5 and later)."),
    ] = ()
    maximum_clients: Annotated[
        int, Field(ge=1, le=100_000, description="Maximum number of clients in the realm.")
    ] = 200
    access: Access
    people: InheritedPeople = None

    @model_validator(mode="after")
    def _limited(self) -> Self:
        one_of(self.redirect_hosts, self.applications, "redirectHosts")
        return self


class MetadataDocuments(Declared):
    """Client ID metadata documents: clients whose client ID is an https URL (Keycloak 26.6 and later)."""

    model_config = hosts_or_applications("domains")

    applications: Applications = None
    domains: Annotated[
        tuple[Host, ...], Field(min_length=1, description="Hosts of the metadata documents.")
    ] = ()
    redirect_hosts: Annotated[
        tuple[Host, ...],
        Field(
            description="Further hosts of URLs in the documents, such as 127.0.0.1 for a native application."
        ),
    ] = ()
    access: Access
    people: InheritedPeople = None

    @model_validator(mode="after")
    def _limited(self) -> Self:
        one_of(self.domains, self.applications, "domains")
        return self


class Registration(Declared):
    """Registration methods. A method that is not declared is closed."""

    manage: Annotated[
        bool,
        Field(description="true: the stack may change the registration policies of an existing realm."),
    ] = False
    dynamic: Annotated[DynamicRegistration | None, Field(description="Dynamic client registration.")] = None
    metadata_documents: Annotated[
        MetadataDocuments | None, Field(description="Client ID metadata documents.")
    ] = None


class Keycloak(DeclaredServer):
    """A Keycloak realm as the authorization server."""

    url: Annotated[ServerUrl, Field(description="Base URL for clients, with its path if it has one.")]
    admin_url: Annotated[
        ServerUrl | None, Field(description="Base URL of the admin API, if it differs from `url`.")
    ] = None
    administration: Annotated[
        Administration, Field(description="The administrator's sign-in; default: the realm master.")
    ] = Administration()
    realm: Annotated[Realm, Field(description="The tenant's realm, created by the stack or existing.")]
    tokens: Annotated[
        Tokens, Field(description="Lifetimes of tokens; default: access tokens of 5 minutes.")
    ] = Tokens()
    scopes: dict[ResourceKey, ScopeName] = Field(
        default={},
        description="Names of the client scopes by protected resource, such as 456/production. "
        "Default: flow-mcp/<tenant>/<workspace>/<environment>.",
    )
    registration: Annotated[
        Registration,
        Field(
            description="Registration methods; default: none, and the policies of an existing realm are not "
            "changed."
        ),
    ] = Registration()

    @property
    def registration_methods(self) -> RegistrationMethods:
        """The registration methods through which people can sign in, by key; None if not declared."""
        return {
            "dynamic": self.registration.dynamic,
            "metadataDocuments": self.registration.metadata_documents,
        }

    @property
    def lifetimes(self) -> Mapping[str, str]:
        """The declared token lifetimes by path: those of access tokens."""
        return {"tokens.access": self.tokens.access}

    @property
    def issuer(self) -> str:
        """The realm's issuer (Keycloak, Securing Applications: OpenID Connect endpoints).

        Keycloak percent-encodes the realm's name in the issuer, except letters, digits and `-._~'`.
        """
        return f"{self.url}/realms/{quote(self.realm.name, safe=_UNENCODED_IN_ISSUER)}"

    @property
    def manages_registration(self) -> bool:
        """Whether the stack sets the realm's registration policies: always in a realm that it creates."""
        return self.realm.create or self.registration.manage
