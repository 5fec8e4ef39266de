"""What a tenant declares of an authorization server that no other kind knows."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from flow_mcp.declaration.authorization_server import DeclaredServer, RegistrationMethods
from flow_mcp.declaration.base import Declared, Host, Text, secure_url
from flow_mcp.declaration.clients import Access, Applications, InheritedPeople, hosts_or_applications, one_of
from flow_mcp.declaration.findings import RefusedError

ScopeToken = Annotated[str, StringConstraints(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,255}$")]
"""RFC 6749, section 3.3."""

ClaimName = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,255}$")]

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


def _authority(url: str) -> str:
    secure_url(url)
    if "?" in url or "#" in url:
        raise RefusedError("has a query or a fragment", "Write the issuer (RFC 8414, section 2).")
    return url


Authority = Annotated[str, AfterValidator(_authority), Field(json_schema_extra={"format": "uri"})]


class ResourceThere(Declared):
    """What a protected resource is called at the authorization server."""

    scopes: Annotated[
        tuple[ScopeToken, ...], Field(min_length=1, description="That clients ask for; all are needed.")
    ]
    scopes_in_tokens: Annotated[
        tuple[ScopeToken, ...], Field(description="Where tokens carry other texts for them.")
    ] = ()
    audiences: Annotated[
        tuple[Text, ...],
        Field(description="`aud` of its tokens, any of these; left out: its URL (RFC 8707)."),
    ] = ()


class Condition(Declared):
    """What a claim of a token must be."""

    claim: Annotated[ClaimName, Field(description="Its name.")]
    must: Annotated[
        Literal["present", "absent", "one-of", "no-suffix", "prefix"],
        Field(description="one-of: among `values`; prefix, no-suffix: begins, does not end with one."),
    ]
    values: Annotated[tuple[Text, ...], Field(description="What it compares with, if anything.")] = ()

    @model_validator(mode="after")
    def _values_belong_to_the_operator(self) -> Self:
        if (self.must in {"one-of", "no-suffix", "prefix"}) != bool(self.values):
            raise RefusedError(
                "has values without an operator for them, or an operator without values",
                "Give values with one-of, no-suffix and prefix, and only with these.",
            )
        return self


class Tokens(Declared):
    """How its access tokens are read; what is left out is as RFC 9068 has it."""

    algorithms: Annotated[
        tuple[Algorithm, ...], Field(min_length=1, description="Accepted JWS algorithms.")
    ] = ("RS256",)
    types: Annotated[tuple[Text, ...], Field(min_length=1, description="Accepted `typ` of the header.")] = (
        "at+jwt",
    )
    client_claim: Annotated[ClaimName, Field(description="Claim that carries the client ID.")] = "client_id"
    scope_claim: Annotated[ClaimName, Field(description="Claim that carries the scopes.")] = "scope"
    conditions: Annotated[
        tuple[Condition, ...], Field(description="That every access token meets, and no other token.")
    ] = ()
    person: Annotated[
        tuple[Condition, ...],
        Field(
            description="That exactly those tokens meet that were issued for a person; needed as soon as "
            "people sign in."
        ),
    ] = ()


class ClientRegistration(Declared):
    """Registration of the declared clients by RFC 7591; they are kept up by RFC 7592 where the server can."""

    protected: Annotated[
        bool,
        Field(
            description="Whether registering takes an initial access token: FLOW_MCP_INITIAL_ACCESS_TOKEN in "
            "the environment, or the secret flow-mcp:initialAccessToken of the stack's configuration."
        ),
    ] = True


class DynamicRegistration(Declared):
    """Clients that register themselves there; the server decides who can."""

    access: Access
    people: InheritedPeople = None


class MetadataDocuments(Declared):
    """Client ID Metadata Documents; the server decides which it accepts, and the runtime these hosts."""

    model_config = hosts_or_applications("domains")

    applications: Applications = None
    domains: Annotated[tuple[Host, ...], Field(min_length=1, description="Hosts of the documents.")] = ()
    access: Access
    people: InheritedPeople = None

    @model_validator(mode="after")
    def _limited(self) -> Self:
        one_of(self.domains, self.applications, "domains")
        return self


class Registration(Declared):
    """Registration methods; one that is absent reaches nothing here."""

    dynamic: DynamicRegistration | None = None
    metadata_documents: MetadataDocuments | None = None

    @property
    def methods(self) -> RegistrationMethods:
        """The methods that lead to a person's token."""
        return {"dynamic": self.dynamic, "metadataDocuments": self.metadata_documents}


class External(DeclaredServer):
    """An OAuth 2.1 or OpenID Connect server that publishes its metadata."""

    authority: Annotated[
        Authority, Field(description="Its issuer, exactly, with or without the slash at its end.")
    ]
    resources: Annotated[
        dict[str, ResourceThere],
        Field(min_length=1, description='Each protected resource, by "<workspace>/<environment>".'),
    ]
    tokens: Tokens = Tokens()
    client_registration: Annotated[
        ClientRegistration | None, Field(description="Left out: `clients` must be empty.")
    ] = None
    registration: Registration = Registration()

    @property
    def registration_methods(self) -> RegistrationMethods:
        """The methods that lead to a person's token."""
        return self.registration.methods
