"""Objects that somebody made by hand in an Auth0 tenant, in the form of the Management API.

A test adds them as `existing` in advance. The plugin imports them as the real one reads them
(`internal/auth0/*/flatten.go` of its upstream provider). The Management API lists them beside the stack's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.alias_generators import to_camel, to_snake

from tests.standin import auth0_rules as rules
from tests.standin.auth0_rules import RULES
from tests.standin.server import Account
from tests.standin.values import Properties

CLIENTS, APIS, GRANTS, ROLES = "clients", "resource-servers", "client-grants", "roles"
_ROLE_PERMISSIONS = re.compile(r"roles/([^/]+)/permissions")
_TYPES = {CLIENTS: rules.CLIENT, APIS: rules.API, GRANTS: rules.GRANT, ROLES: rules.ROLE}
_NO_PROPERTIES = {
    *("client_secret", "client_authentication_methods", "cross_origin_authentication", "global", "scopes"),
    *("scope", "signing_keys", "tenant", "token_endpoint_auth_method"),
}
"""Values of the Management API that are no property of the plugin's resource, or have another name there."""


def existing(account: Account, kind: str) -> list[dict[str, Any]]:
    """Return the hand-made objects of a kind; changes of the result are stored."""
    objects: list[dict[str, Any]] = account.given.setdefault("existing", {}).setdefault(kind, [])
    return objects


def find(account: Account, kind: str, key: str, value: str) -> dict[str, Any] | None:
    """Return the hand-made object with a value; None if there is none."""
    return next((entry for entry in existing(account, kind) if entry.get(key) == value), None)


def listed(account: Account, path: str, query: Mapping[str, str]) -> list[dict[str, Any]] | None:
    """Return the page of a list of the Management API; None if there is no such list."""
    if match := _ROLE_PERMISSIONS.fullmatch(path):
        objects = _permissions(account, match[1])
    elif path in _TYPES:
        objects = [
            entry
            for entry in _all(account, path)
            if "audience" not in query or entry.get("audience") == query["audience"]
        ]
    else:
        return None
    if query.get("include_fields") == "false":
        hidden = query["fields"].split(",")
        objects = [{key: value for key, value in entry.items() if key not in hidden} for entry in objects]
    number, size = int(query.get("page", 0)), int(query.get("per_page", 50))
    return objects[number * size : (number + 1) * size]


def _all(account: Account, kind: str) -> Iterator[dict[str, Any]]:
    changed = {state["id"]: _in_api(account, kind, state) for state in account.of(_TYPES[kind])}
    for entry in existing(account, kind):
        identity = entry["client_id" if kind == CLIENTS else "id"]
        values = {key: value for key, value in entry.items() if key != "permissions"}
        yield {**values, **changed.pop(identity, {})}
    yield from changed.values()


def _in_api(account: Account, kind: str, state: Properties) -> dict[str, Any]:
    """Return an object of the stack as the Management API has it."""
    values = {to_snake(name): value for name, value in state.items()}
    if kind == GRANTS:
        values["scope"] = values.pop("scopes")
    if kind == APIS:
        scopes = account.find(rules.SCOPES, resourceServerIdentifier=state["identifier"]) or {}
        values["scopes"] = [
            {"value": scope["name"], "description": scope.get("description", "")}
            for scope in scopes.get("scopes", ())
        ]
    if kind == CLIENTS and (credentials := account.find(rules.CREDENTIALS, clientId=state["id"])):
        values["token_endpoint_auth_method"] = credentials["authenticationMethod"]
    return values


def _permissions(account: Account, role_id: str) -> list[dict[str, Any]]:
    role = find(account, ROLES, "id", role_id) or {}
    of_stack = [
        {
            "resource_server_identifier": state["resourceServerIdentifier"],
            "permission_name": state["permission"],
        }
        for state in account.of(rules.PERMISSION)
        if state["roleId"] == role_id
    ]
    return [*role.get("permissions", ()), *of_stack]


@RULES.imported(rules.CLIENT)
def client(resource_id: str, account: Account) -> Properties | None:
    """Return an application. A client of a metadata document has another resource type."""
    entry = find(account, CLIENTS, "client_id", resource_id)
    if entry is None or entry.get("external_metadata_type") == "cimd":
        return None
    # The plugin has a text for this Boolean, and takes its `null` for an absent value.
    prompt = entry.get("skip_non_verifiable_callback_uri_confirmation_prompt")
    return {
        **_properties(entry),
        "clientMetadata": entry.get("client_metadata", {}),
        "skipNonVerifiableCallbackUriConfirmationPrompt": "" if prompt is None else str(prompt).lower(),
    }


@RULES.imported(rules.CREDENTIALS)
def credentials(resource_id: str, account: Account) -> Properties | None:
    """Return the credentials. Without a method, the plugin derives one from the type of application."""
    entry = find(account, CLIENTS, "client_id", resource_id)
    if entry is None:
        return None
    derived = {"native": "none", "spa": "none"} | dict.fromkeys(
        ("regular_web", "non_interactive"), "client_secret_post"
    )
    method = entry.get("token_endpoint_auth_method") or derived.get(
        entry.get("app_type", ""), "client_secret_basic"
    )
    return {
        "clientId": resource_id,
        "authenticationMethod": method,
        "clientSecret": entry.get("client_secret", ""),
    }


@RULES.imported(rules.API)
def api(resource_id: str, account: Account) -> Properties | None:
    entry = find(account, APIS, "id", resource_id)
    return _properties(entry) if entry else None


@RULES.imported(rules.SCOPES)
def scopes(resource_id: str, account: Account) -> Properties | None:
    entry = find(account, APIS, "identifier", resource_id)
    if entry is None:
        return None
    listed_scopes = [
        {"name": scope["value"], "description": scope.get("description", "")} for scope in entry["scopes"]
    ]
    return {"resourceServerIdentifier": resource_id, "scopes": listed_scopes}


@RULES.imported(rules.GRANT)
def grant(resource_id: str, account: Account) -> Properties | None:
    """Return a client grant. The plugin does not read the scopes if all are granted."""
    entry = find(account, GRANTS, "id", resource_id)
    if entry is None:
        return None
    granted = {} if entry.get("allow_all_scopes") else {"scopes": entry.get("scope", [])}
    return {**_properties(entry), "subjectType": entry.get("subject_type", "client"), **granted}


@RULES.imported(rules.ROLE)
def role(resource_id: str, account: Account) -> Properties | None:
    entry = find(account, ROLES, "id", resource_id)
    return {name: entry[name] for name in ("name", "description") if name in entry} if entry else None


@RULES.imported(rules.PERMISSION)
def role_permission(resource_id: str, account: Account) -> Properties | None:
    """Return a permission of a role by `<role ID>::<API identifier>::<permission>`."""
    role_id, identifier, permission = resource_id.split("::")
    wanted = {"resource_server_identifier": identifier, "permission_name": permission}
    if not any(wanted.items() <= entry.items() for entry in _permissions(account, role_id)):
        return None
    return {"roleId": role_id, "resourceServerIdentifier": identifier, "permission": permission}


def _properties(entry: Mapping[str, Any]) -> Properties:
    return {to_camel(key): _camel(value) for key, value in entry.items() if key not in _NO_PROPERTIES}


def _camel(value: Any) -> Any:
    return {to_camel(key): _camel(part) for key, part in value.items()} if isinstance(value, dict) else value
