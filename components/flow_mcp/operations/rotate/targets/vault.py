"""Hands a secret over to HashiCorp Vault (KV version 2), with the client library hvac.

The address and the token come from `VAULT_ADDR` and `VAULT_TOKEN`, the namespace from `VAULT_NAMESPACE`.
"""

from __future__ import annotations

import os

from flow_mcp.operations.rotate.credential import Credential
from flow_mcp.operations.rotate.errors import RotateError
from flow_mcp.operations.rotate.targets.library import library

_SECONDS = 30


def deliver(place: str, credential: Credential) -> bool:
    """Set `client_id` and `client_secret` in a secret, as a new version. Other keys of the secret stay.

    Args:
        place: `MOUNT/PATH`.
        credential: the credential.

    Returns:
        Whether the secret changed.

    Raises:
        RotateError: Vault does not answer or rejects the request.
    """
    mount, slash, path = place.partition("/")
    if not (mount and slash and path):
        raise RotateError(
            f"vault:{place} does not name a secret. Use vault:MOUNT/PATH, such as secret/flow/acme."
        )
    hvac = library("hvac", "vault")
    errors = library("hvac.exceptions", "vault")
    transport = library("requests.exceptions", "vault")
    if not os.environ.get("VAULT_ADDR") or not os.environ.get("VAULT_TOKEN"):
        raise RotateError("VAULT_ADDR and VAULT_TOKEN must be set to hand a secret over to Vault.")
    # The library reads the other variables of Vault's own client itself.
    namespace = os.environ.get("VAULT_NAMESPACE") or None
    store = hvac.Client(namespace=namespace, timeout=_SECONDS).secrets.kv.v2
    values = {"client_id": credential.client_id, "client_secret": credential.secret}
    try:
        try:
            version = store.read_secret_version(path, mount_point=mount, raise_on_deleted_version=False)
            # A deleted version has no data.
            present, number = version["data"]["data"] or {}, version["data"]["metadata"]["version"]
        except errors.InvalidPath:
            present, number = {}, 0
        if all(present.get(key) == value for key, value in values.items()):
            return False
        # With the number, Vault rejects the write if somebody has changed other keys meanwhile.
        store.create_or_update_secret(path, {**present, **values}, cas=number, mount_point=mount)
    except errors.VaultError as error:
        # The message is left out, because it can repeat the request.
        raise RotateError(
            f"Vault rejects {mount}/{path} ({type(error).__name__}). The token needs read, create and update "
            f"on {mount}/data/{path}, and {mount} must be a KV engine of version 2. If somebody changed the "
            "secret at the same time, run the command again."
        ) from None
    except transport.RequestException as error:
        raise RotateError(f"Vault does not answer at VAULT_ADDR: {type(error).__name__}.") from None
    return True
