"""The tenants of docs/start on the real engine with stand-ins: a preview has the resources of the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from flow_mcp.local.scratch_project import ScratchProject
from tests.engine.conftest import StandInProject
from tests.engine.external import external_scratch
from tests.engine.scalekit import scalekit_scratch
from tests.unit.documentation.start_pages import files, of, write

STACK_FILE = "stacks/Pulumi.acme.yaml"


def counts(text: str) -> list[str]:
    """The numbers of resources by operation in the summary of a preview."""
    return re.findall(r"^ +([+~-] \d+ to \w+)$", text, re.MULTILINE)


def previewed(page: str, scratch: ScratchProject, address: tuple[str, str] = ("", "")) -> list[str]:
    """Write the page's files, with another address of the server, and preview them."""
    write(page, scratch.project.directory)
    scratch.declare("acme", files(page)[STACK_FILE].replace(*address))
    scratch.pulumi("stack", "select", "--create", "acme")
    return counts(scratch.pulumi("preview", "--stack", "acme").stdout)


def expected(page: str) -> list[str]:
    return counts(of(page, "text")[1].text)


@pytest.mark.parametrize(
    ("page", "package"), [("entra", "azuread"), ("flow-entra", "azuread"), ("auth0", "auth0")]
)
def test_a_page_shows_how_many_resources_the_preview_creates(
    page: str, package: str, stand_in: Callable[[str], StandInProject]
) -> None:
    project = stand_in(package)
    if package == "auth0":
        project.prepare("acme.eu.auth0.com", tenant={"resourceParameterProfile": "compatibility"})
    assert previewed(page, project.scratch) == expected(page) != []


def test_the_page_of_scalekit_shows_how_many_resources_the_preview_creates(
    scratch: ScratchProject, tmp_path: Path
) -> None:
    with scalekit_scratch(scratch, tmp_path) as (project, server):
        address = ("https://acme.scalekit.com", server.url)
        assert previewed("scalekit", project, address) == expected("scalekit") != []


def test_the_page_of_another_server_shows_how_many_resources_the_preview_creates(
    scratch: ScratchProject, tmp_path: Path
) -> None:
    with external_scratch(scratch, tmp_path) as (project, server):
        address = ("https://id.acme.example/oidc", server.issuer)
        assert previewed("external", project, address) == expected("external") != []
