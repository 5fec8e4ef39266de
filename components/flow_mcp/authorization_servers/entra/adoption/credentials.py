"""The credential of an existing application as a declaration. Entra never returns a secret's value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flow_mcp.authorization_servers.representations import Representation, objects, text, texts

_KEY = "it authenticates with a certificate, which a tenant's file cannot declare for Entra"
_NONE = "it has no credential"


@dataclass(frozen=True)
class Credential:
    """The credential with which an application authenticates.

    Attributes:
        declared: its keys in a client's declaration; empty without a credential that can be declared.
        obstacle: why none can be declared, as a clause; empty if one is declared.
        federated: the federated credential that the stack imports; None if it declares none.
        secret_day: the day of the declared secret; empty if it declares none.
        remarks: the credentials that are not declared, one sentence each.
    """

    declared: Mapping[str, Any]
    obstacle: str = ""
    federated: Representation | None = None
    secret_day: str = ""
    remarks: tuple[str, ...] = ()


def has_credential(application: Representation, federated: Sequence[Representation]) -> bool:
    """Return whether an application can authenticate."""
    keys = objects(application, "keyCredentials")
    return bool(federated or keys or objects(application, "passwordCredentials"))


def credential_of(application: Representation, federated: Sequence[Representation]) -> Credential:
    """Return the credential that the declaration names: the only federated one, or else the last secret."""
    passwords = sorted(
        objects(application, "passwordCredentials"),
        key=lambda password: (text(password, "endDateTime"), text(password, "keyId")),
    )
    keys = objects(application, "keyCredentials")
    usable = [credential for credential in federated if _is_simple(credential)]
    if len(federated) == 1 and usable:
        remarks = (*_further_passwords(passwords), *_further_keys(keys))
        return Credential({"federatedCredential": _federated(usable[0])}, "", usable[0], "", remarks)
    dated = [(password, days) for password in passwords if (days := _days(password))]
    if dated:
        password, (issued, lifetime) = dated[-1]
        further = [entry for entry in passwords if entry is not password]
        remarks = (
            _secret(password),
            *_further_passwords(further),
            *_further_keys(keys),
            *_further(federated),
        )
        return Credential({"secret": {"issued": issued, "lifetime": lifetime}}, "", None, issued, remarks)
    obstacle = _KEY if keys else _federated_obstacle(federated) if federated else _NONE
    return Credential({}, obstacle, None, "", tuple(_further_passwords(passwords)))


def _is_simple(credential: Representation) -> bool:
    """Return whether a federated credential names one issuer, subject and audience."""
    audiences = texts(credential, "audiences")
    return bool(text(credential, "issuer") and text(credential, "subject") and len(audiences) == 1)


def _federated(credential: Representation) -> dict[str, Any]:
    (audience,) = texts(credential, "audiences")
    names = {key: text(credential, key) for key in ("issuer", "subject")}
    return names | ({} if audience == "api://AzureADTokenExchange" else {"audience": audience})


def _federated_obstacle(federated: Sequence[Representation]) -> str:
    if len(federated) > 1:
        return f"it has {len(federated)} federated credentials, and a declared client has one"
    return "its federated credential matches an expression or several audiences"


def _days(password: Representation) -> tuple[str, str] | None:
    """Return the day of a secret's creation and its lifetime in whole days, up to its end."""
    try:
        start = datetime.fromisoformat(text(password, "startDateTime"))
        end = datetime.fromisoformat(text(password, "endDateTime"))
    except ValueError:
        return None
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    if (start.tzinfo is None) != (end.tzinfo is None) or end - midnight < timedelta(days=1):
        return None
    return start.date().isoformat(), f"{(end - midnight).days}d"


def _secret(password: Representation) -> str:
    return (
        f"Entra does not return the value of its secret{_named(password)}, which ends on "
        f"{text(password, 'endDateTime')[:10]}. The secret stays valid, and the output clientSecrets lacks "
        "it. `flow-mcp rotate` and `pulumi up` create one that the output contains."
    )


def _named(password: Representation) -> str:
    """Return the name and the ID of a secret. Entra's `hint` is left out: it begins the secret itself."""
    parts = (text(password, "displayName"), f"ID {key_id}" if (key_id := text(password, "keyId")) else "")
    shown = ", ".join(filter(None, parts))
    return f" ({shown})" if shown else ""


def _further_passwords(passwords: Sequence[Representation]) -> Iterator[str]:
    if passwords:
        listed = ", ".join(f"until {text(entry, 'endDateTime')[:10]}{_named(entry)}" for entry in passwords)
        yield f"It also has secrets that are valid {listed}. They stay, and are not managed."


def _further_keys(keys: Sequence[Representation]) -> Iterator[str]:
    if keys:
        yield f"It also has {len(keys)} certificates. They stay, and are not managed."


def _further(federated: Sequence[Representation]) -> Iterator[str]:
    if federated:
        listed = ", ".join(text(credential, "name") for credential in federated)
        yield f"It also has the federated credentials {listed}. They stay, and are not managed."
