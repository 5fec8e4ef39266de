"""What evidence says: an in-toto Statement (https://in-toto.io/Statement/v1) with a predicate of our own.

Its schema is published as `docs/schemas/evidence.schema.json`. Declarations are in it as they were, in no
model of today's: evidence must be readable when declarations have moved on.
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
    """A declaration in its normal form: lists sorted, instance-wide values filled in; no secret is in it."""

    instance: dict[str, JsonValue]
    tenant: dict[str, JsonValue]


class TenantEvidence(StrictModel):
    """All about one tenant."""

    tenant: Annotated[str, Field(description="Its ID in Flow.")]
    stack: Annotated[str, Field(description="Its stack's name.")]
    declaration: Declared
    findings: Annotated[
        tuple[Finding, ...], Field(description="What policies say of the declaration on the day `asOf`.")
    ]
    settings: Annotated[SettingsEnvelope, Field(description="The settings document that came of it.")]

    @model_validator(mode="after")
    def _is_one_tenants(self) -> Self:
        if not self.tenant == self.declaration.tenant.get("id") == self.settings.tenant:
            raise ValueError("declaration and settings must be of the tenant")
        try:
            self.settings.document()
        except ValueError:
            raise ValueError("the settings are no settings document of version 1") from None
        return self

    @property
    def subject(self) -> Subject:
        """The settings document, as the thing that the evidence is about."""
        digest = self.settings.digest.removeprefix("sha-256:")
        return Subject(name=f"settings/{self.tenant}", digest=Digest(sha256=digest))

    @property
    def subject_names(self) -> tuple[str, str]:
        """The names of all subjects that are this tenant's."""
        return (self.subject.name, _declared_by(self.stack))

    def subjects(self, statement: Statement) -> tuple[Subject, ...]:
        """Those subjects of a statement."""
        return tuple(subject for subject in statement.subject if subject.name in self.subject_names)


class Predicate(StrictModel):
    """What is said of the subjects."""

    as_of: Annotated[str, DAY, Field(description="The day on which policies were judged.")]
    tools: Annotated[dict[str, str], Field(description="Versions of what made it, by distribution.")]
    policies: Annotated[
        dict[str, Literal["mandatory", "advisory", "disabled"]],
        Field(description="The rules that were there to judge, by ID, and how strictly each was enforced."),
    ]
    diff: Annotated[
        DiffDocument | None,
        Field(description="What changed, as `flow-mcp diff` told it; left out: nobody asked for it."),
    ] = None
    tenants: Annotated[tuple[TenantEvidence, ...], Field(min_length=1, description="Sorted by ID.")]

    @model_validator(mode="after")
    def _diff_is_whole(self) -> Self:
        if self.diff is None:
            return self
        if self.diff.digest != digest_of(self.diff):
            raise ValueError("the diff's digest is not that of what it tells")
        missing = {each.stack for each in self.tenants} - {each.stack for each in self.diff.tenants}
        if missing:
            raise ValueError(f"the diff says nothing of the stack {min(missing)}")
        return self


class Digest(StrictModel):
    """Digests of a subject, by algorithm."""

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Subject(StrictModel):
    """A file or document that the evidence is about.

    `settings/<tenant>` is the settings document, the stack's output `settings` byte for byte;
    `stacks/Pulumi.<stack>.yaml` is the file that declares the tenant.
    """

    name: str
    digest: Digest

    @classmethod
    def of(cls, name: str, content: bytes) -> Self:
        """With the content's digest."""
        return cls(name=name, digest=Digest(sha256=sha256(content).hexdigest()))


class Statement(StrictModel):
    """An in-toto Statement, version 1."""

    type: Annotated[Literal["https://in-toto.io/Statement/v1"], Field(alias="_type")]
    subject: Annotated[tuple[Subject, ...], Field(min_length=1)]
    predicate_type: Literal["https://profitbase.biz/flow-mcp/evidence/v1"]
    predicate: Predicate

    @model_validator(mode="after")
    def _is_about_its_subjects(self) -> Self:
        tenants = [each.tenant for each in self.predicate.tenants]
        if sorted(set(tenants)) != tenants:
            raise ValueError("each tenant must be there once, and they must be sorted")
        names = [subject.name for subject in self.subject]
        expected = sorted(chain.from_iterable(each.subject_names for each in self.predicate.tenants))
        if sorted(names) != expected:
            raise ValueError(f"the subjects must be {', '.join(expected)}")
        for each in self.predicate.tenants:
            if each.subject not in self.subject:
                raise ValueError(f"the digest of the subject {each.subject.name} is another document's")
        return self

    @classmethod
    def of(cls, predicate: Predicate, files: Mapping[str, bytes]) -> Self:
        """The statement about tenants, and about the files that declare them, by stack."""
        declared = [Subject.of(_declared_by(stack), content) for stack, content in files.items()]
        subjects = [*declared, *(each.subject for each in predicate.tenants)]
        return cls(
            type=STATEMENT_TYPE,
            subject=tuple(sorted(subjects, key=lambda subject: subject.name)),
            predicate_type=PREDICATE_TYPE,
            predicate=predicate,
        )

    @classmethod
    def from_json(cls, text: bytes) -> Self:
        """Read a statement, once its signature has been verified.

        Raises:
            pydantic.ValidationError: it is none of this type, or contradicts itself.
        """
        return validate_strictly(cls, text)

    def canonical_json(self) -> bytes:
        """RFC 8785 JSON, without what was left out."""
        return rfc8785.dumps(self.model_dump(mode="json", by_alias=True, exclude_none=True))


def _declared_by(stack: str) -> str:
    return f"stacks/Pulumi.{stack}.yaml"
