"""Properties of adopted objects for which Keycloak stores no value."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flow_mcp.authorization_servers.keycloak import unset_properties
from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.declaration.declaration import Declaration

_URL = "https://app.profitbase.biz/flow/mcp/tenants/acme/workspaces/1/environments/test"
_CLIENT: dict[str, Any] = {
    "clientId": "crm",
    "name": "CRM",
    "description": "",
    "enabled": True,
    "publicClient": False,
    "serviceAccountsEnabled": True,
    "attributes": {"backchannel.logout.session.required": "true", "access.token.lifespan": "300"},
}
_SCOPE = {"name": "mcp", "attributes": {"gui.order": "3"}}
_MAPPER = {
    "name": "audience",
    "config": {"included.custom.audience": _URL, "access.token.claim": "true", "id.token.claim": "false"},
}
_OBJECTS: dict[str, dict[str, Any]] = {
    "Client/crm": _CLIENT,
    "ClientScope/1/test": _SCOPE,
    "AudienceProtocolMapper/1/test-audience": _MAPPER,
}
_UNSET = {
    "AudienceProtocolMapper/1/test-audience": ("addToTokenIntrospection",),
    "Client/crm": ("useRefreshTokens",),
    "ClientScope/1/test": ("includeInOpenidProviderMetadata", "includeInTokenScope"),
}
_KEPT = {
    "Client/crm": ["description", "extraConfig", "name"],
    "ClientScope/1/test": ["consentScreenText", "description", "guiOrder"],
    "AudienceProtocolMapper/1/test-audience": [],
}


def _declaration(keep: dict[str, list[str]], client_id: str = "c1", **client: Any) -> Declaration:
    ids = {
        "Client/crm": f"acme/{client_id}",
        "ClientScope/1/test": "acme/s1",
        "AudienceProtocolMapper/1/test-audience": "acme/client-scope/s1/m1",
    }
    tenant = {
        "id": "acme",
        "workspaces": {"1": {"environments": ["test"]}},
        "authorizationServer": {
            "keycloak": {
                "url": "https://id.example",
                "realm": {"name": "acme", "create": False},
                "scopes": {"1/test": "mcp"},
            }
        },
        "clients": {
            "crm": {"grant": "client-credentials", "clientId": "crm", "access": ["1/test"], **client}
        },
        "adopted": {
            **{key: {"id": ids[key], **({"keep": kept} if kept else {})} for key, kept in keep.items()},
            # An entry may outlive its client.
            "Client/gone": {"id": "acme/c2"},
        },
    }
    return from_configuration(
        tenant, {"server": "https://app.profitbase.biz/flow"}, source="acme"
    ).declaration


def _kept(declaration: Declaration, **changed: Any) -> dict[str, tuple[str, ...]]:
    objects = {
        key: json.dumps({**value, **changed.get(key.partition("/")[0], {})})
        for key, value in _OBJECTS.items()
    }
    return unset_properties.kept(declaration, objects)


def test_unset_properties_are_kept_while_no_other_property_changes() -> None:
    assert _kept(_declaration(_KEPT)) == _UNSET


def test_the_paths_of_the_objects_follow_from_their_ids() -> None:
    assert unset_properties.paths(_declaration(_KEPT)) == {
        "AudienceProtocolMapper/1/test-audience": "client-scopes/s1/protocol-mappers/models/m1",
        "Client/crm": "clients/c1",
        "ClientScope/1/test": "client-scopes/s1",
    }


@pytest.mark.parametrize("client_id", ["..", ".", "c1?x=1", "c1#x", "c1%2F..", "c1;x", ""])
def test_an_id_of_the_file_names_no_other_path(client_id: str) -> None:
    assert unset_properties.paths(_declaration({"Client/crm": []}, client_id)) == {}


@pytest.mark.parametrize(
    ("resource", "removed"), [("Client/crm", "name"), ("ClientScope/1/test", "description")]
)
def test_the_update_of_another_property_writes_keycloaks_default(resource: str, removed: str) -> None:
    kept = {**_KEPT, resource: [name for name in _KEPT[resource] if name != removed]}
    assert _kept(_declaration(kept)) == {key: names for key, names in _UNSET.items() if key != resource}


def test_the_rotation_of_a_secret_is_an_update() -> None:
    rotated = _declaration(_KEPT, secret={"issued": "2026-11-01"})
    assert "Client/crm" not in _kept(rotated)


def test_a_stored_value_is_not_kept() -> None:
    attributes = {**_CLIENT["attributes"], "use.refresh.tokens": "false"}
    assert "Client/crm" not in _kept(_declaration(_KEPT), Client={"attributes": attributes})


def test_a_deleted_object_keeps_no_properties() -> None:
    assert unset_properties.kept(_declaration(_KEPT), {}) == {}


def test_the_output_of_the_plugin_contains_no_secret() -> None:
    client = {
        "clientId": "crm",
        "secret": "s3cret",
        "registrationAccessToken": "t0ken",
        "attributes": {"client.secret.rotated": "0ld", "use.refresh.tokens": "true"},
    }
    assert json.loads(unset_properties.without_secrets(client)) == {
        "clientId": "crm",
        "attributes": {"use.refresh.tokens": "true"},
    }
