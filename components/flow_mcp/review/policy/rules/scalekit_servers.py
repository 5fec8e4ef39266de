"""FLOWMCP-032: MCP servers at Scalekit accept only declared registration methods."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast
from urllib.parse import urlsplit

from flow_mcp.authorization_servers.scalekit import SCALEKIT as SCALEKIT_KIND
from flow_mcp.authorization_servers.scalekit import Scalekit
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.examples import SCALEKIT, declares
from flow_mcp.review.policy.resources.component import made_by_component
from flow_mcp.review.policy.resources.properties import is_in, items, judged, must
from flow_mcp.review.policy.resources.types import SCALEKIT_SERVER
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, Severity, Unknown, Violation

_WHOLE_HOST = "accepts every document on that host, whoever published it"


def _declares(document: str) -> Resource:
    registration = {"metadataDocuments": {"documents": [document], "access": ["*"], "people": "everyone"}}
    server = {"scalekit": {**SCALEKIT["scalekit"], "registration": registration}}
    return declares(server, workspaces={"456": {"environments": ["production"]}})


class ScalekitServers(Rule):
    """Reject undeclared registration methods at Scalekit.

    Scalekit allows dynamic client registration unless it is explicitly disabled.
    """

    id = "FLOWMCP-032"
    severity = Severity.HIGH
    message = (
        "An MCP server at Scalekit must accept only declared registration methods and allowlisted documents."
    )
    remedy = "Declare registration; list metadata documents in full or by folder: https://host/folder/*."
    references = (
        Reference("Scalekit: REST API", "https://docs.scalekit.com/apis/"),
        Reference(
            "Scalekit: MCP servers, additional reading",
            "https://docs.scalekit.com/authenticate/mcp/additional-reading",
        ),
        Reference(
            "MCP authorization",
            "https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization",
        ),
    )
    good = (
        _declares("https://claude.ai/oauth/*"),
        Resource(SCALEKIT_SERVER, inputs={"dynamicRegistration": False, "accessTokenSeconds": 300}),
    )
    bad = (
        _declares("https://acme.github.example/*"),
        Resource(SCALEKIT_SERVER, inputs={"dynamicRegistration": True, "accessTokenSeconds": 300}),
        Resource(
            SCALEKIT_SERVER, outputs={"deviations": ["the allowlist is off"], "accessTokenSeconds": 300}
        ),
    )

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:  # noqa: ARG002
        if declaration.kind.key != SCALEKIT_KIND.key:
            return
        if documents := cast("Scalekit", declaration.server).registration.metadata_documents:
            here = (
                "authorizationServer",
                SCALEKIT_KIND.key,
                "registration",
                "metadataDocuments",
                "documents",
            )
            if not all(map(_is_narrow, documents.documents)):
                yield Violation(here, _WHOLE_HOST)

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        if resource.type != SCALEKIT_SERVER:
            return
        # The component enables it only if the declaration does.
        if not made_by_component(resource):
            yield from must(
                resource,
                ("dynamicRegistration",),
                is_in(False, None),
                "lets anyone register clients, which the declaration does not permit",
            )
        for path, document in items(resource, "metadataDocuments"):
            yield from judged(document, path, _is_narrow, _WHOLE_HOST)
        for path, deviation in items(resource, "deviations"):
            # A resource that the component has yet to create has no deviations.
            if not (isinstance(deviation, Unknown) and made_by_component(resource)):
                yield from judged(
                    deviation,
                    path,
                    is_in(),
                    "reports that registration at Scalekit differs from the declaration",
                )


def _is_narrow(document: Any) -> bool:
    """Return whether an allowlist entry is one document or one folder of a host."""
    if not isinstance(document, str):
        return False
    try:
        parts = urlsplit(document.removesuffix("/*"))
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.path.strip("/")) and "*" not in document.removesuffix("/*")
