"""The data model of the test vectors, published as `docs/schemas/vectors.schema.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from flow_mcp.common.json_schema import DIALECT, Schema
from flow_mcp.common.strict_model import StrictModel

if TYPE_CHECKING:
    from flow_mcp.runtime import Decision

Name = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
RequirementId = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]*-[1-9][0-9]*$")]


class Requirement(StrictModel):
    """A requirement that vectors test; its ID never changes its meaning."""

    id: RequirementId
    text: str
    source: Annotated[
        str, Field(description="Source: a section of a specification, or a page of this project.")
    ]


class Requirements(StrictModel):
    """All requirements."""

    requirements: Annotated[tuple[Requirement, ...], Field(min_length=1)]


class ExpectedDecision(StrictModel):
    """The expected decision; an absent field must be absent in the decision."""

    allowed: bool
    status: Annotated[Literal[200, 401, 403], Field(description="HTTP status; 200 stands for allowed.")]
    error: Annotated[
        Literal["invalid_token", "insufficient_scope", "invalid_dpop_proof", "use_dpop_nonce"] | None,
        Field(description="Error code in the challenge (RFC 6750, 3.1; RFC 9449, 7.1 and 9)."),
    ] = None
    challenge: Annotated[str | None, Field(description="Value of `WWW-Authenticate`.")] = None
    reason: Annotated[
        str,
        Field(
            description="Reason code of the reference implementation, for logs; other runtimes may differ."
        ),
    ]
    resource: Annotated[str | None, Field(description="URL of the protected resource.")] = None
    authority: Annotated[
        str | None, Field(description="Authorization server of the resource that the token names.")
    ] = None
    client: Annotated[str | None, Field(description="Client ID; only if the signature is valid.")] = None
    subject: Annotated[str | None, Field(description="`sub`; only if the signature is valid.")] = None
    subject_kind: Literal["person", "program"] | None = None
    expires_at: Annotated[
        int | None, Field(description="`exp`, seconds since 1970, rounded down; only when allowed.")
    ] = None

    @classmethod
    def of(cls, decision: Decision) -> Self:
        """Convert a decision of the reference implementation."""
        return cls(
            allowed=decision.allowed,
            status=decision.status,
            error=decision.error,
            challenge=decision.challenge,
            reason=decision.reason.value,
            resource=decision.resource,
            authority=decision.authority,
            client=decision.client,
            subject=decision.subject,
            subject_kind=decision.subject_kind,
            expires_at=decision.expires_at,
        )


class UsedProof(StrictModel):
    """A proof that another call used."""

    jkt: Annotated[str, Field(description="Thumbprint of its key (RFC 7638, SHA-256).")]
    jti: str


class DpopHeaders(StrictModel):
    """The DPoP part of a call (RFC 9449)."""

    proofs: Annotated[tuple[str, ...], Field(description="Values of the call's DPoP headers, in order.")]
    method: Annotated[str, Field(description="The call's HTTP method.")]
    nonces: Annotated[
        tuple[str, ...], Field(description="Nonces that the runtime accepts; empty: it requires none.")
    ] = ()
    used_proofs: Annotated[tuple[UsedProof, ...], Field(description="Proofs that other calls used.")] = ()


class Vector(StrictModel):
    """One call and the expected decision."""

    id: Annotated[Name, Field(description="Unique among all files; it never changes its meaning.")]
    description: str
    requirements: Annotated[tuple[RequirementId, ...], Field(min_length=1)]
    settings: Annotated[
        Name | None, Field(description="The file in settings/; absent: the tenant has none.")
    ] = None
    keys: Annotated[Name, Field(description="The file in keys/: a JSON Web Key Set by authority.")]
    now: Annotated[int, Field(description="Seconds since 1970.")]
    address: Annotated[str, Field(description="URL of the call, without its query.")]
    token: Annotated[str | None, Field(description="The token; absent: the call has none.")] = None
    pad_token_to: Annotated[
        int | None, Field(gt=0, description="Append letters `A` to the token up to this length.")
    ] = None
    authorization: Annotated[
        tuple[str, ...] | None,
        Field(description="Instead of `token`: values of the call's Authorization headers, in order."),
    ] = None
    dpop: Annotated[
        DpopHeaders | None,
        Field(description="The call's DPoP headers; with `token`, its scheme is DPoP instead of Bearer."),
    ] = None
    query: Annotated[str | None, Field(description="With `authorization`: the call's query string.")] = None
    decision: ExpectedDecision

    @model_validator(mode="after")
    def _is_one_call(self) -> Self:
        if self.authorization is not None and self.token is not None:
            raise ValueError("`token` and `authorization` exclude each other: set one of them")
        if self.query is not None and self.authorization is None:
            raise ValueError("`query` requires `authorization`")
        if self.dpop is not None and self.token is None and self.authorization is None:
            raise ValueError("`dpop` requires `token` or `authorization`")
        if self.pad_token_to is not None and self.token is None:
            raise ValueError("`padTokenTo` requires `token`")
        return self

    @property
    def whole_token(self) -> str | None:
        """The token, padded to `pad_token_to`."""
        return self.token.ljust(self.pad_token_to, "A") if self.token and self.pad_token_to else self.token


class VectorFile(StrictModel):
    """Vectors of one theme."""

    description: str
    vectors: Annotated[tuple[Vector, ...], Field(min_length=1)]


def vectors_schema() -> dict[str, Any]:
    """The schema of cases/*.json and of requirements.json (JSON Schema 2020-12)."""
    files: TypeAdapter[VectorFile | Requirements] = TypeAdapter(VectorFile | Requirements)
    return {"$schema": DIALECT, **files.json_schema(schema_generator=Schema)}
