"""Clients: the applications that may call, where, and for whom."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from flow_mcp.declaration.base import (
    ClientId,
    Day,
    Declared,
    Duration,
    Form,
    IssuerUrl,
    Origin,
    RedirectUri,
    ServerUrl,
    Text,
    seconds,
)
from flow_mcp.declaration.findings import RefusedError
from flow_mcp.settings import Grant

_PEM = re.compile(
    r"\s*-----BEGIN (CERTIFICATE|PUBLIC KEY)-----\s[A-Za-z0-9+/=\s]+-----END \1-----\s*", re.ASCII
)


def _public(pem: str) -> str:
    if "PRIVATE KEY" in pem:
        raise RefusedError(
            "contains a private key, which only the client may have",
            "Create a new key pair and give only its certificate.",
        )
    if len(pem) > 16_384 or not _PEM.fullmatch(pem):
        raise RefusedError(
            "is not exactly one certificate in PEM format",
            "Include the lines from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.",
        )
    return f"{pem.strip()}\n"


Access = Annotated[
    tuple[
        Annotated[
            str,
            Form(
                r"\*|[A-Za-z0-9][A-Za-z0-9_-]{0,62}/(?:\*|[A-Za-z0-9][A-Za-z0-9_-]{0,62})",
                "an access entry",
                '"<workspace>/<environment>", "<workspace>/*" or "*"',
            ),
        ],
        ...,
    ],
    Field(min_length=1, description='Where: "<workspace>/<environment>", "<workspace>/*" or "*" for all.'),
]


class People(Declared):
    """Who may sign in: the members of groups, or everyone whom the authorization server knows."""

    # Not strict: pydantic hands a list to what follows a validator like _words, even from JSON.
    groups: Annotated[
        tuple[Text, ...],
        Field(
            strict=False,
            description="Names of groups at the authorization server; on Keycloak also paths, such as "
            "/finance/planners.",
        ),
    ] = ()
    everyone: Annotated[bool, Field(description="true: whoever the server lets sign in.")] = False

    @model_validator(mode="before")
    @classmethod
    def _words(cls, value: Any) -> Any:
        return _PEOPLE.get(value, value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.groups and self.everyone:
            raise RefusedError("declares both groups and everyone", "Keep one of them.")
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        reference = handler(schema)
        definition = handler.resolve_ref_schema(reference)
        structure = dict(definition)
        definition.clear()
        definition |= {"anyOf": [{"enum": sorted(_PEOPLE)}, structure]}
        return reference

    @property
    def anyone(self) -> bool:
        """Whether any person at all may sign in."""
        return bool(self.groups) or self.everyone


# What a file may say: the two words are short for the structures that other languages' programs use.
_PEOPLE: dict[str, dict[str, Any]] = {"everyone": {"everyone": True}, "none": {}}

NOBODY = People()

DeclaredPeople = Annotated[
    People, Field(description="Who may sign in: {groups: […]}, `everyone` or `none` (the default).")
]

InheritedPeople = Annotated[
    DeclaredPeople | None,
    Field(description="Left out: the people whom the clients of the same resources admit."),
]


class PrivateKeyJwt(Declared):
    """Authentication by a signed assertion instead of a secret (RFC 7523; OpenID Connect Core, section 9)."""

    jwks_url: Annotated[
        ServerUrl | None, Field(description="Where the client publishes its public keys.")
    ] = None
    certificate: Annotated[
        Annotated[str, AfterValidator(_public)] | None, Field(description="Its X.509 certificate, PEM.")
    ] = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.jwks_url is None) == (self.certificate is None):
            raise RefusedError("needs exactly one of jwksUrl and certificate", "Give one of them.")
        return self


class Secret(Declared):
    """A client secret whose end is known: the program reads no clock."""

    issued: Annotated[Day, Field(description="Day it was made, YYYY-MM-DD.")]
    lifetime: Annotated[Duration, Field(description="How long it is valid, such as 180d.")]

    @property
    def expires(self) -> str:
        """Its end, RFC 3339 in UTC."""
        end = datetime.fromisoformat(self.issued).replace(tzinfo=UTC) + timedelta(
            seconds=seconds(self.lifetime)
        )
        return end.strftime("%Y-%m-%dT%H:%M:%SZ")


class FederatedCredential(Declared):
    """Authentication by another issuer's token instead of a secret (RFC 7523, section 2.2)."""

    issuer: Annotated[IssuerUrl, Field(description="`iss` of that issuer's token.")]
    subject: Annotated[Text, Field(description="`sub` of that issuer's token, compared exactly.")]
    audience: Annotated[
        Text | None, Field(description="`aud` of that token; left out: the server's default.")
    ] = None


class Client(Declared):
    """An application that the stack registers at the authorization server."""

    grant: Annotated[
        Grant, Field(description="client-credentials for programs, authorization-code for people.")
    ]
    access: Access
    people: DeclaredPeople = NOBODY
    client_id: Annotated[
        ClientId | None, Field(description="Where it can be chosen; else flow-mcp-<tenant>-<name>.")
    ] = None
    client_type: Annotated[
        Literal["public", "confidential"] | None,
        Field(description="Whether it can keep a credential (RFC 6749, 2.1); default: public for people."),
    ] = None
    redirect_uris: Annotated[
        tuple[RedirectUri, ...], Field(description="Exact; a loopback one matches any port.")
    ] = ()
    web_origins: Annotated[
        tuple[Origin, ...], Field(description="Origins whose pages may call the token endpoint (CORS).")
    ] = ()
    private_key_jwt: Annotated[
        PrivateKeyJwt | None, Field(description="It signs assertions: no secret is made.")
    ] = None
    secret: Annotated[
        Secret | None, Field(description="It has a secret with a known end; the value is never declared.")
    ] = None
    federated_credential: Annotated[
        FederatedCredential | None, Field(description="It brings another issuer's token: no secret is made.")
    ] = None

    @property
    def credentials(self) -> tuple[str, ...]:
        """Keys of the ways to authenticate that are declared; at most one is right."""
        declared = {
            "privateKeyJwt": self.private_key_jwt,
            "secret": self.secret,
            "federatedCredential": self.federated_credential,
        }
        return tuple(key for key, value in declared.items() if value is not None)

    @property
    def confidential(self) -> bool:
        """Whether it authenticates itself at the token endpoint."""
        return (
            self.grant is Grant.CLIENT_CREDENTIALS
            or self.client_type == "confidential"
            or bool(self.credentials)
        )

    @property
    def authentication(self) -> Literal["none", "client-secret", "private-key-jwt", "federated"]:
        """How it authenticates at the token endpoint."""
        if not self.confidential:
            return "none"
        if self.private_key_jwt:
            return "private-key-jwt"
        return "federated" if self.federated_credential else "client-secret"


class ManualRegistration(Declared):
    """An application that somebody else registered; it is listed, not created."""

    client_id: Annotated[ClientId, Field(description="As the authorization server knows it.")]
    access: Access
    grant: Annotated[
        Grant, Field(description="client-credentials for programs, authorization-code for people.")
    ] = Grant.CLIENT_CREDENTIALS
