"""The declaration of Auth0 in a tenant's file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from flow_mcp.declaration.authorization_server import DeclaredServer, RegistrationMethods
from flow_mcp.declaration.base import Declared, Duration, Host, is_loopback, split_url
from flow_mcp.declaration.clients import Access, Applications, InheritedPeople, hosts_or_applications, one_of
from flow_mcp.declaration.findings import RefusedError

_MAXIMUM_URL_LENGTH = 120


def _document_url(url: str) -> str:
    """Return the URL of a client ID metadata document, after a check of Auth0's restrictions.

    https://auth0.com/docs/get-started/auth0-overview/create-applications/register-applications-with-cimd
    """
    parts = split_url(url)
    segments = [segment.lower().replace("%2e", ".") for segment in parts.path.split("/")]
    if parts.scheme != "https" or is_loopback(parts.hostname):
        raise RefusedError(
            "is not https or is a loopback address, so Auth0 cannot fetch it",
            "Publish the document by https.",
        )
    if not any(segments):
        raise RefusedError("has no path", "Declare the complete URL of the document.")
    if "?" in url or "#" in url:
        raise RefusedError("has a query or a fragment", "Remove it.")
    if {".", ".."} & set(segments):
        raise RefusedError("has `.` or `..` segments in its path", "Declare the path without them.")
    if len(url) > _MAXIMUM_URL_LENGTH:
        raise RefusedError(
            f"is longer than the {_MAXIMUM_URL_LENGTH} characters that Auth0 allows", "Use a shorter URL."
        )
    return url


DocumentUrl = Annotated[str, AfterValidator(_document_url), Field(json_schema_extra={"format": "uri"})]


class Roles(Declared):
    """The Auth0 roles that `people: {groups: […]}` names."""

    create: Annotated[
        bool,
        Field(
            description="true: the stack creates and owns the roles, without members; false: the roles "
            "exist, and the stack only assigns permissions to them."
        ),
    ] = False


class RefreshTokens(Declared):
    """Refresh tokens of clients for people; each is valid once (rotation)."""

    lifetime: Annotated[Duration, Field(description="Lifetime since the sign-in.")] = "30d"
    idle: Annotated[Duration, Field(description="Lifetime without use.")] = "7d"


class Tokens(Declared):
    """Lifetimes of tokens."""

    access: Annotated[Duration, Field(description="Lifetime of access tokens.")] = "1h"
    refresh: Annotated[
        RefreshTokens | None,
        Field(description="Refresh tokens; default: none, so people sign in again for each access token."),
    ] = None


class DynamicRegistration(Declared):
    """Dynamic client registration, which Auth0 opens to everyone in the whole Auth0 tenant or not at all."""

    access: Access
    people: InheritedPeople = None


class MetadataDocuments(Declared):
    """Client ID metadata documents. Auth0 accepts imported documents only."""

    model_config = hosts_or_applications("documents")

    applications: Applications = None
    documents: Annotated[
        tuple[DocumentUrl, ...], Field(min_length=1, description="URLs of the documents to import.")
    ] = ()
    access: Access
    people: InheritedPeople = None

    @model_validator(mode="after")
    def _limited(self) -> Self:
        one_of(self.documents, self.applications, "documents")
        return self


class Registration(Declared):
    """Registration methods. Clients of a method that is not declared have no access."""

    dynamic: DynamicRegistration | None = None
    metadata_documents: MetadataDocuments | None = None


class TenantSettings(Declared):
    """Settings of the whole Auth0 tenant, which also apply to other stacks and applications."""

    manage: Annotated[
        bool,
        Field(
            description="true: this stack turns dynamic registration and metadata documents on or off as "
            "`registration` declares, and sets the resource parameter profile. It restores the former values "
            "when it no longer manages them."
        ),
    ] = False
    resource_parameter_profile: Annotated[
        Literal["audience", "compatibility"] | None,
        Field(
            description="With compatibility (the default with manage), Auth0 honours `resource` (RFC 8707)."
        ),
    ] = None


class Auth0(DeclaredServer):
    """An Auth0 tenant as the authorization server."""

    domain: Annotated[Host, Field(description="Domain of the Auth0 tenant, such as acme.eu.auth0.com.")]
    custom_domain: Annotated[
        Host | None, Field(description="Custom domain for clients, if any; it must be set up already.")
    ] = None
    roles: Roles = Roles()
    tokens: Tokens = Tokens()
    registration: Registration = Registration()
    tenant_settings: TenantSettings = TenantSettings()

    @property
    def registration_methods(self) -> RegistrationMethods:
        """The registration methods through which people can sign in, by key; None if not declared."""
        return {
            "dynamic": self.registration.dynamic,
            "metadataDocuments": self.registration.metadata_documents,
        }

    @property
    def lifetimes(self) -> Mapping[str, str]:
        """The declared token lifetimes by path: those of access and refresh tokens."""
        refresh = self.tokens.refresh
        refresh_durations = {"lifetime": refresh.lifetime, "idle": refresh.idle} if refresh else {}
        return {
            "tokens.access": self.tokens.access,
            **{f"tokens.refresh.{key}": duration for key, duration in refresh_durations.items()},
        }

    @property
    def issuer(self) -> str:
        """The issuer, which ends with a slash in Auth0's metadata and tokens.

        It contains the domain from which the client requests tokens:
        https://auth0.com/docs/customize/custom-domains (Custom domains and token requests)
        """
        return f"https://{self.custom_domain or self.domain}/"

    @property
    def resource_parameter(self) -> bool:
        """Whether this stack sets the profile with which Auth0 honours `resource` without `audience`."""
        settings = self.tenant_settings
        return settings.manage and settings.resource_parameter_profile != "audience"
