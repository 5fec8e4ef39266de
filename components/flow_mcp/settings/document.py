"""The settings document's shape. It holds no secret, and the same values give the same bytes.

The JSON is written by RFC 8785 (JSON Canonicalization Scheme), so that a digest of it means something and a
stack's diff shows only what changed. Its schema is published as `docs/schemas/settings.schema.json`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal, Self

import rfc8785
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import InitErrorDetails

from flow_mcp.settings.strict_json import validate_strictly


class _Part(BaseModel):
    """Part of the document: unknown keys are refused, for a runtime must not overlook a restriction."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, alias_generator=to_camel, validate_by_name=True
    )


class Grant(StrEnum):
    """How a client gets tokens: for itself, or for a person who signs in (RFC 6749, 4.4 and 4.1)."""

    CLIENT_CREDENTIALS = "client-credentials"
    AUTHORIZATION_CODE = "authorization-code"


class ClaimCondition(_Part):
    """What a claim of the token must be.

    `present`: it is there; `absent`: it is not; `one-of`: it is a string among `values`;
    `no-suffix`: it is a string that ends with none of `values`; `prefix`: it begins with one of them.
    """

    claim: Annotated[str, Field(description="Its name.")]
    must: Annotated[
        Literal["present", "absent", "one-of", "no-suffix", "prefix"], Field(description="The operator.")
    ]
    values: Annotated[
        tuple[str, ...], Field(description="What it compares with; none for present and absent.")
    ] = ()

    @model_validator(mode="after")
    def _values_belong_to_the_operator(self) -> Self:
        if (self.must in {"one-of", "no-suffix", "prefix"}) != bool(self.values):
            raise ValueError(
                "`values` is required with one-of, no-suffix and prefix, and not allowed otherwise "
                f"(must: {self.must})"
            )
        return self


class TokenProfile(_Part):
    """How this server's access tokens (RFC 9068 or the vendor's own form) are read and judged."""

    algorithms: Annotated[
        tuple[str, ...], Field(min_length=1, description="JWS algorithms, asymmetric ones only.")
    ]
    types: Annotated[
        tuple[str, ...],
        Field(
            min_length=1,
            description="Accepted `typ` of the header, compared without case and `application/`.",
        ),
    ]
    client_claim: Annotated[str, Field(description="Claim that carries the client ID.")]
    scope_claim: Annotated[
        str, Field(description="Claim that carries the scopes, space-separated or a list.")
    ]
    role_claim: Annotated[str | None, Field(description="Claim that carries app roles, a list.")] = None
    conditions: Annotated[
        tuple[ClaimCondition, ...],
        Field(description="All must hold, for every token: what makes it an access token."),
    ] = ()
    person: Annotated[
        tuple[ClaimCondition, ...],
        Field(
            min_length=1,
            description="A token that meets all of these was issued for a person; any other, not.",
        ),
    ]
    clock_skew_seconds: Annotated[
        int, Field(ge=0, le=300, description="How far the server's clock may be off.")
    ] = 60

    @model_validator(mode="after")
    def _only_asymmetric_algorithms(self) -> Self:
        known = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
        if not known.issuperset(self.algorithms):
            raise ValueError(f"algorithms must be among {', '.join(sorted(known))}")
        return self


_Access = Annotated[
    tuple[str, ...], Field(description="Protected resources it was given, as `<workspace>/<environment>`.")
]


class TokenRequest(_Part):
    """How the client asks for a token for one protected resource: exact parameters, without credentials."""

    resource: Annotated[str, Field(description="URL of the protected resource.")]
    token_endpoint: Annotated[str, Field(description="Where the request goes.")]
    parameters: Annotated[dict[str, str], Field(description="Form parameters of the token request.")]
    authorization_endpoint: Annotated[str | None, Field(description="For authorization code only.")] = None
    authorization_parameters: Annotated[
        dict[str, str] | None, Field(description="Query parameters of the authorization request.")
    ] = None


class Client(_Part):
    """An application that may call, and where."""

    name: Annotated[str, Field(description="As the tenant's declaration names it.")]
    client_id: Annotated[str, Field(description="Compared byte for byte.")]
    registration: Annotated[
        Literal["managed", "manual"],
        Field(description="Made by the stack, or listed after someone else made it."),
    ]
    grant: Annotated[Grant, Field(description="How it gets tokens.")]
    authentication: Annotated[
        Literal["none", "client-secret", "private-key-jwt", "federated"] | None,
        Field(description="How it authenticates at the token endpoint; unknown for manual ones."),
    ] = None
    access: _Access
    token_requests: Annotated[
        tuple[TokenRequest, ...], Field(description="How it asks for a token, by protected resource.")
    ]


class DynamicRegistration(_Part):
    """Clients that registered themselves (RFC 7591) reach these resources, and only with a person."""

    access: _Access


