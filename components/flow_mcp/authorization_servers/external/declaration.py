"""The declaration of an external authorization server in a tenant's file."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from flow_mcp.declaration.authorization_server import DeclaredServer, RegistrationMethods
from flow_mcp.declaration.base import Declared, Host, Text, secure_url
from flow_mcp.declaration.clients import Access, Applications, InheritedPeople, hosts_or_applications, one_of
from flow_mcp.declaration.findings import RefusedError

ScopeToken = Annotated[str, StringConstraints(pattern=r"^[\x21\x23-\x5b\x5d-\x7e]{1,255}$")]
"""A scope token (RFC 6749, section 3.3)."""

ClaimName = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,255}$")]

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


def _authority(url: str) -> str:
    secure_url(url)
    if "?" in url or "#" in url:
        raise RefusedError("has a query or a fragment", "Declare the issuer (RFC 8414, section 2).")
    return url


Authority = Annotated[str, AfterValidator(_authority), Field(json_schema_extra={"format": "uri"})]


class ResourceThere(Declared):
    """The scopes and audiences of a protected resource at the authorization server."""

    scopes: Annotated[
        tuple[ScopeToken, ...],
        Field(min_length=1, description="Scopes that clients request; all are required."),
    ]
    scopes_in_tokens: Annotated[
        tuple[ScopeToken, ...], Field(description="The scopes in tokens, if they differ from `scopes`.")
    ] = ()
    audiences: Annotated[
        tuple[Text, ...],
        Field(description="Accepted values of `aud` in its tokens; default: its URL (RFC 8707)."),
    ] = ()


class Condition(Declared):
    """A condition on a claim of a token."""

    claim: Annotated[ClaimName, Field(description="Name of the claim.")]
    must: Annotated[
        Literal["present", "absent", "one-of", "no-suffix", "prefix"],
        Field(
            description="one-of: the claim is one of `values`; prefix: it begins with one of them; "
            "no-suffix: it ends with none of them."
        ),
    ]
    values: Annotated[tuple[Text, ...], Field(description="Values for one-of, prefix and no-suffix.")] = ()

    @model_validator(mode="after")
    def _values_match_the_operator(self) -> Self:
        if (self.must in {"one-of", "no-suffix", "prefix"}) != bool(self.values):
            raise RefusedError(
                "has values with an operator that takes none, or lacks values for its operator",
                "Declare values with one-of, no-suffix and prefix, and only with these.",
            )
        return self


class Tokens(Declared):
    """The token profile of the server's access tokens. Defaults are those of RFC 9068."""

    algorithms: Annotated[
        tuple[Algorithm, ...], Field(min_length=1, description="Accepted JWS algorithms.")
    ] = ("RS256",)
    types: Annotated[tuple[Text, ...], Field(min_length=1, description="Accepted `typ` headers.")] = (
        "at+jwt",
    )
    client_claim: Annotated[ClaimName, Field(description="Claim with the client ID.")] = "client_id"
    scope_claim: Annotated[ClaimName, Field(description="Claim with the scopes.")] = "scope"
    conditions: Annotated[
        tuple[Condition, ...],
        Field(description="Conditions that all access tokens meet, and no other tokens."),
    ] = ()
    person: Annotated[
        tuple[Condition, ...],
        Field(description="Conditions that exactly the tokens of people meet; required if people sign in."),
    ] = ()


class ClientRegistration(Declared):
    """Registration of the declared clients with RFC 7591; RFC 7592 is used if the server supports it."""

    protected: Annotated[
        bool,
        Field(
            description="Whether registration needs an initial access token: FLOW_MCP_INITIAL_ACCESS_TOKEN "
            "in the environment, or the secret flow-mcp:initialAccessToken of the stack's configuration."
        ),
    ] = True


class DynamicRegistration(Declared):
    """Dynamic client registration; the server decides which clients can register."""

    access: Access
    people: InheritedPeople = None


class MetadataDocuments(Declared):
    """Client ID metadata documents. The server decides which it accepts; the runtime accepts these hosts."""

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
    """Registration methods. Clients of a method that is not declared have no access."""

    dynamic: DynamicRegistration | None = None
    metadata_documents: MetadataDocuments | None = None


class External(DeclaredServer):
    """An OAuth 2.1 or OpenID Connect server that publishes its metadata."""

    authority: Annotated[
        Authority, Field(description="Issuer of the server, byte for byte, including a slash at the end.")
    ]
    resources: Annotated[
        dict[str, ResourceThere],
        Field(
            min_length=1,
            description='Scopes and audiences of each protected resource, by "<workspace>/<environment>".',
        ),
    ]
    tokens: Tokens = Tokens()
    client_registration: Annotated[
        ClientRegistration | None,
        Field(description="Registration of `clients`, which must be empty without it."),
    ] = None
    registration: Registration = Registration()

    @property
    def registration_methods(self) -> RegistrationMethods:
        """The registration methods through which people can sign in, by key; None if not declared."""
        return {
            "dynamic": self.registration.dynamic,
            "metadataDocuments": self.registration.metadata_documents,
        }
