"""Check of the registration methods that known applications can use."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.applications.catalogue import package_catalogue
from flow_mcp.declaration.applications.entry import Application, Fact
from flow_mcp.operations.verify.check import check
from flow_mcp.operations.verify.observation import Observation, good, skipped
from flow_mcp.operations.verify.target import Target

_WAYS: tuple[tuple[Fact, str], ...] = (
    ("metadataDocuments", "metadata document"),
    ("dynamicRegistration", "dynamic registration"),
)


@check(
    "V-REG-001",
    "Known applications and the registration methods that they support",
    severity="warning",
    meaning="An application that supports no open registration method needs a declared client.",
    remedy="Open registration.metadataDocuments for applications that support it, and declare clients for "
    "the others.",
    reference="https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization",
)
def registration_methods(target: Target) -> Iterator[Observation]:
    registration = target.server.registration
    open_methods = {
        "metadataDocuments": registration.metadata_documents is not None,
        "dynamicRegistration": registration.dynamic is not None,
    }
    if not any(open_methods.values()):
        yield skipped("", "no registration method is open, so each application needs a declared client")
        return
    for application in package_catalogue().values():
        supported = [(fact, name) for fact, name in _WAYS if _support(application, fact) == "supported"]
        usable = [name for fact, name in supported if open_methods[fact]]
        ways = ", ".join(_described(application, fact, name) for fact, name in _WAYS)
        result = f"can use {' and '.join(usable)}" if usable else "needs a declared client"
        yield good(application.title, f"{result} ({ways})")


def _support(application: Application, fact: Fact) -> str:
    if fact == "metadataDocuments":
        return application.metadata_documents
    return application.dynamic_registration


def _described(application: Application, fact: Fact, name: str) -> str:
    source = application.sources.get(fact)
    basis = f" by {source.basis}, {source.read}" if source else ""
    return f"{name}: {_support(application, fact)}{basis}"
