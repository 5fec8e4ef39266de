"""A tenant's access, put into the report's form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from flow_mcp.declaration.access import ClientAccess, TenantAccess
from flow_mcp.review.report.declared import Client, Declared, Lifetime, Limit, People, Secret, Way
from flow_mcp.review.report.text import all_shown, shown

EXPIRING_DAYS = 30
_OPEN = {"dynamic", "metadataDocuments"}


def declared(access: TenantAccess, server: str, client_ids: dict[str, str], as_of: date) -> Declared:
    """What the tenant's file tells.

    Args:
        access: from the declaration.
        server: the Flow instance.
        client_ids: by name, what settings tell of those that the authorization server assigned.
        as_of: the day on which secrets are looked at.
    """
    return Declared(
        tenant=shown(access.tenant),
        server=shown(server),
        kind=access.kind,
        authority=shown(access.authority) if access.authority is not None else None,
        resources=access.resources,
        pending=access.pending,
        clients=tuple(_client(client, client_ids.get(client.name), as_of) for client in access.clients),
        ways=tuple(
            Way(
                key=way.key,
                open=way.key in _OPEN,
                limits=tuple(
                    Limit(name=name, values=all_shown(values)) for name, values in sorted(way.limits.items())
                ),
                resources=way.resources,
            )
            for way in access.registration_methods
        ),
        people=tuple(_people(access)),
        lifetimes=tuple(Lifetime(of=shown(of), seconds=value) for of, value in access.lifetimes.items()),
    )


def _client(client: ClientAccess, assigned: str | None, as_of: date) -> Client:
    client_id = client.client_id or assigned
    return Client(
        name=client.name,
        registration=client.registration,
        client_id=shown(client_id) if client_id else None,
        grant=client.grant,
        authentication=client.authentication,
        redirect_uris=all_shown(client.redirect_uris),
        web_origins=all_shown(client.web_origins),
        resources=client.resources,
        secret=_secret(client, as_of) if client.authentication == "client-secret" else None,
    )


def _secret(client: ClientAccess, as_of: date) -> Secret:
    if client.secret_issued is None or client.secret_expires is None:
        return Secret(state="undeclared")
    # A secret is over when its last moment is: that day it still counts as valid for less than a day.
    left = (datetime.fromisoformat(client.secret_expires).date() - as_of).days
    return Secret(
        state="expired" if left <= 0 else "expiring" if left <= EXPIRING_DAYS else "valid",
        issued=client.secret_issued,
        expires=client.secret_expires,
        age_days=(as_of - date.fromisoformat(client.secret_issued)).days,
        days_left=left,
    )


def _people(access: TenantAccess) -> Iterator[People]:
    """Those who may sign in, and for which protected resources: everyone first, then groups by name."""
    everyone = tuple(key for key in access.resources if access.people[key].everyone)
    undeclared = tuple(key for key in access.resources if access.people[key].undeclared)
    if everyone:
        yield People(kind="everyone", resources=everyone)
    for group in sorted({group for people in access.people.values() for group in people.groups}):
        reached = tuple(key for key in access.resources if group in access.people[key].groups)
        yield People(kind="group", name=shown(group), resources=reached)
    if undeclared:
        yield People(kind="undeclared", resources=undeclared)
