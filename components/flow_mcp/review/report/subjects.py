"""Those who may come to a tenant's protected resources: the rows of the access matrix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from flow_mcp.review.report.declared import Declared


@dataclass(frozen=True)
class Subject:
    """One who comes.

    Attributes:
        kind: what it is.
        name: as people call it.
        note: what else a reader must know.
        reaches: the protected resources.
    """

    kind: Literal["client", "way", "people"]
    name: str
    note: str
    reaches: frozenset[str]


WAYS = {
    "dynamic": ("self-registered clients", "need a person"),
    "metadataDocuments": ("clients by metadata document", "need a person"),
}
_EVERYONE = ("everyone", "whoever the server lets sign in")
_UNDECLARED = ("people not declared", "through manual registrations")


def subjects(declared: Declared) -> Iterator[Subject]:
    """All of a tenant, grouped by kind."""
    for client in declared.clients:
        note = "program" if client.grant == "client-credentials" else "for people"
        note += ", manual" if client.registration == "manual" else ""
        yield Subject("client", client.name, note, frozenset(client.resources))
    for way in declared.ways:
        name, note = WAYS.get(way.key, (way.key, "known to the server"))
        yield Subject("way", name, note, frozenset(way.resources))
    for people in declared.people:
        name, note = (
            (people.name, "group")
            if people.name
            else (_EVERYONE if people.kind == "everyone" else _UNDECLARED)
        )
        yield Subject("people", name, note, frozenset(people.resources))


WIDEST = 30
"""Columns that fit on a printed page."""


def columns(resources: Sequence[str]) -> list[list[tuple[str, list[str]]]]:
    """The columns of the access matrix: workspaces and their environments, in parts that can be printed."""
    parts = [resources[start : start + WIDEST] for start in range(0, len(resources), WIDEST)]
    return [
        [
            (workspace, [key.split("/", 1)[1] for key in each])
            for workspace, each in groupby(part, key=lambda key: key.split("/", 1)[0])
        ]
        for part in parts
    ]
