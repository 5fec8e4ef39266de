"""Convert a tenant's access to the report's format."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from flow_mcp.declaration.access import ClientAccess, TenantAccess
from flow_mcp.review.report.declared import (
    Client,
    Declared,
    Lifetime,
    Limit,
    People,
    RegistrationMethod,
    Secret,
)
from flow_mcp.review.report.text import safe_text, safe_texts

EXPIRING_DAYS = 30
_OPEN_METHODS = {"dynamic", "metadataDocuments"}


def declared(access: TenantAccess, server: str, client_ids: dict[str, str], as_of: date) -> Declared:
    """Return the part of the report that a tenant's file provides.

    Args:
        access: the access that the declaration grants.
        server: the address of the Flow instance.
        client_ids: client IDs that the authorization server assigned, by the client's name.
        as_of: the day for which the ages of secrets are computed.
    """
    return Declared(
        tenant=safe_text(access.tenant),
        server=safe_text(server),
        kind=access.kind,
        authority=safe_text(access.authority) if access.authority is not None else None,
        resources=access.resources,
        pending=access.pending,
        clients=tuple(_client(client, client_ids.get(client.name), as_of) for client in access.clients),
        ways=tuple(
            RegistrationMethod(
                key=method.key,
                open=method.key in _OPEN_METHODS,
                limits=tuple(
                    Limit(name=name, values=safe_texts(values))
                    for name, values in sorted(method.limits.items())
                ),
                resources=method.resources,
            )
            for method in access.registration_methods
        ),
        people=tuple(_people(access)),
        lifetimes=tuple(
            Lifetime(of=safe_text(name), seconds=seconds) for name, seconds in access.lifetimes.items()
        ),
        # The assigned client IDs are those of the preferred server.
        other=declared(access.other, server, {}, as_of) if access.other else None,
    )


def _client(client: ClientAccess, assigned: str | None, as_of: date) -> Client:
    client_id = client.client_id or assigned
    return Client(
        name=client.name,
        registration=client.registration,
        client_id=safe_text(client_id) if client_id else None,
        grant=client.grant,
        authentication=client.authentication,
        redirect_uris=safe_texts(client.redirect_uris),
        web_origins=safe_texts(client.web_origins),
        resources=client.resources,
        secret=_secret(client, as_of) if client.authentication == "client-secret" else None,
        assertion_issuers=safe_texts(client.assertion_issuers) or None,
    )


def _secret(client: ClientAccess, as_of: date) -> Secret:
    if client.secret_issued is None:
        return Secret(state="undeclared")
    age = (as_of - date.fromisoformat(client.secret_issued)).days
    if client.secret_expires is None:
        due = client.rotation_due
        return Secret(state="unlimited", issued=client.secret_issued, age_days=age, rotation_due=due)
    # On the day of its expiry less than a whole day is left; the secret counts as expired.
    left = (datetime.fromisoformat(client.secret_expires).date() - as_of).days
    return Secret(
        state="expired" if left <= 0 else "expiring" if left <= EXPIRING_DAYS else "valid",
        issued=client.secret_issued,
        expires=client.secret_expires,
        age_days=age,
        days_left=left,
        rotation_due=client.rotation_due,
    )


def _people(access: TenantAccess) -> Iterator[People]:
    """Yield the people who may sign in, with their resources: everyone first, then groups by name."""
    everyone = tuple(key for key in access.resources if access.people[key].everyone)
    undeclared = tuple(key for key in access.resources if access.people[key].undeclared)
    if everyone:
        yield People(kind="everyone", resources=everyone)
    for group in sorted({group for people in access.people.values() for group in people.groups}):
        resources = tuple(key for key in access.resources if group in access.people[key].groups)
        yield People(kind="group", name=safe_text(group), resources=resources)
    if undeclared:
        yield People(kind="undeclared", resources=undeclared)
