"""Signs in to Microsoft Graph with the credentials that Pulumi's azuread provider reads.

The provider tries the same variables in the same order: certificate, secret, another issuer's token, managed
identity, Azure CLI (https://www.pulumi.com/registry/packages/azuread/installation-configuration/).
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from flow_mcp.authorization_servers.entra.clouds import CLOUD_VALUES
from flow_mcp.authorization_servers.entra.declaration import Entra
from flow_mcp.authorization_servers.errors import CredentialsError
from flow_mcp.authorization_servers.http import http_client, json_object, send

_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_MANAGED_IDENTITY = "http://169.254.169.254/metadata/identity/oauth2/token"
_AZ_SECONDS = 60
_TRUE = frozenset({"1", "t", "true"})

OpenClient = Callable[[str], httpx.Client]
"""Returns an HTTP client for a base URL."""


def graph_token(entra: Entra, environment: Mapping[str, str], client: OpenClient = http_client) -> str:
    """Return an access token for Microsoft Graph.

    Args:
        entra: the Entra tenant.
        environment: variables with the credentials. Their values are read on use and not stored.
        client: returns an HTTP client.

    Raises:
        CredentialsError: there are no credentials, or they are rejected.
        UnreachableError: the token endpoint does not answer.
    """
    graph = f"https://{CLOUD_VALUES[entra.cloud].graph}"
    client_id, value = _value(environment, "ARM_CLIENT_ID"), environment.get
    if client_id and (value("ARM_CLIENT_CERTIFICATE_PATH") or value("ARM_CLIENT_CERTIFICATE")):
        from flow_mcp.authorization_servers.entra.certificate import signed_assertion

        return _by_assertion(entra, client_id, graph, client, signed_assertion(entra, client_id, environment))
    if client_id and (secret := _value(environment, "ARM_CLIENT_SECRET")):
        return _token(entra, graph, client, {"client_id": client_id, "client_secret": secret})
    if client_id and _is_on(environment, "ARM_USE_OIDC"):
        return _by_assertion(entra, client_id, graph, client, _issued_token(environment, client))
    if _is_on(environment, "ARM_USE_MSI"):
        return _of_managed_identity(environment, graph, client_id, client)
    return _of_azure_cli(entra, graph)


def _value(environment: Mapping[str, str], name: str) -> str:
    """Return a variable's value, or the content of the file that `<name>_FILE_PATH` names."""
    if direct := environment.get(name):
        return direct
    path = environment.get(f"{name}_FILE_PATH")
    return _file(f"{name}_FILE_PATH", path) if path else ""


def _file(variable: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise CredentialsError(f"{variable} names {path}, which cannot be read. Correct it.") from None


def _is_on(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "").lower() in _TRUE


def _by_assertion(entra: Entra, client_id: str, graph: str, client: OpenClient, assertion: str) -> str:
    form = {"client_id": client_id, "client_assertion_type": _BEARER, "client_assertion": assertion}
    return _token(entra, graph, client, form)


def _token(entra: Entra, graph: str, client: OpenClient, form: Mapping[str, str]) -> str:
    """Request a token with the grant client credentials.

    https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
    """
    login = CLOUD_VALUES[entra.cloud].login
    server = f"the Entra tenant {entra.tenant_id}"
    with client(f"https://{login}") as connection:
        form = {"grant_type": "client_credentials", "scope": f"{graph}/.default", **form}
        path = f"/{entra.tenant_id}/oauth2/v2.0/token"
        answer = send(connection, "POST", path, server=server, data=form)
    return _access_token(answer, f"{server} rejects the sign-in of ARM_CLIENT_ID")


def _issued_token(environment: Mapping[str, str], client: OpenClient) -> str:
    """Return the token of another issuer, from a variable, a file, or GitHub's token service."""
    if token := environment.get("ARM_OIDC_TOKEN"):
        return token
    if path := environment.get("ARM_OIDC_TOKEN_FILE_PATH"):
        return _file("ARM_OIDC_TOKEN_FILE_PATH", path)
    url = environment.get("ARM_OIDC_REQUEST_URL") or environment.get("ACTIONS_ID_TOKEN_REQUEST_URL", "")
    bearer = environment.get("ARM_OIDC_REQUEST_TOKEN") or environment.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    if not (url and bearer):
        raise CredentialsError(
            "ARM_USE_OIDC is set without a token. Set ARM_OIDC_TOKEN or ARM_OIDC_TOKEN_FILE_PATH, or "
            "ARM_OIDC_REQUEST_URL with ARM_OIDC_REQUEST_TOKEN."
        )
    target = httpx.URL(url).copy_merge_params({"audience": "api://AzureADTokenExchange"})
    with client("") as connection:
        headers = {"Authorization": f"Bearer {bearer}"}
        answer = send(connection, "GET", str(target), server="the token service", headers=headers)
    token = json_object(answer).get("value")
    if answer.is_success and isinstance(token, str):
        return token
    raise CredentialsError(f"The token service answered {answer.status_code}. Correct ARM_OIDC_REQUEST_URL.")


def _of_managed_identity(
    environment: Mapping[str, str], graph: str, client_id: str, client: OpenClient
) -> str:
    """Return a token of the machine's managed identity.

    https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
    """
    query = {
        "api-version": "2018-02-01",
        "resource": graph,
        **({"client_id": client_id} if client_id else {}),
    }
    endpoint = environment.get("ARM_MSI_ENDPOINT") or _MANAGED_IDENTITY
    # With the address, the client knows that no proxy of the environment may see the request.
    with client(endpoint) as connection:
        headers = {"Metadata": "true"}
        server = "the endpoint of the managed identity"
        answer = send(connection, "GET", endpoint, server=server, headers=headers, params=query)
    return _access_token(answer, "The managed identity gets no token")


def _access_token(answer: httpx.Response, failure: str) -> str:
    body: dict[str, Any] = json_object(answer)
    token = body.get("access_token")
    if answer.is_success and isinstance(token, str):
        return token
    # The error's code and first line name the reason; the rest are trace IDs.
    reason = str(body.get("error_description") or body.get("error") or answer.status_code)
    first_line = (reason.splitlines() or [""])[0].rstrip(".")[:300]
    raise CredentialsError(f"{failure} ({first_line}). Correct the credentials.")


def _of_azure_cli(entra: Entra, graph: str) -> str:
    program = shutil.which("az")
    if program is None:
        raise CredentialsError(
            "There are no credentials for Microsoft Graph. Set ARM_CLIENT_ID and ARM_CLIENT_SECRET, or other "
            "variables of the azuread provider, or sign in with `az login`."
        )
    command = [program, "account", "get-access-token", "--resource", graph, "--tenant", entra.tenant_id]
    try:
        completed = subprocess.run(
            [*command, "--output", "json"], capture_output=True, timeout=_AZ_SECONDS, check=False
        )
        token = json.loads(completed.stdout or b"{}").get("accessToken")
    except (OSError, ValueError, AttributeError, subprocess.TimeoutExpired):
        token = None
    if isinstance(token, str):
        return token
    raise CredentialsError(
        f"The Azure CLI has no token for the Entra tenant {entra.tenant_id}. Run "
        f"`az login --tenant {entra.tenant_id}`, or set ARM_CLIENT_ID and ARM_CLIENT_SECRET."
    )
