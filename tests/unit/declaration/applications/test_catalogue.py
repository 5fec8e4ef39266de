"""The catalogue: the package's own, and a team's file beside its tenants."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from flow_mcp.declaration.applications import catalogue as module
from flow_mcp.declaration.applications.catalogue import (
    FILE,
    catalogue_beside,
    catalogue_of,
    package_catalogue,
)
from flow_mcp.declaration.applications.entry import Application
from flow_mcp.declaration.applications.schema import applications_schema
from flow_mcp.declaration.findings import DeclarationError, Problem
from tests.unit.declared import Stacks, tenant

NAMES = {"vscode", "claude", "claude-code", "cursor", "codex", "chatgpt", "copilot-studio", "inspector"}
SOURCE = "{basis: reported, url: https://planner.acme.example/docs, read: 2026-11-30}"
PLANNER = f"""\
planner:
  title: Acme Planner
  redirectUris: [https://planner.acme.example/callback]
  clientTypes: [confidential]
  sources:
    redirectUris: {SOURCE}
    clientTypes: {SOURCE}
"""
CLIENT = "a: {application: planner, access: ['*'], people: everyone}\n"

each_application = pytest.mark.parametrize(
    "application", package_catalogue().values(), ids=package_catalogue()
)


def write(stacks: Stacks, text: str) -> None:
    (stacks.project.directory / "stacks" / FILE).write_text(text, encoding="utf-8")


def errors_of(stacks: Stacks, text: str) -> list[tuple[int, str, str, str]]:
    """Return line, path, message and remedy of each error of a team's file."""
    write(stacks, text)
    errors = catalogue_beside(stacks.project.directory / "stacks").errors
    assert {error.file.rpartition("/")[2] for error in errors} <= {FILE}
    return [(error.line, error.path, error.message, error.remedy) for error in errors]


def test_the_package_knows_the_applications_of_the_issue() -> None:
    assert set(package_catalogue()) == NAMES


def test_the_package_s_file_keeps_to_the_published_schema() -> None:
    text = module._OWN.read_text(encoding="utf-8")
    Draft202012Validator(applications_schema()).validate(yaml.load(text, yaml.BaseLoader))


@each_application
def test_each_fact_has_a_source_with_a_day(application: Application) -> None:
    assert {"redirectUris", "clientTypes", "connect"} <= set(application.sources)
    assert all(source.url and source.read for source in application.sources.values())


@each_application
def test_each_application_has_steps_for_its_default_client_type(
    application: Application,
) -> None:
    kinds = {step.client_type for step in application.connect}
    assert None in kinds or application.client_types[0] in kinds


def test_a_team_s_own_application_is_known_to_its_tenants(stacks: Stacks) -> None:
    write(stacks, PLANNER)
    loaded = stacks.load(tenant(CLIENT))
    client = loaded.declaration.tenant.clients["a"]
    assert (client.client_type, client.redirect_uris) == (
        "confidential",
        ("https://planner.acme.example/callback",),
    )
    # Policies check the registered declaration with these entries, without the file.
    assert loaded.applications == {"planner": yaml.load(PLANNER, yaml.BaseLoader)["planner"]}


def test_an_entry_of_a_known_name_replaces_the_keys_that_it_has(stacks: Stacks) -> None:
    write(
        stacks,
        f"vscode:\n  redirectUris: [https://code.acme.example/cb]\n  sources: {{redirectUris: {SOURCE}}}\n",
    )
    known, package = catalogue_beside(stacks.project.directory / "stacks"), package_catalogue()
    changed = known["vscode"]
    assert changed.redirect_uris == ("https://code.acme.example/cb",)
    assert changed.sources["redirectUris"].url == "https://planner.acme.example/docs"
    kept: dict[str, Any] = {"redirect_uris": (), "sources": {}}
    assert changed.model_copy(update=kept) == package["vscode"].model_copy(update=kept)
    assert {name: known[name] for name in known if name != "vscode"} == {
        name: package[name] for name in package if name != "vscode"
    }


def test_only_the_entries_that_a_tenant_names_are_loaded_with_its_declaration(stacks: Stacks) -> None:
    write(stacks, PLANNER)
    assert stacks.load(tenant(CLIENT.replace("planner", "vscode"))).applications == {}
    assert stacks.load(tenant()).applications == {}


def test_entries_given_as_values_are_those_of_the_file(stacks: Stacks) -> None:
    write(stacks, PLANNER)
    beside = catalogue_beside(stacks.project.directory / "stacks")
    assert catalogue_of(dict(beside.own), "the stack").applications == beside.applications
    assert catalogue_of(None, "the stack") == package_catalogue()


@pytest.mark.parametrize(("name", "key"), [("chatgpt", "callback"), ("claude", "metadataDocument")])
def test_a_key_without_a_value_does_not_remove_a_fact_of_a_known_application(name: str, key: str) -> None:
    (problem,) = catalogue_of({name: {key: None}}, "the stack").errors
    assert (problem.path, problem.message) == (f"applications.{name}.{key}", "has no value")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            PLANNER.replace("title: Acme Planner", "name: Acme Planner"),
            [(2, "planner.name", "is not a key of entry", None)],
        ),
        (
            PLANNER.replace("https://planner.acme.example/callback", "http://planner.acme.example/callback"),
            [(3, "planner.redirectUris[0]", "uses plain http", None)],
        ),
        (PLANNER.replace("  title: Acme Planner\n", ""), [(1, "planner.title", "is missing", None)]),
        (
            PLANNER.replace(f"    clientTypes: {SOURCE}\n", ""),
            [
                (
                    1,
                    "planner",
                    "has no source for clientTypes",
                    "Add sources: {clientTypes: {basis: …, url: …, read: …}}, or leave the fact out.",
                )
            ],
        ),
        (
            PLANNER.replace("redirectUris: [https://planner.acme.example/callback]", "refresh: unknown"),
            [(1, "planner", "has no redirect URI", "Add redirectUris, resourceRedirectUris or callback.")],
        ),
        (
            PLANNER + "  entraPlatform: single-page\n",
            [
                (
                    1,
                    "planner",
                    "has the Entra platform single-page, but its client type and web origins require web",
                    "Write entraPlatform: web, or correct clientTypes or webOrigins.",
                )
            ],
        ),
        (
            PLANNER + "  privateUseRedirectUris: [javascript:alert(1)]\n",
            [
                (
                    8,
                    "planner.privateUseRedirectUris[0]",
                    "is not a URI with a private-use scheme",
                    None,
                )
            ],
        ),
        *(
            (
                PLANNER + f"  resourceRedirectUris: ['{template}']\n",
                [(8, "planner.resourceRedirectUris[0]", message, None)],
            )
            for template, message in (
                ("javascript:/${callbackId}", "has a scheme that any application can claim"),
                ("http://evil.example/${callbackId}", "uses plain http"),
                (
                    "https://a.example/*/${callbackId}",
                    "has a wildcard, which lets an attacker's page receive authorization codes",
                ),
                ("https://a.example/${callbackId}/*", "does not end with ${callbackId} once"),
                ("https://a.example/${callbackId}/${callbackId}", "does not end with ${callbackId} once"),
                (f"https://a.example/{'a' * 227}/${{callbackId}}", "is longer than 255 characters"),
            )
        ),
        (
            PLANNER + "  connect: [{title: Run, command: ['${secret}']}]\n",
            [(8, "planner.connect[0]", "has the unknown placeholder secret", None)],
        ),
        *(
            (PLANNER + f"  connect: [{{title: Run, {form}}}]\n", [(8, "planner.connect[0]", message, None)])
            for form, message in (
                (
                    'json: {a: "\\x9b31m"}',
                    "has invisible characters, or characters that change how others are displayed",
                ),
                (
                    'toml: {"\\u202e": a}',
                    "has invisible characters, or characters that change how others are displayed",
                ),
                ("command: ['${scopeList}']", "has ${scopeList} in a text, but it is a list"),
                ("json: {a: 'x ${scopeList}'}", "has ${scopeList} in a text, but it is a list"),
            )
        ),
        *(
            (
                PLANNER + f"  callback: {{prefix: '{prefix}', where: In the app.}}\n",
                [(8, "planner.callback.prefix", "does not end with a slash", None)],
            )
            for prefix in ("https://planner.acme.example/x", "https://planner.acme.example/?x=/")
        ),
        (
            PLANNER + "    connect: {basis: tried, url: 'tests/../x y', read: 2026-11-30}\n",
            [(8, "planner.sources.connect.url", None, None)],
        ),
        (
            PLANNER + "  connect: [{title: Run, command: [a], json: {}}]\n",
            [
                (
                    8,
                    "planner.connect[0]",
                    "does not have exactly one form",
                    "Give one of json, toml, command and dialog.",
                )
            ],
        ),
        (
            PLANNER.replace("  sources:", "  sources: &x") + "other: *x\n",
            [(8, "other", "is a YAML alias, which is not allowed", "Write the value in full.")],
        ),
        (PLANNER + PLANNER.replace("Acme", "Other"), [(8, "planner", "occurs twice", "Keep one of them.")]),
        (PLANNER.replace("planner:", "My Planner:"), [(1, '"My Planner"', "is not a name", None)]),
        ("- planner\n", [(1, "file", "is not a mapping of applications by name", None)]),
        ("planner: [\n", [(2, "file", None, "Correct the syntax.")]),
        ("", [(1, "file", "is not a mapping of applications by name", None)]),
    ],
)
def test_each_error_of_a_team_s_file_has_its_line_and_path(
    stacks: Stacks, text: str, expected: list[tuple[int, str, str | None, str | None]]
) -> None:
    errors = errors_of(stacks, text)
    assert [
        (line, path, message if expects[2] else None, remedy if expects[3] else None)
        for (line, path, message, remedy), expects in zip(errors, expected, strict=True)
    ] == expected


def test_a_faulty_file_is_an_error_of_the_tenants_that_name_an_application(stacks: Stacks) -> None:
    write(stacks, PLANNER.replace("title", "name"))
    with pytest.raises(DeclarationError) as refused:
        stacks.load(tenant(CLIENT))
    assert [each.path for each in refused.value.problems] == ["planner.name"]
    stacks.load(tenant())


def test_a_directory_named_like_the_file_is_rejected(stacks: Stacks) -> None:
    (stacks.project.directory / "stacks" / FILE).mkdir()
    (only,) = catalogue_beside(stacks.project.directory / "stacks").errors
    assert isinstance(only, Problem)
    assert only.message == "is not a file"


def test_a_link_without_a_target_is_rejected(stacks: Stacks) -> None:
    (stacks.project.directory / "stacks" / FILE).symlink_to("absent.yaml")
    (only,) = catalogue_beside(stacks.project.directory / "stacks").errors
    assert only.message == "is not a file"
