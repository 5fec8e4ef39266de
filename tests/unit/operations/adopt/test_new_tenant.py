"""What is known about a tenant before its authorization server is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flow_mcp.authorization_servers.adoption import AdoptionRequest
from flow_mcp.engine.project import Project
from flow_mcp.operations.adopt.errors import AdoptError
from flow_mcp.operations.adopt.new_tenant import AdoptionOptions, adoption_source
from flow_mcp.operations.adopt.proposal import reader_of
from tests.unit.authorization_servers.bare_openid import OPENID

_FLOW = "https://app.profitbase.biz/flow"
_ISSUER = "https://id.example/realms/acme"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    text = f"name: flow-mcp\nconfig:\n  flow-mcp:instance:\n    default: {{server: {_FLOW}}}\n"
    (tmp_path / "Pulumi.yaml").write_text(text)
    return Project(tmp_path)


def test_the_settings_window_and_the_options_complete_each_other(project: Project, tmp_path: Path) -> None:
    window = tmp_path / "window.csv"
    window.write_text(f"authority,clientId\n{_ISSUER},crm\n")
    given = AdoptionOptions(
        "acme",
        server={"administration": {"realm": "acme"}, "realm": {"deletable": False}},
        client_ids=("portal",),
        settings_file=window,
    )
    server = {
        "url": "https://id.example",
        "realm": {"name": "acme", "create": False, "deletable": False},
        "administration": {"realm": "acme"},
    }
    client_ids = {"crm": str(window), "portal": "--client"}
    assert adoption_source(project, given).request == AdoptionRequest(
        "acme", _FLOW, server, {}, client_ids, {"server": _FLOW}, _ISSUER
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "The authorization server is not known"),
        ({"authority": "https://login.example/v2.0"}, "is not an issuer of"),
        ({"kind": "auth0", "authority": _ISSUER}, "is not an issuer of auth0"),
    ],
)
def test_an_unknown_server_is_an_error_with_a_remedy(
    project: Project, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(AdoptError, match=message):
        adoption_source(project, AdoptionOptions("acme", **given))


def test_a_kind_without_a_reader_is_an_error_with_a_remedy() -> None:
    with pytest.raises(AdoptError, match="cannot read an existing openid yet"):
        reader_of(OPENID)
