"""A proposal as a JSON document, version 1, which docs/schemas/adopt.schema.json describes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from flow_mcp.authorization_servers.adoption import TakenOver
from flow_mcp.common.json_schema import DIALECT, Schema
from flow_mcp.common.strict_model import StrictModel
from flow_mcp.operations.adopt.proposal import Proposal


def _plain(value: Any) -> Any:
    """Return a value without the empty ones, which mean that the property is not set."""
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()} or None
    return None if value in ("", []) else value


class ClientEntry(StrictModel):
    """A client of the tenant."""

    name: Annotated[str, Field(description="Name in the tenant's file.")]
    client_id: Annotated[str, Field(description="Client ID.")]
    section: Annotated[
        Literal["clients", "manualRegistrations"],
        Field(description="clients: the stack takes it over; manualRegistrations: the stack lists it."),
    ]
    why: Annotated[str, Field(description="Why it belongs to the tenant.")]
    remarks: Annotated[tuple[str, ...], Field(description="What the declaration does not express, and why.")]


class OtherEntry(StrictModel):
    """A client that is left alone."""

    client_id: Annotated[str, Field(description="Client ID.")]
    reason: Annotated[str, Field(description="Why it is left alone.")]
    belongs: Annotated[
        bool, Field(description="Whether it was named, or its tokens reach the tenant's MCP servers.")
    ]


class DifferenceEntry(StrictModel):
    """A property that differs from what the stack would set."""

    property: Annotated[str, Field(description="Name in Pulumi.")]
    server: Annotated[
        Any, BeforeValidator(_plain), Field(description="Value at the server; never a secret.")
    ] = None
    stack: Annotated[Any, BeforeValidator(_plain), Field(description="Value that the stack would set.")] = (
        None
    )


class TakenOverEntry(StrictModel):
    """An existing object that the stack imports."""

    resource: Annotated[str, Field(description="<type>/<name> in the stack.")]
    id: Annotated[str, Field(description="ID, as `pulumi import` takes it.")]
    differences: Annotated[tuple[DifferenceEntry, ...], Field(description="Sorted by property.")]


class LeftEntry(StrictModel):
    """A resource that the stack does not create yet."""

    resource: Annotated[str, Field(description="<type>/<name> in the stack.")]
    effect: Annotated[str, Field(description="What happens when its line is removed.")]


class AdoptDocument(StrictModel):
    """The document that `flow-mcp adopt --json` prints."""

    version: Literal[1] = 1
    stack: Annotated[str, Field(description="Name of the tenant's stack.")]
    file: Annotated[str, Field(description="The tenant's file, relative to the project.")]
    written: Annotated[bool, Field(description="Whether the file was written.")]
    tenant: Annotated[
        dict[str, Any] | None,
        Field(description="Proposed declaration; absent if the tenant has a file already."),
    ] = None
    clients: Annotated[tuple[ClientEntry, ...], Field(description="The tenant's clients, by name.")]
    others: Annotated[tuple[OtherEntry, ...], Field(description="The other clients, by client ID.")]
    taken_over: Annotated[
        tuple[TakenOverEntry, ...], Field(description="Objects that the next update imports.")
    ]
    left: Annotated[tuple[LeftEntry, ...], Field(description="Resources that are not created yet.")]
    unchanged: Annotated[
        tuple[str, ...],
        Field(description="Resources that the next update creates in its state only."),
    ]
    remarks: Annotated[tuple[str, ...], Field(description="What else the declaration does not express.")]
    warnings: Annotated[tuple[str, ...], Field(description="Warnings about the declaration.")]


def proposal_document(proposal: Proposal, file: str, *, written: bool) -> AdoptDocument:
    """Return the document of a proposal for a new tenant."""
    reading, imports = proposal.reading, proposal.imports
    return AdoptDocument(
        stack=proposal.stack,
        file=file,
        written=written,
        tenant=dict(proposal.tenant),
        clients=tuple(map(ClientEntry.of_attributes, reading.clients)),
        others=tuple(map(OtherEntry.of_attributes, reading.others)),
        taken_over=tuple(map(TakenOverEntry.of_attributes, imports.taken_over)),
        left=tuple(map(LeftEntry.of_attributes, imports.left)),
        unchanged=imports.unchanged,
        remarks=reading.remarks,
        warnings=tuple(map(str, proposal.warnings)),
    )


def recreated_document(
    stack: str, file: str, taken_over: Sequence[TakenOver], *, written: bool
) -> AdoptDocument:
    """Return the document of objects that were deleted and recreated without Pulumi."""
    return AdoptDocument(
        stack=stack,
        file=file,
        written=written,
        clients=(),
        others=(),
        taken_over=tuple(map(TakenOverEntry.of_attributes, taken_over)),
        left=(),
        unchanged=(),
        remarks=(),
        warnings=(),
    )


def json_text(document: AdoptDocument) -> str:
    """Return the document as JSON in ASCII, without absent values."""
    return document.model_dump_json(by_alias=True, exclude_none=True, indent=2, ensure_ascii=True)


def adopt_schema() -> dict[str, Any]:
    """Return the JSON Schema of the document."""
    return {"$schema": DIALECT, **AdoptDocument.model_json_schema(schema_generator=Schema, by_alias=True)}
