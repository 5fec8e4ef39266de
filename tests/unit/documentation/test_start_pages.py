"""The pages in docs/start: their commands give the files and the outputs that they show."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from flow_mcp.cli import cli
from tests.conftest import REPOSITORY
from tests.unit.documentation.start_pages import DIRECTORY, SERVERS, arguments, files, of, request, write

HEADINGS = [
    *("1. Ask", "2. Create the project", "3. Declare the tenant", "4. Apply", "5. Check the result"),
    "What next",
]
STACK = "stacks/Pulumi.acme.yaml"
each_server = pytest.mark.parametrize("page", SERVERS)


def test_every_authorization_server_has_a_page() -> None:
    kinds = {file.stem for file in (REPOSITORY / "docs" / "authorization-servers").glob("*.md")}
    assert kinds == set(SERVERS)
    assert kinds <= {file.stem for file in DIRECTORY.glob("*.md")}


@each_server
def test_a_page_has_the_headings_of_all_start_pages(page: str) -> None:
    headings = re.findall(r"^## (.+)$", (DIRECTORY / f"{page}.md").read_text("utf-8"), re.MULTILINE)
    assert [heading if heading in HEADINGS else heading[:6] for heading in headings] == HEADINGS


@each_server
def test_the_new_project_with_the_pages_files_gives_the_pages_output_of_check(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(cli, arguments(page, "new")).exit_code == 0
    if "now declares" in (DIRECTORY / f"{page}.md").read_text("utf-8"):
        created = yaml.safe_load((tmp_path / STACK).read_text("utf-8"))
        assert created == yaml.safe_load(files(page)[STACK])
    write(page, tmp_path)
    result = CliRunner().invoke(cli, arguments(page, "check"), catch_exceptions=False)
    assert (result.exit_code, result.output) == (0, of(page, "text")[0].text)


def test_the_program_in_yaml_is_the_example_for_the_account_of_the_page() -> None:
    example = yaml.safe_load((REPOSITORY / "examples" / "yaml" / "Pulumi.yaml").read_text("utf-8"))
    program = yaml.safe_load(files("yaml-program")["Pulumi.yaml"])
    example["plugins"]["providers"][0]["path"] = ".venv/bin"
    keycloak = example["resources"]["acme"]["properties"]["tenant"]["authorizationServer"]["keycloak"]
    keycloak |= {
        "url": "https://id.acme.example",
        "administration": {"realm": "master", "clientId": "flow-mcp"},
        "realm": {"name": "acme", "create": True},
    }
    del example["config"]
    assert program == {**example, "name": "planning"}


@pytest.mark.parametrize("page", ["entra", "flow-entra"])
def test_the_request_to_entras_administrator_has_the_least_permissions(page: str) -> None:
    table = (REPOSITORY / "docs" / "authorization-servers" / "entra.md").read_text("utf-8")
    rows = "".join(re.findall(r"^\| always \|.*", table, re.MULTILINE))
    permission = re.compile(r"`(\w+\.\w+\.\w+)`")
    needed = set(permission.findall(rows)) - {"Application.ReadWrite.All"}
    assert set(permission.findall(request(page))) == needed


def test_the_request_to_auth0s_administrator_has_the_permissions_that_the_file_needs() -> None:
    table = (REPOSITORY / "docs" / "authorization-servers" / "auth0.md").read_text("utf-8")
    needed = set()
    for purpose in ("always", "people by group", "clients of people, `registration`"):
        cell = re.findall(rf"^\| {purpose} \| (.*) \|$", table, re.MULTILINE)[0]
        plain = re.findall(r"`(\w+)`", cell)
        needed |= {f"{verb}:{name}" for name in plain for verb in ("create", "read", "update", "delete")}
        needed |= set(re.findall(r"`(\w+:\w+)`", cell))
    assert set(re.findall(r"`(\w+:\w+)`", request("auth0"))) == needed


def test_the_request_for_another_server_names_the_resource_of_the_file() -> None:
    declared = yaml.safe_load(files("external")[STACK])["config"]["flow-mcp:tenant"]
    ((workspace, environments),) = declared["workspaces"].items()
    path = f"tenants/{declared['id']}/workspaces/{workspace}/environments/{environments['environments'][0]}"
    assert f"`https://app.profitbase.biz/flow/mcp/{path}`" in request("external")
