"""Adoption of the authority and client IDs in Flow's settings window, for a server of any kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flow_mcp.authorization_servers.adoption import AdoptionRequest, Imports
from flow_mcp.authorization_servers.errors import AuthorizationServerError, MetadataError
from flow_mcp.authorization_servers.external.adoption import ExternalReader
from flow_mcp.engine.project import Project
from flow_mcp.operations.adopt.new_tenant import AdoptionOptions, adoption_source
from flow_mcp.operations.adopt.proposal import propose
from flow_mcp.operations.adopt.tenant_file import tenant_file

_AUTHORITY = "https://login.example/oidc"
_RESOURCES = {"9/production": {"scopes": ["flow.production"]}}


def test_the_settings_window_gives_a_valid_declaration_of_manual_registrations(tmp_path: Path) -> None:
    window = tmp_path / "window.csv"
    window.write_text(f"authority,clientId\n{_AUTHORITY},CRM 1\n{_AUTHORITY},crm\n{_AUTHORITY},portal/x\n")
    options = AdoptionOptions(
        "stark", kind="external", server={"resources": _RESOURCES}, settings_file=window
    )
    source = adoption_source(Project.find(), options)
    fetched: list[str] = []
    reader = ExternalReader(fetched.append)
    made = propose("stark", source.kind, reader, source.request, source.instance, lambda _: None)
    assert fetched == [_AUTHORITY]
    assert made.tenant == {
        "id": "stark",
        "workspaces": {"9": {"environments": ["production"]}},
        "authorizationServer": {"external": {"authority": _AUTHORITY, "resources": _RESOURCES}},
        "manualRegistrations": {
            "crm": {"clientId": "crm", "access": ["*"]},
            "portal-x": {"clientId": "portal/x", "access": ["*"]},
        },
        "adopted": {},
    }
    assert made.imports == Imports((), ())
    # A client ID has no spaces.
    assert [other.client_id for other in made.reading.others] == ["CRM 1"]
    assert "adopted" not in tenant_file(made, "schema.json")


@pytest.mark.parametrize(
    ("server", "client_ids", "message"),
    [
        ({}, {"crm": "--client"}, "The issuer of the server is not known"),
        ({"authority": _AUTHORITY}, {}, "No standard lists the clients of"),
        ({"authority": _AUTHORITY}, {"crm": "--client"}, "--set 'resources={456/production: {scopes:"),
        (
            {"authority": _AUTHORITY, "resources": ["x"]},
            {"crm": "--client"},
            "The scopes at",
        ),
    ],
)
def test_what_is_missing_is_an_error_with_a_remedy(
    server: dict[str, Any], client_ids: dict[str, str], message: str
) -> None:
    request = AdoptionRequest("stark", "https://flow.example", server, client_ids=client_ids)
    with pytest.raises(AuthorizationServerError, match=message):
        ExternalReader(lambda _: None).read(request, lambda _: None)


def test_a_server_without_metadata_is_an_error() -> None:
    def fail(authority: str) -> None:
        raise MetadataError(f"The authorization server {authority} has no usable metadata.")

    request = AdoptionRequest("stark", "https://flow.example", {"authority": _AUTHORITY})
    with pytest.raises(MetadataError, match="has no usable metadata"):
        ExternalReader(fail).read(request, lambda _: None)
