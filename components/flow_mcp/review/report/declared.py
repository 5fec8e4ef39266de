"""The parts of the report that come from a tenant's file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from flow_mcp.review.report.part import Part, Resources


class Problem(Part):
    """A problem of a tenant's file."""

    severity: Annotated[
        Literal["error", "warning", "info"], Field(description="An error makes the file invalid.")
    ]
    file: Annotated[str, Field(description="Name of the stack's file, or `Pulumi.yaml`.")]
    line: Annotated[int, Field(description="Line from 1; 0 if there is none.")]
    path: Annotated[str, Field(description="Path in the file.")]
    message: Annotated[str, Field(description="Description of the problem.")]
    remedy: Annotated[str, Field(description="How to fix the problem.")]


class Secret(Part):
    """The age of a client secret on the day of the report. The secret itself is never read."""

    state: Annotated[
        Literal["expired", "expiring", "valid", "unlimited", "undeclared"],
        Field(
            description="`expiring`: within 30 days. `unlimited`: it does not expire. `undeclared`: the file "
            "does not declare its age."
        ),
    ]
    issued: Annotated[str | None, Field(description="Day on which it was created.")] = None
    expires: Annotated[str | None, Field(description="Expiry, RFC 3339.")] = None
    age_days: Annotated[int | None, Field(description="Days since its creation.")] = None
    days_left: Annotated[
        int | None, Field(description="Whole days until its expiry; negative afterwards.")
    ] = None
    rotation_due: Annotated[str | None, Field(description="Day on which its rotation is due.")] = None


class Client(Part):
    """A client that may call the MCP servers."""

    name: Annotated[str, Field(description="Name of the client in the tenant's file.")]
    registration: Annotated[
        Literal["managed", "manual"],
        Field(description="`managed`: created by the stack. `manual`: created by an administrator."),
    ]
    client_id: Annotated[
        str | None, Field(description="Absent if the server assigns it and no settings were read.")
    ] = None
    grant: Annotated[str, Field(description="Grant by which it gets tokens.")]
    authentication: Annotated[
        str | None, Field(description="Authentication at the token endpoint; absent if not declared.")
    ] = None
    redirect_uris: Annotated[
        tuple[str, ...], Field(description="Addresses that receive authorization codes.")
    ]
    web_origins: Annotated[
        tuple[str, ...], Field(description="Origins whose pages may call the token endpoint.")
    ]
    resources: Resources
    secret: Annotated[Secret | None, Field(description="Present if it has a client secret.")] = None
    assertion_issuers: Annotated[
        tuple[str, ...] | None,
        Field(
            description="Company identity providers whose identity assertions it may redeem; absent if none."
        ),
    ] = None


class Limit(Part):
    """A limit of a registration method."""

    name: Annotated[str, Field(description="Key in the declaration.")]
    values: Annotated[tuple[str, ...], Field(description="Declared values; empty if none are declared.")]


class RegistrationMethod(Part):
    """A registration method, by which clients that the file does not list become clients."""

    key: Annotated[str, Field(description="`dynamic`, `metadataDocuments`, `vscode`, …")]
    open: Annotated[bool, Field(description="Whether clients that nobody named can use it.")]
    limits: Annotated[tuple[Limit, ...], Field(description="Limits by the declaration's keys.")]
    resources: Resources


class People(Part):
    """People who may sign in, and their protected resources."""

    kind: Annotated[
        Literal["group", "everyone", "undeclared"],
        Field(
            description="`everyone`: every user of the server. `undeclared`: people who may sign in through "
            "a manual registration, and whom no file declares."
        ),
    ]
    name: Annotated[str | None, Field(description="Name of the group at the authorization server.")] = None
    resources: Resources


class Lifetime(Part):
    """The lifetime of a token or a secret."""

    of: Annotated[str, Field(description="`tokens.access`, `clients.<name>.secret`, …")]
    seconds: Annotated[int, Field(description="Lifetime in seconds.")]


class Declared(Part):
    """The access that a tenant's file declares. Absent if the file is invalid."""

    tenant: Annotated[str, Field(description="ID of the tenant in Flow.")]
    server: Annotated[str, Field(description="Address of the Flow instance.")]
    kind: Annotated[str, Field(description="Kind of its authorization server.")]
    authority: Annotated[str | None, Field(description="Authority; absent if the server assigns it.")] = None
    resources: Resources
    pending: Annotated[
        tuple[str, ...], Field(description="Resources that are unreachable until an administrator acts.")
    ]
    clients: Annotated[tuple[Client, ...], Field(description="Managed and manual clients by name.")]
    ways: Annotated[tuple[RegistrationMethod, ...], Field(description="Registration methods that are open.")]
    people: Annotated[tuple[People, ...], Field(description="People who may sign in; all others may not.")]
    lifetimes: Annotated[
        tuple[Lifetime, ...], Field(description="Declared lifetimes; the server determines all others.")
    ]
    other: Annotated[
        Declared | None,
        Field(description="Access at the other authorization server during a move; otherwise absent."),
    ] = None
