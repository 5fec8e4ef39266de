"""The parts of the report that a tenant's file tells."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from flow_mcp.review.report.part import Part, Resources


class Problem(Part):
    """What is wrong with a tenant's file."""

    severity: Annotated[Literal["error", "warning", "info"], Field(description="An error refuses the file.")]
    file: Annotated[str, Field(description="The stack's, or `Pulumi.yaml`.")]
    line: Annotated[int, Field(description="Counts from 1; 0 where there is none.")]
    path: Annotated[str, Field(description="Where in the file.")]
    message: Annotated[str, Field(description="What is wrong.")]
    remedy: Annotated[str, Field(description="What to do.")]


class Secret(Part):
    """A client secret's age on the day of the report. The secret itself is never read."""

    state: Annotated[
        Literal["expired", "expiring", "valid", "undeclared"],
        Field(description="`expiring`: within 30 days. `undeclared`: no file says when it was made."),
    ]
    issued: Annotated[str | None, Field(description="Day it was made.")] = None
    expires: Annotated[str | None, Field(description="Its end, RFC 3339.")] = None
    age_days: Annotated[int | None, Field(description="Days since it was made.")] = None
    days_left: Annotated[int | None, Field(description="Whole days until its end; negative after it.")] = None


class Client(Part):
    """An application that may call."""

    name: Annotated[str, Field(description="As the tenant's file names it.")]
    registration: Annotated[
        Literal["managed", "manual"],
        Field(description="Made by the stack, or listed after somebody else made it."),
    ]
    client_id: Annotated[
        str | None, Field(description="Left out where the server assigns it and nothing read tells it.")
    ] = None
    grant: Annotated[str, Field(description="How it gets tokens.")]
    authentication: Annotated[
        str | None, Field(description="At the token endpoint; left out where nothing is declared.")
    ] = None
    redirect_uris: Annotated[tuple[str, ...], Field(description="Where a person's browser brings the code.")]
    web_origins: Annotated[tuple[str, ...], Field(description="Whose pages may call the token endpoint.")]
    resources: Resources
    secret: Annotated[Secret | None, Field(description="Where it has a client secret.")] = None


class Limit(Part):
    """What a way is held to."""

    name: Annotated[str, Field(description="The declaration's key.")]
    values: Annotated[tuple[str, ...], Field(description="Its values; none means that none are declared.")]


class Way(Part):
    """A way to become a client that no declaration names."""

    key: Annotated[str, Field(description="`dynamic`, `metadataDocuments`, `vscode`, …")]
    open: Annotated[bool, Field(description="Whether clients come by it whom nobody knows by name.")]
    limits: Annotated[tuple[Limit, ...], Field(description="By the declaration's keys.")]
    resources: Resources


class People(Part):
    """People who may sign in."""

    kind: Annotated[
        Literal["group", "everyone", "undeclared"],
        Field(
            description="`everyone`: whoever the server lets sign in. `undeclared`: they may come by a "
            "manual registration, and no file says which."
        ),
    ]
    name: Annotated[str | None, Field(description="The group's, at the authorization server.")] = None
    resources: Resources


class Lifetime(Part):
    """How long a token or a secret is valid."""

    of: Annotated[str, Field(description="`tokens.access`, `clients.<name>.secret`, …")]
    seconds: Annotated[int, Field(description="The lifetime.")]


class Declared(Part):
    """Everything that a tenant's file tells of access. Absent where the file is refused."""

    tenant: Annotated[str, Field(description="The tenant's ID in Flow.")]
    server: Annotated[str, Field(description="The Flow instance.")]
    kind: Annotated[str, Field(description="Its kind of authorization server.")]
    authority: Annotated[str | None, Field(description="Left out where the server assigns it.")] = None
    resources: Resources
    pending: Annotated[
        tuple[str, ...], Field(description="Nobody reaches them until somebody else has made something.")
    ]
    clients: Annotated[tuple[Client, ...], Field(description="By name, managed and manual.")]
    ways: Annotated[tuple[Way, ...], Field(description="By which clients come whom no file names.")]
    people: Annotated[tuple[People, ...], Field(description="Who may sign in; whoever is not here may not.")]
    lifetimes: Annotated[
        tuple[Lifetime, ...], Field(description="Declared ones; others are the server's to choose.")
    ]
