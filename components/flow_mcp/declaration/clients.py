"""Clients: their access, the people who may sign in through them, and their credentials."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from flow_mcp.declaration.base import (
    ClientId,
    ClientRedirectUri,
    Declared,
    Form,
    Name,
    Origin,
    ServerUrl,
    Text,
)
from flow_mcp.declaration.federated_credential import FederatedCredential
from flow_mcp.declaration.findings import RefusedError
from flow_mcp.declaration.secret import Secret
from flow_mcp.settings import Grant

_PEM = re.compile(
    r"\s*-----BEGIN (CERTIFICATE|PUBLIC KEY)-----\s[A-Za-z0-9+/=\s]+-----END \1-----\s*", re.ASCII
)


def _certificate(pem: str) -> str:
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
            Field(examples=["456/production", "456/*"]),
        ],
        ...,
    ],
    Field(
        min_length=1,
        description='Access entries: "<workspace>/<environment>", "<workspace>/*", or "*" for all.',
    ),
]


class People(Declared):
    """The people who may sign in: the members of groups, or every user of the authorization server."""

    # Not strict: after a "before" validator such as _expand_word, pydantic validates a list, even from JSON.
    groups: Annotated[
        tuple[Text, ...],
        Field(
            strict=False,
            description="Names of groups at the authorization server; on Keycloak also paths, such as "
            "/finance/planners.",
        ),
    ] = ()
    everyone: Annotated[
        bool, Field(description="true: every user of the authorization server may sign in.")
    ] = False

    @model_validator(mode="before")
    @classmethod
    def _expand_word(cls, value: Any) -> Any:
        return _PEOPLE_BY_WORD.get(value, value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _not_both(self) -> Self:
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
        definition |= {"anyOf": [{"enum": sorted(_PEOPLE_BY_WORD)}, structure]}
        return reference

    @property
    def is_empty(self) -> bool:
        """Whether nobody may sign in."""
        return not self.groups and not self.everyone


# Words that a tenant's file may use instead of the structures, which programs in other languages use.
_PEOPLE_BY_WORD: dict[str, dict[str, Any]] = {"everyone": {"everyone": True}, "none": {}}

NOBODY = People()

DeclaredPeople = Annotated[
    People, Field(description="People who may sign in: {groups: […]}, `everyone` or `none` (the default).")
]

InheritedPeople = Annotated[
    DeclaredPeople | None,
    Field(description="Default: the people of the clients that have access to the same resources."),
]


Applications = Annotated[
    tuple[Name, ...] | None,
    Field(
        min_length=1,
        description="Known applications, such as claude. Their hosts or documents are added to the declared "
        "ones.",
    ),
]


def hosts_or_applications(key: str) -> ConfigDict:
    """Return the model configuration of a registration method that requires a key or applications."""
    return ConfigDict(json_schema_extra={"anyOf": [{"required": [each]} for each in (key, "applications")]})


def one_of(given: object, applications: object, key: str) -> None:
    """Reject a registration method without any limit.

    Raises:
        RefusedError: both the key and applications are absent.
    """
    if not given and not applications:
        raise RefusedError(f"has neither {key} nor applications", "Declare at least one of them.")


class PrivateKeyJwt(Declared):
    """Authentication with a signed assertion, not a secret (RFC 7523; OpenID Connect Core, section 9)."""

    jwks_url: Annotated[
        ServerUrl | None, Field(description="URL at which the client publishes its public keys.")
    ] = None
    certificate: Annotated[
        Annotated[str, AfterValidator(_certificate)] | None,
        Field(description="The client's X.509 certificate, PEM."),
    ] = None
    previous_certificate: Annotated[
        Annotated[str, AfterValidator(_certificate)] | None,
        Field(
            description="The client's previous certificate, PEM. Assertions signed with either key are "
            "accepted until the rotation is finished."
        ),
    ] = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.jwks_url is None) == (self.certificate is None):
            raise RefusedError("needs exactly one of jwksUrl and certificate", "Give one of them.")
        if self.previous_certificate and self.certificate is None:
            raise RefusedError(
                "has previousCertificate beside jwksUrl",
                "Remove it. The client publishes both keys at jwksUrl during a rotation.",
            )
        if self.previous_certificate and self.previous_certificate == self.certificate:
            raise RefusedError("has the same certificate twice", "Remove previousCertificate.")
        return self


class Client(Declared):
    """A client that the stack registers at the authorization server."""

    application: Annotated[
        Name | None,
        Field(
            description="A known application, such as vscode. It supplies grant, clientType, redirectUris "
            "and webOrigins if they are absent.",
            examples=["vscode", "claude", "claude-code", "cursor"],
        ),
    ] = None
    grant: Annotated[
        Grant, Field(description="client-credentials for programs, authorization-code for people.")
    ]
    access: Access
    people: DeclaredPeople = NOBODY
    client_id: Annotated[
        ClientId | None,
        Field(
            description="Client ID, if the authorization server lets it be chosen. "
            "Default: flow-mcp-<tenant>-<name>."
        ),
    ] = None
    client_type: Annotated[
        Literal["public", "confidential"] | None,
        Field(
            description="Whether the client can keep a credential secret (RFC 6749, 2.1). "
            "Default: public for authorization-code without a credential, otherwise confidential."
        ),
    ] = None
    redirect_uris: Annotated[
        tuple[ClientRedirectUri, ...],
        Field(description="Redirect URIs, compared exactly; one with a loopback address matches any port."),
    ] = ()
    web_origins: Annotated[
        tuple[Origin, ...], Field(description="Origins whose pages may call the token endpoint (CORS).")
    ] = ()
    private_key_jwt: Annotated[
        PrivateKeyJwt | None,
        Field(description="The client authenticates with signed assertions; no secret is created."),
    ] = None
    secret: Annotated[
        Secret | None,
        Field(
            description="The client authenticates with a secret that expires or is rotated; its value is "
            "never declared."
        ),
    ] = None
    federated_credential: Annotated[
        FederatedCredential | None,
        Field(description="The client authenticates with another issuer's token; no secret is created."),
    ] = None

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        reference = handler(schema)
        definition = handler.resolve_ref_schema(reference)
        # A known application supplies the grant.
        definition["required"] = [key for key in definition["required"] if key != "grant"]
        definition["anyOf"] = [{"required": [key]} for key in ("application", "grant")]
        return reference

    @property
    def credentials(self) -> tuple[str, ...]:
        """The keys of the declared credentials; a valid client has at most one."""
        declared = {
            "privateKeyJwt": self.private_key_jwt,
            "secret": self.secret,
            "federatedCredential": self.federated_credential,
        }
        return tuple(key for key, value in declared.items() if value is not None)

    @property
    def confidential(self) -> bool:
        """Whether the client authenticates at the token endpoint."""
        return (
            self.grant is Grant.CLIENT_CREDENTIALS
            or self.client_type == "confidential"
            or bool(self.credentials)
        )

    @property
    def authentication(self) -> Literal["none", "client-secret", "private-key-jwt", "federated"]:
        """The client's authentication method at the token endpoint."""
        if not self.confidential:
            return "none"
        if self.private_key_jwt:
            return "private-key-jwt"
        return "federated" if self.federated_credential else "client-secret"


class ManualRegistration(Declared):
    """A client that an administrator registered; the stack lists it and does not create it."""

    client_id: Annotated[ClientId, Field(description="Its client ID at the authorization server.")]
    access: Access
    grant: Annotated[
        Grant, Field(description="client-credentials for programs, authorization-code for people.")
    ] = Grant.CLIENT_CREDENTIALS
