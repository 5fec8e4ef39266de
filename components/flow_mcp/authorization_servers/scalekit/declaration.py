"""What a tenant declares of its Scalekit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from flow_mcp.declaration.authorization_server import DeclaredServer, RegistrationMethods
from flow_mcp.declaration.base import Declared, Duration, ServerUrl, split_url
from flow_mcp.declaration.clients import Access, Applications, InheritedPeople, hosts_or_applications, one_of
from flow_mcp.declaration.findings import RefusedError


def _document_url(url: str) -> str:
    """An entry of Scalekit's allowlist of metadata documents (REST API, `CimdAllowlistEntry`, type URL)."""
    exact = url.removesuffix("/*")
    parts = split_url(exact)
    if parts.scheme != "https":
        raise RefusedError("is not https", "Metadata documents are https only.")
    if "*" in exact:
        raise RefusedError("has a wildcard elsewhere than at its end", "End it in /*, or write it in full.")
    if "?" in url or "#" in url:
        raise RefusedError("has a query or a fragment", "Remove it.")
    if exact == url and not parts.path.strip("/"):
        raise RefusedError(
            "has no path beyond /", f"Write the document's whole address, or {exact.rstrip('/')}/* for any."
        )
    return url


DocumentUrl = Annotated[str, AfterValidator(_document_url), Field(json_schema_extra={"format": "uri"})]


class Tokens(Declared):
    """Lifetimes."""

    access: Annotated[Duration, Field(description="Of access tokens; Scalekit recommends from 5m to 1h.")] = (
        "5m"
    )


class DynamicRegistration(Declared):
    """Dynamic Client Registration (RFC 7591), which Scalekit has for an MCP server, open to anyone."""

    access: Access
    people: InheritedPeople = None


class MetadataDocuments(Declared):
    """Client ID Metadata Documents; Scalekit's allowlist of them is always on."""

    model_config = hosts_or_applications("documents")

    applications: Applications = None
    documents: Annotated[
        tuple[DocumentUrl, ...],
        Field(
            min_length=1,
            max_length=20,
            description="Addresses of the documents; one that ends in /* means any below it.",
        ),
    ] = ()
    access: Access
    people: InheritedPeople = None

    @model_validator(mode="after")
    def _limited(self) -> Self:
        one_of(self.documents, self.applications, "documents")
        return self


class Registration(Declared):
    """Registration methods; one that is absent is closed."""

    dynamic: DynamicRegistration | None = None
    metadata_documents: MetadataDocuments | None = None

    @property
    def methods(self) -> RegistrationMethods:
        """The methods that lead to a person's token."""
        return {"dynamic": self.dynamic, "metadataDocuments": self.metadata_documents}


class Scalekit(DeclaredServer):
    """A Scalekit environment as the authorization server of one protected resource."""

    environment_url: Annotated[
        ServerUrl, Field(description="Of the environment, such as https://acme.scalekit.com.")
    ]
    tokens: Tokens = Tokens()
    registration: Registration = Registration()

    @property
    def registration_methods(self) -> RegistrationMethods:
        """The methods that lead to a person's token."""
        return self.registration.methods

    @property
    def lifetimes(self) -> Mapping[str, str]:
        """The lifetime of access tokens."""
        return {"tokens.access": self.tokens.access}
