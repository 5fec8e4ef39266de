"""The models of the settings document. It contains no secret, and equal values result in equal bytes.

The JSON follows RFC 8785 (JSON Canonicalization Scheme), so that a digest identifies its content and the diff
of a stack shows only the changes. Its schema is published as `docs/schemas/settings.schema.json`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

import rfc8785
from pydantic import ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from flow_mcp.common.strict_model import StrictModel
from flow_mcp.settings.strict_json import validate_strictly


class Grant(StrEnum):
    """The way in which a client gets tokens: for itself or for a person (RFC 6749, 4.4 and 4.1)."""

    CLIENT_CREDENTIALS = "client-credentials"
    AUTHORIZATION_CODE = "authorization-code"


class ClaimCondition(StrictModel):
    """A condition for a claim of the token.

    `present`: the token has the claim; `absent`: it does not; `one-of`: the claim is a string among `values`;
    `no-suffix`: it is a string that ends with none of `values`; `prefix`: it begins with one of them.
    """

    claim: Annotated[str, Field(description="The claim's name.")]
    must: Annotated[
        Literal["present", "absent", "one-of", "no-suffix", "prefix"], Field(description="The operator.")
    ]
    values: Annotated[
        tuple[str, ...], Field(description="The operator's values; none for present and absent.")
    ] = ()

    @model_validator(mode="after")
    def _values_belong_to_the_operator(self) -> Self:
        if (self.must in {"one-of", "no-suffix", "prefix"}) != bool(self.values):
            raise ValueError(
                "`values` is required with one-of, no-suffix and prefix, and not allowed otherwise "
                f"(must: {self.must})"
            )
        return self


class TokenProfile(StrictModel):
    """How to read and validate the server's access tokens (RFC 9068 or the vendor's own format)."""

    algorithms: Annotated[
        tuple[str, ...], Field(min_length=1, description="Accepted JWS algorithms, all asymmetric.")
    ]
    types: Annotated[
        tuple[str, ...],
        Field(
            min_length=1,
            description="Accepted `typ` of the header, compared without regard to case and `application/`.",
        ),
    ]
    client_claim: Annotated[str, Field(description="Claim that contains the client ID.")]
    scope_claim: Annotated[
        str, Field(description="Claim that contains the scopes, space-separated or as a list.")
    ]
    role_claim: Annotated[str | None, Field(description="Claim that contains the app roles, as a list.")] = (
        None
    )
    conditions: Annotated[
        tuple[ClaimCondition, ...],
        Field(description="Conditions that every access token meets; the runtime requires all of them."),
    ] = ()
    person: Annotated[
        tuple[ClaimCondition, ...],
        Field(
            min_length=1,
            description="Conditions that all tokens of people meet; any other token is a program's.",
        ),
    ]
    clock_skew_seconds: Annotated[
        int, Field(ge=0, le=300, description="Tolerated difference between the clocks, in seconds.")
    ] = 60

    @model_validator(mode="after")
    def _only_asymmetric_algorithms(self) -> Self:
        known = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
        if not known.issuperset(self.algorithms):
            raise ValueError(f"algorithms must be among {', '.join(sorted(known))}")
        return self


_Access = Annotated[
    tuple[str, ...],
    Field(description="Protected resources that may be accessed, as `<workspace>/<environment>`."),
]


class TokenRequest(StrictModel):
    """A client's token request for one protected resource: exact parameters, without credentials."""

    resource: Annotated[str, Field(description="URL of the protected resource.")]
    token_endpoint: Annotated[str, Field(description="URL of the token endpoint.")]
    parameters: Annotated[dict[str, str], Field(description="Form parameters of the token request.")]
    authorization_endpoint: Annotated[
        str | None, Field(description="URL of the authorization endpoint, for authorization-code only.")
    ] = None
    authorization_parameters: Annotated[
        dict[str, str] | None,
        Field(description="Query parameters of the authorization request, for authorization-code only."),
    ] = None


class IdentityAssertion(StrictModel):
    """A client's second grant: identity assertions of company identity providers (RFC 7523; ID-JAG)."""

    issuers: Annotated[
        tuple[str, ...],
        Field(min_length=1, description="`iss` of the assertions that the client may redeem."),
    ]
    token_requests: Annotated[
        tuple[TokenRequest, ...],
        Field(
            description="Its token requests without the assertion, one for each protected resource. The "
            "assertion's `aud` is the authority, and its `resource` the protected resource."
        ),
    ]


class Client(StrictModel):
    """A declared client and its access."""

    name: Annotated[str, Field(description="Its name in the tenant's declaration.")]
    client_id: Annotated[str, Field(description="Its client ID, compared byte for byte.")]
    registration: Annotated[
        Literal["managed", "manual"],
        Field(description="managed: created by the stack; manual: registered by an administrator."),
    ]
    grant: Annotated[Grant, Field(description="The way in which it gets tokens.")]
    authentication: Annotated[
        Literal["none", "client-secret", "private-key-jwt", "federated"] | None,
        Field(description="Authentication method at the token endpoint; unknown for manual registrations."),
    ] = None
    access: _Access
    token_requests: Annotated[
        tuple[TokenRequest, ...], Field(description="Its token requests, one for each protected resource.")
    ]
    identity_assertion: Annotated[
        IdentityAssertion | None,
        Field(description="Present if the client may also redeem identity assertions about people."),
    ] = None


class DynamicRegistration(StrictModel):
    """Access of clients from dynamic client registration (RFC 7591), for tokens of people only."""

    access: _Access


