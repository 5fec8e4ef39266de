"""Clients: the applications that may call, where, and for whom."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from flow_mcp.declaration.base import (
    Declared,
    Duration,
    Origin,
    ServerUrl,
    Text,
    is_loopback,
    seconds,
    split_url,
)
from flow_mcp.settings import Grant


def _redirect_uri(uri: str) -> str:
    """A redirect URI that can be compared exactly (RFC 9700, section 4.1.3; RFC 8252, section 7)."""
    parts = split_url(uri)
    if "*" in uri:
        raise ValueError("must be exact: wildcards would let a code reach somebody else's page")
    if "#" in uri:
        raise ValueError("must have no fragment (RFC 6749, section 3.1.2)")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must be https; plain http is for loopback addresses only")
    if not parts.path:
        raise ValueError(f"must have a path; write {uri}/ if the root is meant")
    if any(segment in {".", ".."} for segment in parts.path.split("/")):
        raise ValueError("must have a path without `.` or `..` segments")
    return uri


def _access_entry(entry: str) -> str:
    workspace, slash, environment = entry.partition("/")
    if entry != "*" and (
        not slash or not workspace or not environment or "/" in environment or workspace == "*"
    ):
        raise ValueError('must be "<workspace>/<environment>", "<workspace>/*" or "*"')
    return entry


def _date(text: str) -> str:
    # Pulumi hands an unquoted date over as a time.
    day = text.removesuffix("T00:00:00Z")
    if not re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", day):
        raise ValueError("must be a day, such as 2026-11-01")
    date.fromisoformat(day)
    return day


def _public(pem: str | None) -> str | None:
    if pem is not None and "PRIVATE KEY" in pem:
        raise ValueError("holds a private key, which nobody but the client may have: make a new one")
    return pem


RedirectUri = Annotated[str, AfterValidator(_redirect_uri), Field(json_schema_extra={"format": "uri"})]

Access = Annotated[
    tuple[Annotated[str, AfterValidator(_access_entry)], ...],
    Field(min_length=1, description='Where: "<workspace>/<environment>", "<workspace>/*" or "*" for all.'),
]

ClientId = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,255}$")]


class People(Declared):
    """Who may sign in: the members of groups, or everyone whom the authorization server knows."""

    # Not strict: pydantic hands a list to what follows a validator like _words, even from JSON.
    groups: Annotated[
        tuple[Text, ...], Field(strict=False, description="Names of groups at the authorization server.")
    ] = ()
    everyone: bool = False

    @model_validator(mode="before")
    @classmethod
    def _words(cls, value: Any) -> Any:
        return (
            {"everyone": {"everyone": True}, "none": {}}.get(value, value)
            if isinstance(value, str)
            else value
        )

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.groups and self.everyone:
            raise ValueError("names groups and everyone; choose one")
        if len(set(self.groups)) < len(self.groups):
            raise ValueError("names a group twice")
        return self

    @property
    def anyone(self) -> bool:
        """Whether any person at all may sign in."""
        return bool(self.groups) or self.everyone


NOBODY = People()

# What a file may say: the two words are short for the structures that other languages' programs use.
DeclaredPeople = Annotated[
    People,
    Field(
        description="Who may sign in: {groups: […]}, `everyone` or `none`.",
        json_schema_extra={"anyOf": [{"enum": ["everyone", "none"]}, {"$ref": "#/$defs/People"}]},
    ),
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
        str | None, AfterValidator(_public), Field(description="Its X.509 certificate, PEM.")
    ] = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.jwks_url is None) == (self.certificate is None):
            raise ValueError("needs exactly one of jwksUrl and certificate")
        return self


class Secret(Declared):
    """A client secret whose end is known: the program reads no clock."""

    issued: Annotated[str, AfterValidator(_date), Field(description="Day it was made, YYYY-MM-DD.")]
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

    issuer: ServerUrl
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
    private_key_jwt: PrivateKeyJwt | None = None
    secret: Secret | None = None
    federated_credential: FederatedCredential | None = None

    @model_validator(mode="after")
    def _fits_its_grant(self) -> Self:
        if self.grant is Grant.CLIENT_CREDENTIALS:
            if self.redirect_uris or self.web_origins or self.people.anyone:
                raise ValueError(
                    "has grant client-credentials: no person signs in, "
                    "so redirectUris, webOrigins and people do not apply"
                )
            if self.client_type == "public":
                raise ValueError(
                    "has grant client-credentials, which needs a confidential client (RFC 6749, section 4.4)"
                )
        elif not self.redirect_uris:
            raise ValueError("has grant authorization-code and so needs redirectUris")
        credentials = [self.private_key_jwt, self.secret, self.federated_credential]
        if sum(credential is not None for credential in credentials) > 1:
            raise ValueError("has more than one of privateKeyJwt, secret and federatedCredential; choose one")
        if self.client_type == "public" and any(credentials):
            raise ValueError("is public and so cannot have privateKeyJwt, secret or federatedCredential")
        return self

    @property
    def confidential(self) -> bool:
        """Whether it authenticates itself at the token endpoint."""
        return (
            self.grant is Grant.CLIENT_CREDENTIALS
            or self.client_type == "confidential"
            or any((self.private_key_jwt, self.secret, self.federated_credential))
        )


class ManualRegistration(Declared):
    """An application that somebody else registered; it is listed, not created."""

    client_id: ClientId
    access: Access
    grant: Grant = Grant.CLIENT_CREDENTIALS
