"""Tests of the check of known applications' registration methods."""

from __future__ import annotations

from flow_mcp.declaration.applications.catalogue import package_catalogue
from flow_mcp.operations.verify import applications
from flow_mcp.settings import DynamicRegistration, MetadataDocuments, Registration
from tests.unit.operations.verify.fake import Fake

_ACCESS = ("456/test",)


def seen(registration: Registration) -> dict[str, str]:
    fake = Fake(registration=registration)
    return {subject: text for _, subject, text in fake.observed(applications.registration_methods)}


def test_each_known_application_is_listed_with_what_it_supports_by_which_source() -> None:
    documents = MetadataDocuments(domains=("claude.ai",), access=_ACCESS)
    results = seen(Registration(metadata_documents=documents))
    assert results.keys() == {entry.title for entry in package_catalogue().values()}
    assert results["Visual Studio Code"] == (
        "can use metadata document (metadata document: supported by reported, 2026-11-30, "
        "dynamic registration: supported by vendor, 2026-11-30)"
    )
    assert results["Cursor"].startswith("needs a declared client (metadata document: unknown, ")


def test_dynamic_registration_counts_where_it_is_open() -> None:
    results = seen(Registration(dynamic=DynamicRegistration(access=_ACCESS)))
    assert results["Cursor"].startswith("can use dynamic registration (")


def test_without_a_registration_method_the_check_is_skipped() -> None:
    assert seen(Registration()) == {
        "": "no registration method is open, so each application needs a declared client"
    }
