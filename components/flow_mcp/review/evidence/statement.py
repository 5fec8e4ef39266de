"""The signed statement: an in-toto Statement (https://in-toto.io/Statement/v1) with its own predicate.

Its schema is published as `docs/schemas/evidence.schema.json`. Declarations are plain JSON and not parsed
into the current model, so that evidence stays readable when the format of declarations changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from itertools import chain
from typing import Annotated, Literal, Self

import rfc8785
from pydantic import Field, JsonValue, model_validator

from flow_mcp.common.strict_model import StrictModel
from flow_mcp.declaration.texts import DAY
from flow_mcp.review.diff.document import DiffDocument, Finding, digest_of
from flow_mcp.settings import SettingsEnvelope
from flow_mcp.settings.strict_json import validate_strictly

STATEMENT_TYPE: Literal["https://in-toto.io/Statement/v1"] = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Literal["https://profitbase.biz/flow-mcp/evidence/v1"] = (
    "https://profitbase.biz/flow-mcp/evidence/v1"
)


class Declared(StrictModel):
    """A declaration in its normal form: with sorted lists and instance-wide values, without secrets."""

    instance: dict[str, JsonValue]
    tenant: dict[str, JsonValue]


class TenantEvidence(StrictModel):
    """The evidence of one tenant."""

    tenant: Annotated[str, Field(description="ID of the tenant in Flow.")]
    stack: Annotated[str, Field(description="Name of the tenant's stack.")]
    declaration: Declared
    findings: Annotated[
        tuple[Finding, ...], Field(description="Findings of the rules for the declaration on the day `asOf`.")
    ]
    settings: Annotated[
        SettingsEnvelope, Field(description="Settings document computed from the declaration.")
    ]

    @model_validator(mode="after")
    def _belongs_to_one_tenant(self) -> Self:
        if not self.tenant == self.declaration.tenant.get("id") == self.settings.tenant:
            raise ValueError("declaration and settings must belong to the tenant")
        try:
            self.settings.document()
        except ValueError:
            raise ValueError("the settings are not a settings document of version 1") from None
        return self

    @property
    def subject(self) -> Subject:
        """The settings document as a subject of the statement."""
        digest = self.settings.digest.removeprefix("sha-256:")
        return Subject(name=f"settings/{self.tenant}", digest=Digest(sha256=digest))

    @property
    def subject_names(self) -> tuple[str, str]:
        """The names of this tenant's subjects."""
        return (self.subject.name, _file_subject_name(self.stack))

    def subjects(self, statement: Statement) -> tuple[Subject, ...]:
        """Return this tenant's subjects of a statement."""
        return tuple(subject for subject in statement.subject if subject.name in self.subject_names)


class Predicate(StrictModel):
    """The predicate: the evidence of the subjects."""

    as_of: Annotated[str, DAY, Field(description="Day for which the rules were evaluated.")]
    tools: Annotated[
        dict[str, str], Field(description="Versions of the tools that created the evidence, by distribution.")
    ]
    policies: Annotated[
        dict[str, Literal["mandatory", "advisory", "disabled"]],
        Field(description="Rules of the policy pack by ID, with the enforcement level of each."),
    ]
    diff: Annotated[
        DiffDocument | None,
        Field(description="Changes, as `flow-mcp diff` prints them; absent if none were requested."),
    ] = None
    tenants: Annotated[tuple[TenantEvidence, ...], Field(min_length=1, description="Sorted by ID.")]

    @model_validator(mode="after")
    def _diff_is_complete(self) -> Self:
        if self.diff is None:
            return self
        if self.diff.digest != digest_of(self.diff):
            raise ValueError("the diff's digest does not match its content")
        missing = {tenant.stack for tenant in self.tenants} - {tenant.stack for tenant in self.diff.tenants}
        if missing:
            raise ValueError(f"the diff does not cover the stack {min(missing)}")
        return self


class Digest(StrictModel):
    """Digests of a subject, by algorithm."""

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Subject(StrictModel):
    """A file or document that the evidence covers.

    `settings/<tenant>` is the settings document, the stack's output `settings` byte for byte;
    `stacks/Pulumi.<stack>.yaml` is the file that declares the tenant.
    """

    name: str
    digest: Digest

    @classmethod
    def of(cls, name: str, content: bytes) -> Self:
        """Return a subject with the digest of its content."""
        return cls(name=name, digest=Digest(sha256=sha256(content).hexdigest()))


class Statement(StrictModel):
    """An in-toto Statement, version 1."""

    type: Annotated[Literal["https://in-toto.io/Statement/v1"], Field(alias="_type")]
    subject: Annotated[tuple[Subject, ...], Field(min_length=1)]
    predicate_type: Literal["https://profitbase.biz/flow-mcp/evidence/v1"]
    predicate: Predicate

    @model_validator(mode="after")
    def _covers_its_subjects(self) -> Self:
        tenants = [tenant.tenant for tenant in self.predicate.tenants]
        if sorted(set(tenants)) != tenants:
            raise ValueError("each tenant must occur once, and the tenants must be sorted")
        names = [subject.name for subject in self.subject]
        expected = sorted(chain.from_iterable(tenant.subject_names for tenant in self.predicate.tenants))
        if sorted(names) != expected:
            raise ValueError(f"the subjects must be {', '.join(expected)}")
        for tenant in self.predicate.tenants:
            if tenant.subject not in self.subject:
                raise ValueError(
                    f"the digest of the subject {tenant.subject.name} is that of another document"
                )
        return self

    @classmethod
    def of(cls, predicate: Predicate, files: Mapping[str, bytes]) -> Self:
        """Return the statement that covers the tenants of a predicate and their files by stack."""
        file_subjects = [Subject.of(_file_subject_name(stack), content) for stack, content in files.items()]
        subjects = [*file_subjects, *(tenant.subject for tenant in predicate.tenants)]
        return cls(
            type=STATEMENT_TYPE,
            subject=tuple(sorted(subjects, key=lambda subject: subject.name)),
            predicate_type=PREDICATE_TYPE,
            predicate=predicate,
        )

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Parse a statement whose signature has been verified.

        Raises:
            pydantic.ValidationError: it has another type, or contradicts itself.
        """
        return validate_strictly(cls, text)

    def canonical_json(self) -> bytes:
        """Return the statement as RFC 8785 JSON without absent values."""
        return rfc8785.dumps(self.model_dump(mode="json", by_alias=True, exclude_none=True))


def _file_subject_name(stack: str) -> str:
    return f"stacks/Pulumi.{stack}.yaml"
