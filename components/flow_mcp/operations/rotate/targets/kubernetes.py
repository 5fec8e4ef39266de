"""Hands a secret over to a Kubernetes Secret, with Kubernetes' own client library.

The cluster is that of the kubeconfig (`KUBECONFIG`, or `~/.kube/config`), or the one in which the command
runs.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

from flow_mcp.operations.rotate.credential import Credential
from flow_mcp.operations.rotate.errors import RotateError
from flow_mcp.operations.rotate.targets.library import library

_KUBECONFIG = Path("~/.kube/config")
_SECONDS = 30
_NOT_FOUND = 404


def deliver(place: str, credential: Credential) -> bool:
    """Set the keys `client-id` and `client-secret` of a Secret, which is created if it does not exist.

    Other keys of the Secret stay.

    Args:
        place: `NAMESPACE/NAME`.
        credential: the credential.

    Returns:
        Whether the Secret changed.

    Raises:
        RotateError: the cluster does not answer or rejects the request.
    """
    namespace, slash, name = place.partition("/")
    if not (namespace and slash and name):
        raise RotateError(f"kubernetes:{place} does not name a Secret. Use kubernetes:NAMESPACE/NAME.")
    client = library("kubernetes.client", "kubernetes")
    config = library("kubernetes.config", "kubernetes")
    transport = library("urllib3.exceptions", "kubernetes")
    where = f"the Secret {name} in namespace {namespace}"
    try:
        _configure(config)
        with client.ApiClient() as connection:
            return _write(client, client.CoreV1Api(connection), namespace, name, credential)
    except config.ConfigException:
        raise RotateError(
            f"No cluster is configured for {where}. Set KUBECONFIG, or run the command in the cluster."
        ) from None
    except client.ApiException as error:
        # The response is left out, because it repeats the request.
        raise RotateError(
            f"Kubernetes answered {error.status} {error.reason} for {where}. The account needs get, create "
            "and patch on secrets."
        ) from None
    except transport.HTTPError as error:
        raise RotateError(f"The cluster does not answer for {where}: {type(error).__name__}.") from None


def _configure(config: Any) -> None:
    """Configure the library. Its own `load_config` prints to standard output."""
    kubeconfig = os.environ.get("KUBECONFIG", "")
    if kubeconfig or _KUBECONFIG.expanduser().is_file():
        config.load_kube_config(kubeconfig or str(_KUBECONFIG.expanduser()))
    else:
        config.load_incluster_config()


def _write(client: Any, api: Any, namespace: str, name: str, credential: Credential) -> bool:
    data = {
        key: base64.b64encode(value.encode()).decode()
        for key, value in (("client-id", credential.client_id), ("client-secret", credential.secret))
    }
    try:
        existing = api.read_namespaced_secret(name, namespace, _request_timeout=_SECONDS)
    except client.ApiException as error:
        if error.status != _NOT_FOUND:
            raise
        body = client.V1Secret(metadata=client.V1ObjectMeta(name=name), type="Opaque", data=data)
        api.create_namespaced_secret(namespace, body, _request_timeout=_SECONDS)
        return True
    present = existing.data or {}
    if all(present.get(key) == value for key, value in data.items()):
        return False
    api.patch_namespaced_secret(name, namespace, {"data": data}, _request_timeout=_SECONDS)
    return True
