"""docs/applications.md and the README agree with the catalogue."""

from __future__ import annotations

import re

import pytest
import yaml

from flow_mcp.declaration.applications.catalogue import FILE, catalogue_beside, package_catalogue
from flow_mcp.declaration.applications.entry import Application, Fact
from flow_mcp.declaration.applications.steps import PLACEHOLDERS
from tests.conftest import REPOSITORY
from tests.unit.declared import SERVER, Stacks, tenant

PAGE = (REPOSITORY / "docs" / "applications.md").read_text(encoding="utf-8")
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
FENCED = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def code(*texts: str) -> str:
    return "<br>".join(f"`{text}`" for text in texts)


def redirect_uris(application: Application) -> str:
    callback = [f"{application.callback.prefix}…"] if application.callback else []
    return code(
        *application.redirect_uris,
        *application.private_use_redirect_uris,
        *(uri.replace("${callbackId}", "<computed>") for uri in application.resource_redirect_uris),
        *callback,
    )


def applications() -> str:
    """Return the table of the applications."""
    head = "name | application | redirect URIs | client type | Entra platform | refresh tokens"
    rows = [head + " | registers itself | metadata document", " | ".join(["---"] * 8)]
    for name, each in package_catalogue().items():
        document = code(each.metadata_document) if each.metadata_document else each.metadata_documents
        cells = (
            code(name),
            each.title,
            redirect_uris(each),
            " or ".join(each.client_types),
            each.entra_platform,
            each.refresh,
            each.dynamic_registration,
            document,
        )
        rows.append(" | ".join(cells))
    return "".join(f"| {row} |\n" for row in rows)


def sources() -> str:
    """Return the table of the sources."""
    rows = ["name | fact | basis | source | read", " | ".join(["---"] * 5)]
    for name, each in package_catalogue().items():
        for fact, source in sorted(each.sources.items()):
            tried = source.url.startswith("tests/")
            link = f"[{source.url}](../{source.url})" if tried else f"<{source.url}>"
            rows.append(" | ".join((code(name), code(fact), source.basis, link, source.read)))
    return "".join(f"| {row} |\n" for row in rows)


def matrix() -> str:
    """Return the README's table of the registration methods, each with the basis of its source."""
    rows = ["application | declared | dynamic | metadata document", " | ".join(["---"] * 4)]
    for each in package_catalogue().values():
        ways: tuple[tuple[Fact, str], ...] = (
            ("redirectUris", "supported"),
            ("dynamicRegistration", each.dynamic_registration),
            ("metadataDocuments", each.metadata_documents),
        )
        cells = [
            f"{support}, {each.sources[fact].basis}" if fact in each.sources else support
            for fact, support in ways
        ]
        rows.append(" | ".join([each.title, *cells]))
    return "".join(f"| {row} |\n" for row in rows)


@pytest.mark.parametrize(("marker", "table"), [("applications", applications), ("sources", sources)])
def test_the_page_has_the_tables_of_the_catalogue(marker: str, table: object) -> None:
    assert callable(table)
    assert f"<!-- {marker} -->\n\n{table()}\n" in PAGE


def test_the_readme_tells_tried_from_the_vendor_s_documentation() -> None:
    assert f"<!-- applications -->\n\n{matrix()}\n" in README


def test_a_fact_that_was_tried_names_a_test_that_exists() -> None:
    tried = [
        source.url
        for each in package_catalogue().values()
        for source in each.sources.values()
        if source.basis == "tried"
    ]
    assert tried
    assert [url for url in tried if not (REPOSITORY / url).is_file()] == []
    assert all(
        (source.basis == "tried") == source.url.startswith("tests/")
        for each in package_catalogue().values()
        for source in each.sources.values()
    )


def test_the_page_s_clients_are_accepted(stacks: Stacks) -> None:
    for written in FENCED[:3]:
        clients = yaml.safe_load(written)["clients"]
        stacks.load(tenant(yaml.safe_dump(clients)))


def test_the_page_s_registration_is_accepted(stacks: Stacks) -> None:
    keycloak = yaml.safe_load(FENCED[3])["authorizationServer"]["keycloak"]
    text = yaml.safe_dump({"registration": keycloak["registration"]}, default_flow_style=True)
    loaded = stacks.load(tenant(server=SERVER + f"  {text.strip()[1:-1]}\n"))
    assert {key for key, each in loaded.declaration.server.registration_methods.items() if each} == {
        "dynamic",
        "metadataDocuments",
    }


def test_the_page_s_own_application_is_accepted(stacks: Stacks) -> None:
    directory = stacks.project.directory / "stacks"
    (directory / FILE).write_text(FENCED[4], encoding="utf-8")
    known = catalogue_beside(directory)
    assert (known.errors, known["planner"].title) == ((), "Acme Planner")


def test_the_page_has_every_placeholder() -> None:
    assert sorted(re.findall(r"`\$\{(\w+)\}`", PAGE)) == sorted(PLACEHOLDERS)
