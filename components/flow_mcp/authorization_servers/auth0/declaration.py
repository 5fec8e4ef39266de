"""What a tenant declares of its Auth0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from flow_mcp.declaration.authorization_server import DeclaredServer, RegistrationMethods
from flow_mcp.declaration.base import Declared, Duration, Host, is_loopback, split_url
from flow_mcp.declaration.clients import Access, Applications, InheritedPeople, hosts_or_applications, one_of
from flow_mcp.declaration.findings import RefusedError

_LONGEST_DOCUMENT = 120


def _document_url(url: str) -> str:
    """The address of a Client ID Metadata Document, by Auth0's rules for it.

    https://auth0.com/docs/get-started/auth0-overview/create-applications/register-applications-with-cimd
    """
    parts = split_url(url)
    segments = [segment.lower().replace("%2e", ".") for segment in parts.path.split("/")]
    if parts.scheme != "https" or is_loopback(parts.hostname):
        raise RefusedError("is not https, or on loopback, and Auth0 fetches it", "Publish it by https.")
    if not any(segments):
        raise RefusedError("has no path beyond /", "Write the document's whole address.")
    if "?" in url or "#" in url:
        raise RefusedError("has a query or a fragment", "Remove it.")
    if {".", ".."} & set(segments):
        raise RefusedError("has a path with `.` or `..` segments", "Write the path plainly.")
    if len(url) > _LONGEST_DOCUMENT:
        raise RefusedError(f"is longer than {_LONGEST_DOCUMENT} characters", "Auth0 takes no longer ones.")
    return url


DocumentUrl = Annotated[str, AfterValidator(_document_url), Field(json_schema_extra={"format": "uri"})]


class Roles(Declared):
    """The Auth0 roles that `people: {groups: […]}` names."""

    create: Annotated[
        bool,
        Field(
            description="true: the stack makes and owns them, without members; false: they exist, and are "
            "given the permissions only."
        ),
    ] = False


class RefreshTokens(Declared):
    """Refresh tokens for clients of people; each can be used once (rotation)."""

    lifetime: Annotated[Duration, Field(description="From the sign-in on.")] = "30d"
    idle: Annotated[Duration, Field(description="Without use.")] = "7d"


class Tokens(Declared):
    """Lifetimes."""

    access: Annotated[Duration, Field(description="Of access tokens.")] = "1h"
    refresh: Annotated[
        RefreshTokens | None, Field(description="Left out: none; people sign in again for each access token.")
    ] = None


class DynamicRegistration(Declared):
    """Dynamic Client Registration, which Auth0 has for the whole tenant, open to anyone, or not at all."""

    access: Access
    people: InheritedPeople = None


class MetadataDocuments(Declared):
    """Client ID Metadata Documents: Auth0 accepts those that were imported, and no others."""

    model_config = hosts_or_applications("documents")

    applications: Applications = None
    documents: Annotated[
        tuple[DocumentUrl, ...], Field(min_length=1, description="Addresses of the documents; imported.")
    ] = ()
    access: Access
    people: InheritedPeople = None

    @model_validator(mode="after")
    def _limited(self) -> Self:
        one_of(self.documents, self.applications, "documents")
        return self


class Registration(Declared):
    """Registration methods; one that is absent reaches nothing here."""

    dynamic: DynamicRegistration | None = None
    metadata_documents: MetadataDocuments | None = None

    @property
    def methods(self) -> RegistrationMethods:
        """The methods that lead to a person's token."""
        return {"dynamic": self.dynamic, "metadataDocuments": self.metadata_documents}


class TenantSettings(Declared):
    """Switches of the whole Auth0 tenant; other stacks and applications live with them too."""

    manage: Annotated[
        bool,
        Field(
            description="true: this stack sets dynamic registration and metadata documents as `registration` "
            "says, and the resource parameter profile. They are put back when it no longer does."
        ),
    ] = False
    resource_parameter_profile: Annotated[
        Literal["audience", "compatibility"] | None,
        Field(description="compatibility (the default with manage) honours `resource` (RFC 8707)."),
    ] = None


class Auth0(DeclaredServer):
    """An Auth0 tenant as the authorization server."""

    domain: Annotated[Host, Field(description="Of the tenant, such as acme.eu.auth0.com.")]
    custom_domain: Annotated[
        Host | None, Field(description="That clients see instead, if any; it must be set up already.")
    ] = None
    roles: Roles = Roles()
    tokens: Tokens = Tokens()
    registration: Registration = Registration()
    tenant_settings: TenantSettings = TenantSettings()

    @property
    def registration_methods(self) -> RegistrationMethods:
        """The methods that lead to a person's token."""
        return self.registration.methods

    @property
    def lifetimes(self) -> Mapping[str, str]:
        """The lifetimes of access and refresh tokens."""
        refresh = self.tokens.refresh
        of_refresh = {"lifetime": refresh.lifetime, "idle": refresh.idle} if refresh else {}
        return {
            "tokens.access": self.tokens.access,
            **{f"tokens.refresh.{key}": duration for key, duration in of_refresh.items()},
        }

    @property
    def issuer(self) -> str:
        """The issuer, with the slash that Auth0 writes into metadata and tokens.

        It is the domain that a token was asked from:
        https://auth0.com/docs/customize/custom-domains (Custom domains and token requests)
        """
        return f"https://{self.custom_domain or self.domain}/"

    @property
    def resource_parameter(self) -> bool:
        """Whether this stack makes the tenant honour `resource` where `audience` is missing."""
        settings = self.tenant_settings
        return settings.manage and settings.resource_parameter_profile != "audience"