class MetadataDocuments(_Part):
    """Clients whose ID is an https URL on one of these domains, likewise (Client ID Metadata Documents)."""

    domains: Annotated[
        tuple[str, ...], Field(min_length=1, description="Hosts of the documents, compared exactly.")
    ]
    access: _Access


class Registration(_Part):
    """Ways to become a client that no declaration names; what is absent is closed."""

    dynamic: Annotated[
        DynamicRegistration | None, Field(description="Clients that registered themselves.")
    ] = None
    metadata_documents: Annotated[
        MetadataDocuments | None, Field(description="Clients whose ID is the address of a document.")
    ] = None


class AuthorizationServer(_Part):
    """One authorization server and everything that the runtime must know of it."""

    kind: Annotated[str, Field(description="Key of the declaration: keycloak, entra, …")]
    authority: Annotated[str, Field(description="The issuer of the metadata, byte for byte.")]
    issuers: Annotated[
        tuple[str, ...], Field(min_length=1, description="Accepted `iss` of tokens, compared byte for byte.")
    ]
    metadata_url: Annotated[str, Field(description="The discovery document that this server really serves.")]
    token_profile: Annotated[TokenProfile, Field(description="How its tokens are read and judged.")]
    clients: Annotated[tuple[Client, ...], Field(description="All that were declared, managed and manual.")]
    registration: Annotated[Registration, Field(description="Who else may come; left out: nobody.")] = (
        Registration()
    )


class ResourceAtServer(_Part):
    """What a protected resource is called at one authorization server."""

    authority: Annotated[str, Field(description="That of one of the document's authorization servers.")]
    audiences: Annotated[tuple[str, ...], Field(min_length=1, description="Accepted `aud`; one is enough.")]
    scopes_advertised: Annotated[
        tuple[str, ...], Field(min_length=1, description="As metadata and challenges name them.")
    ]
    scopes_in_tokens: Annotated[
        tuple[str, ...], Field(min_length=1, description="As tokens carry them; all are needed.")
    ]
    app_roles: Annotated[
        tuple[str, ...],
        Field(
            description="What a program's token carries instead of scopes; none: programs carry scopes too."
        ),
    ] = ()


class ProtectedResource(_Part):
    """One MCP server: a workspace's environment (RFC 9728's protected resource)."""

    url: Annotated[str, Field(description="Its resource identifier, without a slash at the end.")]
    workspace: Annotated[str, Field(description="Its workspace's ID.")]
    environment: Annotated[str, Field(description="Its environment's ID.")]
    authorization_servers: Annotated[
        tuple[ResourceAtServer, ...], Field(min_length=1, description="Whose tokens it takes, and which.")
    ]

    @property
    def key(self) -> str:
        """`<workspace>/<environment>`, as access lists name it."""
        return f"{self.workspace}/{self.environment}"


def _version_is_required(schema: dict[str, Any]) -> None:
    schema["required"] = ["version", *schema["required"]]


class SettingsDocument(_Part):
    """MCP Server Settings of one tenant, as the Flow runtime consumes them."""

    model_config = ConfigDict(json_schema_extra=_version_is_required)

    version: Annotated[Literal[1], Field(description="Of this contract.")] = 1
    tenant: Annotated[str, Field(description="The tenant's ID in Flow.")]
    authorization_servers: Annotated[
        tuple[AuthorizationServer, ...],
        Field(min_length=1, max_length=2, description="One; two while the tenant moves to another."),
    ]
    protected_resources: Annotated[
        tuple[ProtectedResource, ...], Field(description="The tenant's MCP servers.")
    ]

    @model_validator(mode="after")
    def _refers_only_to_itself(self) -> Self:
        authorities = [server.authority for server in self.authorization_servers]
        keys = [resource.key for resource in self.protected_resources]
        for what, values in (
            ("authority", authorities),
            ("protected resource", keys),
            ("protected resource's URL", [resource.url for resource in self.protected_resources]),
        ):
            if len(set(values)) < len(values):
                raise ValueError(f"each {what} may occur only once in a document")
        for resource in self.protected_resources:
            for at in resource.authorization_servers:
                if at.authority not in authorities:
                    raise ValueError(
                        f"{resource.key} refers to {at.authority}, which is not in authorizationServers"
                    )
        for server in self.authorization_servers:
            for what, values in (
                ("client ID", [client.client_id for client in server.clients]),
                ("name", [client.name for client in server.clients]),
            ):
                if len(set(values)) < len(values):
                    raise ValueError(f"two clients of {server.authority} have the same {what}")
        return self

    def canonical_json(self) -> str:
        """The document as RFC 8785 JSON: same values, same bytes. Absent values are left out."""
        return rfc8785.dumps(self.model_dump(mode="json", by_alias=True, exclude_none=True)).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read a document.

        Raises:
            pydantic.ValidationError: it is not a settings document of version 1.
        """
        document = validate_strictly(cls, text)
        if "version" not in document.model_fields_set:
            missing = InitErrorDetails(type="missing", loc=("version",), input=None)
            raise ValidationError.from_exception_data(cls.__name__, [missing])
        return document
