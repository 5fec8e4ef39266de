"""Decides what a rotation changes in a tenant's file, for a given day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from flow_mcp.common.suggestions import did_you_mean
from flow_mcp.declaration.clients import Client, PrivateKeyJwt
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.secret import Secret
from flow_mcp.declaration.texts import UNKNOWN_DAY
from flow_mcp.operations.rotate.errors import RotateError

Action = Literal["started", "finished", "unchanged", "refused"]


@dataclass(frozen=True)
class Step:
    """What a rotation changes for one client.

    Attributes:
        client: name of the client.
        action: `started`: the client gets a new credential. `finished`: its previous credential ends.
            `unchanged`: nothing changes, for the reason. `refused`: the rotation would have a gap.
        reason: one or more sentences for the user.
        path: the mapping to edit in the declaration; empty if nothing changes.
        values: the keys to set there.
        renamed: the keys to rename there before others are set, old name → new name.
        removed: the keys to remove there.
    """

    client: str
    action: Action
    reason: str
    path: Path = ()
    values: dict[str, str] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    removed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Request:
    """What the user asked for.

    Attributes:
        client: name of the client; None for all clients that declare a rotation.
        as_of: the day of the rotation.
        due: whether only rotations that are due start, and overlaps that have ended are finished.
        finish: whether rotations are finished instead.
        allow_gap: whether a rotation may start although the client cannot get tokens until it has its new
            secret.
        certificate: the client's new certificate in PEM; None to rotate secrets.
    """

    client: str | None
    as_of: date
    due: bool = False
    finish: bool = False
    allow_gap: bool = False
    certificate: str | None = None


def decide(declaration: Declaration, request: Request) -> tuple[Step, ...]:
    """Return the steps for the requested clients, sorted by name.

    Raises:
        RotateError: the client does not exist or declares no rotation, or a rotation is in progress.
    """
    return tuple(_steps(declaration, request))


def _steps(declaration: Declaration, request: Request) -> Iterator[Step]:
    for name, client in sorted(_requested(declaration, request).items()):
        if client.private_key_jwt and client.private_key_jwt.certificate:
            if step := _key_step(name, client.private_key_jwt, request):
                yield step
        elif client.secret:
            yield _secret_step(declaration, name, client.secret, request)
        elif request.client:
            raise RotateError(_not_rotated(declaration, name, client))
    other = declaration.other
    for name in sorted(other.origin.clients if other else ()):
        if other and other.tenant.clients[name].secret and request.client in (None, name):
            text = f"Its secret at the other authorization server: edit it below {other.origin.key}.clients."
            yield Step(name, "unchanged", text)


def _requested(declaration: Declaration, request: Request) -> dict[str, Client]:
    clients = declaration.tenant.clients
    if request.client is None:
        return clients
    if request.client not in clients:
        hint = did_you_mean(request.client, clients) or f"Known clients: {', '.join(sorted(clients))}."
        raise RotateError(f"{declaration.tenant.id} declares no client {request.client}. {hint}")
    return {request.client: clients[request.client]}


def _not_rotated(declaration: Declaration, name: str, client: Client) -> str:
    if client.authentication != "client-secret":
        return (
            f"{name} has no secret of this stack (authentication: {client.authentication}). A client with "
            "jwksUrl publishes its new key beside the previous one at that URL; declare nothing."
        )
    kind = declaration.kind.key
    if kind in {"external", "scalekit"}:
        return (
            f"{kind} cannot replace the secret of {name}. Declare a client with another name and apply. Give "
            f"it to the program, and remove {name} when the program uses the new client."
        )
    gap = "" if kind == "auth0" else ", overlap: 7d"
    return f"{name} declares no rotation. Add secret: {{rotateAfter: 90d{gap}}} to the client, then apply it."


def _key_step(name: str, key: PrivateKeyJwt, request: Request) -> Step | None:
    path = ("clients", name, "privateKeyJwt")
    if request.finish:
        if key.previous_certificate is None:
            return Step(name, "unchanged", "No rotation is in progress.")
        reason = "Assertions signed with the previous key are rejected once this is applied."
        return Step(name, "finished", reason, path, removed=("previousCertificate",))
    if request.certificate is None:
        if request.client and not request.due:
            raise RotateError(
                f"{name} signs with its own key, which only the client has. Name its new certificate: "
                "--certificate FILE."
            )
        return None
    if key.certificate and key.certificate.strip() == request.certificate.strip():
        return Step(name, "unchanged", "The certificate is declared already.")
    if key.previous_certificate:
        raise RotateError(f"{name} has a rotation in progress. Finish it first: flow-mcp rotate … --finish.")
    reason = "Assertions signed with either key are accepted until the rotation is finished."
    values = {"certificate": request.certificate}
    return Step(name, "started", reason, path, values, renamed={"certificate": "previousCertificate"})


def _secret_step(declaration: Declaration, name: str, secret: Secret, request: Request) -> Step:
    if request.certificate:
        raise RotateError(f"{name} has a secret and no certificate. Remove --certificate.")
    day, path = request.as_of.isoformat(), ("clients", name, "secret")
    ends = secret.overlap_ends
    if request.finish or (request.due and ends and ends <= request.as_of):
        if secret.previous is None:
            return Step(name, "unchanged", "No rotation is in progress.")
        reason = f"The secret of {secret.previous} ends once this is applied."
        return Step(name, "finished", reason, path, removed=("previous",))
    if secret.previous:
        if request.due or secret.issued == day:
            return Step(name, "unchanged", f"Its rotation of {secret.issued} is in progress until {ends}.")
        raise RotateError(
            f"{name} has a rotation of {secret.issued} in progress. Finish it first: flow-mcp rotate "
            f"{declaration.tenant.id} {name} --finish. A third secret cannot be valid at the same time."
        )
    if request.due and (secret.rotate_after is None or (secret.due and secret.due > request.as_of)):
        due = f"It is due on {secret.due}." if secret.due else "It declares no rotateAfter."
        return Step(name, "unchanged", due)
    if secret.issued and secret.issued >= day:
        return Step(name, "unchanged", f"Its secret was created on {secret.issued}.")
    return _started(declaration, name, secret, request)


def _started(declaration: Declaration, name: str, secret: Secret, request: Request) -> Step:
    day, path = request.as_of.isoformat(), ("clients", name, "secret")
    if secret.overlap:
        previous = secret.issued or UNKNOWN_DAY
        reason = (
            f"Both secrets are valid from the update until the rotation is finished, for {secret.overlap}."
        )
        return Step(name, "started", reason, path, {"issued": day, "previous": previous})
    access = declaration.server.lifetimes.get("tokens.access", "the lifetime of access tokens")
    gap = (
        f"The update ends the present secret. Until {name} has its new secret, its token requests fail. It "
        f"can still use a token that it has, for at most {access}."
    )
    if not request.allow_gap:
        return Step(
            name, "refused", f"{gap} Add --allow-gap, or declare secret.overlap if the server has it."
        )
    if secret.issued is None:
        reason = "Its file records no day of the present secret. Add secret.issued, apply it, then rotate."
        return Step(name, "refused", reason)
    return Step(name, "started", gap, path, {"issued": day})
