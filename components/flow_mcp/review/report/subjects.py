"""The rows of the access matrix: clients, registration methods and people of a tenant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from flow_mcp.review.report.declared import Declared


@dataclass(frozen=True)
class Subject:
    """A client, registration method or group of people that has access.

    Attributes:
        kind: the kind of the subject.
        name: the name to show.
        note: a short description.
        reaches: the protected resources to which it has access.
    """

    kind: Literal["client", "registration", "people"]
    name: str
    note: str
    reaches: frozenset[str]


_REGISTRATION_METHODS = {
    "dynamic": ("dynamically registered clients", "for people"),
    "metadataDocuments": ("clients with a metadata document", "for people"),
}
_EVERYONE = ("everyone", "every user of the server")
_UNDECLARED = ("undeclared people", "through manual registrations")


def subjects(declared: Declared) -> Iterator[Subject]:
    """Yield all subjects of a tenant, grouped by kind."""
    for client in declared.clients:
        note = "program" if client.grant == "client-credentials" else "for people"
        note += ", manual" if client.registration == "manual" else ""
        yield Subject("client", client.name, note, frozenset(client.resources))
    for method in declared.ways:
        name, note = _REGISTRATION_METHODS.get(method.key, (method.key, "preauthorized"))
        yield Subject("registration", name, note, frozenset(method.resources))
    for people in declared.people:
        name, note = (
            (people.name, "group")
            if people.name
            else (_EVERYONE if people.kind == "everyone" else _UNDECLARED)
        )
        yield Subject("people", name, note, frozenset(people.resources))


MAXIMUM_COLUMNS = 30
"""The number of columns that fit on a printed page."""


def columns(resources: Sequence[str]) -> list[list[tuple[str, list[str]]]]:
    """Return workspaces with their environments as columns of the matrix, in parts that fit on a page."""
    parts = [
        resources[start : start + MAXIMUM_COLUMNS] for start in range(0, len(resources), MAXIMUM_COLUMNS)
    ]
    return [
        [
            (workspace, [key.split("/", 1)[1] for key in keys])
            for workspace, keys in groupby(part, key=lambda key: key.split("/", 1)[0])
        ]
        for part in parts
    ]
