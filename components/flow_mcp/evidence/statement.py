"""What evidence says: an in-toto Statement (https://in-toto.io/Statement/v1) with a predicate of our own.

Its schema is published as `docs/schemas/evidence.schema.json`. Declarations and values of changes are in it
as they were, in no model of today's: evidence must be readable when declarations have moved on.
"""

from __future__ import annotations

from hashlib import sha256
from itertools import chain
from typing import Annotated, Literal, Self

import rfc8785
from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator
from pydantic.alias_generators import to_camel

from flow_mcp.declaration.texts import DAY
from flow_mcp.settings import SettingsEnvelope
from flow_mcp.settings.strict_json import validate_strictly

STATEMENT_TYPE: Literal["https://in-toto.io/Statement/v1"] = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Literal["https://profitbase.biz/flow-mcp/evidence/v1"] = (
    "https://profitbase.biz/flow-mcp/evidence/v1"
)

_Path = Annotated[
    tuple[str | int, ...], Field(description="Where, below the tenant, or in the resource if there is one.")
]


class _Part(BaseModel):
    """Part of the evidence: unknown keys are refused, for whoever verifies it must not overlook one."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, alias_generator=to_camel, validate_by_name=True
    )


class Waiver(_Part):
    """Who accepted a violation."""

    reason: Annotated[str, Field(description="Why it is acceptable.")]
    accepted_by: Annotated[str, Field(description="Who accepted it.")]
    expires: Annotated[str, DAY, Field(description="Last day on which it holds.")]


class Judgement(_Part):
    """One thing that a rule of the policy pack says."""

    rule_id: Annotated[str, Field(description="The rule's ID.")]
    severity: Annotated[str, Field(description="How bad it is.")]
    level: Annotated[Literal["mandatory", "advisory"], Field(description="Whether it stops an update.")]
    kind: Annotated[
        Literal["violation", "unknown", "failed"],
        Field(description="The rule is violated, needs a value not known yet, or could not be judged."),
    ]
    path: _Path
    urn: Annotated[str, Field(description="The resource's; empty for the declaration.")]
    problem: Annotated[str, Field(description="What is wrong; it repeats no value.")]
    remedy: Annotated[str, Field(description="What to do.")]
    waiver: Annotated[Waiver | None, Field(description="Where somebody may and did accept it.")] = None


class Change(_Part):
    """What one change of the declaration means."""

    kind: Annotated[str, Field(description="Its stable ID.")]
    subject: Annotated[str, Field(description="Whom or what it is about.")]
    path: _Path
    risk: Annotated[Literal["high", "medium", "low", "none"], Field(description="How much it matters.")]
    text: Annotated[str, Field(description="One sentence.")]
    before: Annotated[JsonValue, Field(description="What was; left out: nothing.")] = None
    after: Annotated[JsonValue, Field(description="What is; left out: nothing.")] = None


class Operation(_Part):
    """What the engine was to do to one resource; no value is in it."""

    op: Annotated[str, Field(description="The engine's word: create, update, delete, replace, …")]
    urn: Annotated[str, Field(description="The resource's.")]
    type: Annotated[str, Field(description="Its type token.")]
    properties: Annotated[tuple[str, ...], Field(description="Paths of what changes.")] = ()
    replaces: Annotated[tuple[str, ...], Field(description="Those that make it another resource.")] = ()
    unknown: Annotated[tuple[str, ...], Field(description="Those that only applying tells.")] = ()
    inputs: Annotated[str, Field(description="A digest over its new inputs, secrets masked.")] = ""


class Unknown(_Part):
    """What could not be known beforehand."""

    subject: Annotated[str, Field(description="What of.")]
    text: Annotated[str, Field(description="What is not known, and why.")]
    blocks: Annotated[bool, Field(description="Whether nothing could be approved without it.")]


class Diff(_Part):
    """A tenant's semantic diff."""

    source: Annotated[
        Literal["base", "preview"], Field(description="Declarations alone, or a preview of the stack.")
    ]
    changes: tuple[Change, ...]
    operations: tuple[Operation, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    judgements: Annotated[
        tuple[Judgement, ...], Field(description="What policies said when the diff was made.")
    ] = ()


class Declared(_Part):
    """A declaration in its normal form: lists sorted, instance-wide values filled in; no secret is in it."""

    instance: dict[str, JsonValue]
    tenant: dict[str, JsonValue]


class TenantEvidence(_Part):
    """All about one tenant."""

    tenant: Annotated[str, Field(description="Its ID in Flow.")]
    stack: Annotated[str, Field(description="Its stack's name.")]
    declaration: Declared
    diff: Annotated[Diff | None, Field(description="Left out: none was asked for.")] = None
    judgements: Annotated[
        tuple[Judgement, ...], Field(description="What policies say of the declaration on the day `asOf`.")
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


class Predicate(_Part):
    """What is said of the subjects."""

    as_of: Annotated[str, DAY, Field(description="The day on which policies were judged.")]
    base: Annotated[
        str | None, Field(description="What the diffs compare with, such as a git commit; left out: nothing.")
    ] = None
    tools: Annotated[dict[str, str], Field(description="Versions of what made it, by distribution.")]
    policies: Annotated[
        dict[str, Literal["mandatory", "advisory", "disabled"]],
        Field(description="The rules that were there to judge, by ID, and how strictly each was enforced."),
    ]
    tenants: Annotated[tuple[TenantEvidence, ...], Field(min_length=1, description="Sorted by ID.")]


class Digest(BaseModel):
    """Digests of a subject, by algorithm."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Subject(BaseModel):
    """A file or document that the evidence is about.

    `settings/<tenant>` is the settings document, the stack's output `settings` byte for byte;
    `stacks/Pulumi.<stack>.yaml` is the file that declares the tenant.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str
    digest: Digest

    @classmethod
    def of(cls, name: str, content: bytes) -> Self:
        """With the content's digest."""
        return cls(name=name, digest=Digest(sha256=sha256(content).hexdigest()))


class Statement(_Part):
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
    def of(cls, predicate: Predicate, files: dict[str, bytes]) -> Self:
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