class MetadataDocuments(StrictModel):
    """Access of clients whose ID is the URL of a metadata document, for tokens of people only."""

    domains: Annotated[
        tuple[str, ...], Field(min_length=1, description="Hosts of the documents, compared exactly.")
    ]
    access: _Access


class Registration(StrictModel):
    """The registration methods; an absent one is closed."""

    dynamic: Annotated[
        DynamicRegistration | None, Field(description="Dynamic client registration (RFC 7591).")
    ] = None
    metadata_documents: Annotated[
        MetadataDocuments | None, Field(description="Client ID metadata documents.")
    ] = None


class AuthorizationServer(StrictModel):
    """One authorization server, with everything that the runtime needs to know about it."""

    kind: Annotated[str, Field(description="The kind's key in the declaration: keycloak, entra, …")]
    authority: Annotated[str, Field(description="The issuer in its metadata, byte for byte.")]
    issuers: Annotated[
        tuple[str, ...], Field(min_length=1, description="Accepted `iss` of tokens, compared byte for byte.")
    ]
    metadata_url: Annotated[str, Field(description="URL at which the server publishes its metadata.")]
    token_profile: Annotated[TokenProfile, Field(description="How to read and validate its tokens.")]
    clients: Annotated[tuple[Client, ...], Field(description="All declared clients, managed and manual.")]
    registration: Annotated[
        Registration, Field(description="The registration methods. Default: all are closed.")
    ] = Registration()


class ResourceAtServer(StrictModel):
    """The audiences, scopes and app roles of a protected resource at one authorization server."""

    authority: Annotated[str, Field(description="Authority of one of the document's authorization servers.")]
    audiences: Annotated[
        tuple[str, ...], Field(min_length=1, description="Accepted `aud`; a token needs one of them.")
    ]
    scopes_advertised: Annotated[
        tuple[str, ...],
        Field(min_length=1, description="Scopes in protected resource metadata and challenges."),
    ]
    scopes_in_tokens: Annotated[
        tuple[str, ...],
        Field(min_length=1, description="The same scopes as in tokens; a token needs all of them."),
    ]
    app_roles: Annotated[
        tuple[str, ...],
        Field(
            description="App roles that a program's token needs instead of scopes. "
            "If empty, programs need the scopes too."
        ),
    ] = ()
    grant_profiles: Annotated[
        tuple[str, ...] | None,
        Field(
            min_length=1,
            description="Grant profiles in protected resource metadata: ID-JAG if a client may redeem "
            "identity assertions for the resource.",
        ),
    ] = None


class ProtectedResource(StrictModel):
    """One MCP server: a protected resource (RFC 9728) for an environment of a workspace."""

    url: Annotated[str, Field(description="Its resource identifier, without a trailing slash.")]
    workspace: Annotated[str, Field(description="Its workspace's ID.")]
    environment: Annotated[str, Field(description="Its environment's ID.")]
    authorization_servers: Annotated[
        tuple[ResourceAtServer, ...],
        Field(min_length=1, description="The authorization servers whose tokens it accepts."),
    ]

    @property
    def key(self) -> str:
        """`<workspace>/<environment>`, as in access entries."""
        return f"{self.workspace}/{self.environment}"


def _require_version(schema: dict[str, Any]) -> None:
    schema["required"] = ["version", *schema["required"]]


class SettingsDocument(StrictModel):
    """The MCP Server Settings of one tenant for the Flow runtime."""

    model_config = ConfigDict(json_schema_extra=_require_version)

    version: Annotated[Literal[1], Field(description="Version of this contract.")] = 1
    tenant: Annotated[str, Field(description="The tenant's ID in Flow.")]
    authorization_servers: Annotated[
        tuple[AuthorizationServer, ...],
        Field(
            min_length=1,
            max_length=2,
            description="One authorization server, or two during a move to another one.",
        ),
    ]
    protected_resources: Annotated[
        tuple[ProtectedResource, ...], Field(description="The tenant's MCP servers.")
    ]

    @model_validator(mode="after")
    def _has_unique_names_and_valid_references(self) -> Self:
        authorities = [server.authority for server in self.authorization_servers]
        keys = [resource.key for resource in self.protected_resources]
        for noun, values in (
            ("authority", authorities),
            # A token is judged by the server of its issuer, which must be one.
            ("issuer", [issuer for server in self.authorization_servers for issuer in {*server.issuers}]),
            ("protected resource", keys),
            ("protected resource's URL", [resource.url for resource in self.protected_resources]),
        ):
            if len(set(values)) < len(values):
                raise ValueError(f"each {noun} may occur only once in a document")
        for resource in self.protected_resources:
            for at_server in resource.authorization_servers:
                if at_server.authority not in authorities:
                    raise ValueError(
                        f"{resource.key} refers to {at_server.authority}, "
                        "which is not in authorizationServers"
                    )
        for server in self.authorization_servers:
            for noun, values in (
                ("client ID", [client.client_id for client in server.clients]),
                ("name", [client.name for client in server.clients]),
            ):
                if len(set(values)) < len(values):
                    raise ValueError(f"two clients of {server.authority} have the same {noun}")
        return self

    def canonical_json(self) -> str:
        """Return the document as RFC 8785 JSON without absent values; equal documents give equal JSON."""
        return rfc8785.dumps(self.model_dump(mode="json", by_alias=True, exclude_none=True)).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Parse a settings document.

        Raises:
            pydantic.ValidationError: the text is not a settings document of version 1.
        """
        document = validate_strictly(cls, text)
        if "version" not in document.model_fields_set:
            missing = InitErrorDetails(type="missing", loc=("version",), input=None)
            raise ValidationError.from_exception_data(cls.__name__, [missing])
        return document
