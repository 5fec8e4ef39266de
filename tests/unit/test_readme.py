"""The README's sample, commands and links match the project."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner, Result

from flow_mcp.cli import cli
from tests.conftest import REPOSITORY
from tests.unit.declared import Stacks

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
DEFAULT_SETTINGS, TENANT = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
FLOW_ENTRA = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
PAGES = {
    name: (REPOSITORY / "docs" / name).read_text(encoding="utf-8")
    for name in ("command-line.md", "exit-codes.md", "repository.md")
}
COMMANDS = sorted(set(re.findall(r"flow-mcp ([a-z][^`#\"\n]*)", README + "".join(PAGES.values()))))


@pytest.fixture
def project(stacks: Stacks, monkeypatch: pytest.MonkeyPatch) -> Stacks:
    """A project with the repository's policy pack."""
    policies = stacks.project.directory / "policies"
    policies.rename(policies.with_name("unused"))
    policies.symlink_to(REPOSITORY / "policies")
    monkeypatch.chdir(stacks.project.directory)
    return stacks


def check(project: Stacks, tenant: str) -> Result:
    """The result of `flow-mcp check acme`."""
    project.write(tenant, "acme")
    return CliRunner().invoke(cli, ["check", "acme"], catch_exceptions=False)


def options(command: click.Command, words: list[str]) -> Iterator[str]:
    """The options of a command and of the subcommands that the words name."""
    for parameter in command.params:
        yield from parameter.opts
    if isinstance(command, click.Group):
        context = click.Context(command)
        # `flow-mcp evidence TENANT` is `flow-mcp evidence pack TENANT`.
        for word in [*words, "pack"]:
            if inner := command.get_command(context, word):
                yield from options(inner, words)


def test_the_default_settings_are_six_lines_of_a_valid_tenant(project: Stacks) -> None:
    _, *lines = DEFAULT_SETTINGS.splitlines()
    assert len(lines) == 6
    text = project.project.file.read_text("utf-8")
    project.project.file.write_text(f"{text}      flowEntra: {{tenantId: {FLOW_ENTRA}}}\n", encoding="utf-8")
    project.write(DEFAULT_SETTINGS, "fabrikam")
    result = CliRunner().invoke(cli, ["check", "fabrikam", "--as-of", "2026-11-30"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    listed = CliRunner().invoke(cli, ["list", "fabrikam", "--json"], catch_exceptions=False)
    (tenant,) = json.loads(listed.stdout)
    assert f"$ pulumi stack output authority --stack fabrikam\n{tenant['authority']}\n" in README


def test_the_sample_tenant_has_no_errors(project: Stacks) -> None:
    result = check(project, TENANT)
    assert result.exit_code == 0, result.output


def test_the_quoted_problem_is_the_output_of_check(project: Stacks) -> None:
    result = check(project, TENANT.replace('access: ["456/production"]', 'access: ["456/prod"]'))
    assert result.exit_code == 2
    assert f"```text\n{result.stderr}{result.stdout}```" in README


@pytest.mark.parametrize("text", COMMANDS)
def test_a_command_and_its_options_exist(text: str) -> None:
    name, *words = text.split()
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert set(re.findall(r"--[a-z-]+", text)) <= {*options(command, words), "--help"}


def test_every_linked_page_exists() -> None:
    links = set(re.findall(r"\]\(((?:docs|tests)/[^)#]+)", README))
    assert [link for link in sorted(links) if not (REPOSITORY / link).exists()] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_file_that_a_page_links_to_exists(name: str) -> None:
    links = set(re.findall(r"\]\((?!https://)([^)#]+)", PAGES[name]))
    assert [link for link in sorted(links) if not (REPOSITORY / "docs" / link).exists()] == []
