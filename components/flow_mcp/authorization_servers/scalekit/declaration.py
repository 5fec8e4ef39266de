"""The declaration of Scalekit in a tenant's file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from flow_mcp.declaration.authorization_server import DeclaredServer, RegistrationMethods
from flow_mcp.declaration.base import Declared, Duration, Form, ServerUrl, split_url
from flow_mcp.declaration.clients import Access, Applications, InheritedPeople, hosts_or_applications, one_of
from flow_mcp.declaration.findings import RefusedError


def _document_url(url: str) -> str:
    """Return an entry of Scalekit's allowlist of metadata documents, after a check of its restrictions.

    Source: REST API, `CimdAllowlistEntry`, type URL.
    """
    exact = url.removesuffix("/*")
    parts = split_url(exact)
    if parts.scheme != "https":
        raise RefusedError("is not https", "Declare an https URL.")
    if "*" in exact:
        raise RefusedError("has a wildcard that is not at its end", "End it in /*, or declare it in full.")
    if "?" in url or "#" in url:
        raise RefusedError("has a query or a fragment", "Remove it.")
    if exact == url and not parts.path.strip("/"):
        raise RefusedError(
            "has no path", f"Declare the complete URL of the document, or {exact.rstrip('/')}/* for all."
        )
    return url


DocumentUrl = Annotated[str, AfterValidator(_document_url), Field(json_schema_extra={"format": "uri"})]


Scope = Annotated[
    str,
    Form(
        r"[A-Za-z0-9][A-Za-z0-9:._/-]{0,99}",
        "a scope",
        "1 to 100 letters, digits, :, ., _, / and -, starting with a letter or digit",
    ),
]


class Tokens(Declared):
    """Lifetimes of tokens."""

    access: Annotated[
        Duration, Field(description="Lifetime of access tokens; Scalekit recommends 5m to 1h.")
    ] = "5m"


class DynamicRegistration(Declared):
    """Dynamic client registration (RFC 7591), which Scalekit opens to everyone for an MCP server."""

    access: Access
    people: InheritedPeople = None


class MetadataDocuments(Declared):
    """Client ID metadata documents. The stack always turns Scalekit's allowlist of documents on."""

    model_config = hosts_or_applications("documents")

    applications: Applications = None
    documents: Annotated[
        tuple[DocumentUrl, ...],
        Field(
            min_length=1,
            max_length=20,
            description="URLs of the documents; one that ends in /* permits all documents below it.",
        ),
    ] = ()
    access: Access
    people: InheritedPeople = None

    @model_validator(mode="after")
    def _limited(self) -> Self:
        one_of(self.documents, self.applications, "documents")
        return self


class Registration(Declared):
    """Registration methods. A method that is not declared is closed."""

    dynamic: DynamicRegistration | None = None
    metadata_documents: MetadataDocuments | None = None


class Scalekit(DeclaredServer):
    """A Scalekit environment as the authorization server of one protected resource."""

    environment_url: Annotated[
        ServerUrl, Field(description="URL of the environment, such as https://acme.scalekit.com.")
    ]
    scopes: Annotated[
        tuple[Scope, ...] | None,
        Field(
            min_length=1,
            description="Scopes of the MCP server and its clients; a token must have all. Default: flow:mcp.",
            examples=[["mcp:read"]],
        ),
    ] = None
    tokens: Tokens = Tokens()
    registration: Registration = Registration()

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
