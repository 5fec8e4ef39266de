"""FLOWMCP-015: client ID metadata documents come from hosts of somebody known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Any

from pydantic import Field

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.declarations.access_lists import registration_method
from flow_mcp.review.policy.examples import KEYCLOAK, declares
from flow_mcp.review.policy.references import mcp
from flow_mcp.review.policy.resources.keycloak_types import KEYCLOAK_POLICY, KEYCLOAK_PROFILE
from flow_mcp.review.policy.resources.provider_types import SCALEKIT_SERVER
from flow_mcp.review.policy.resources.shared_properties import EACH, Places, found
from flow_mcp.review.policy.resources.urls import host_of
from flow_mcp.review.policy.rule import (
    Context,
    Reference,
    Resource,
    Rule,
    RuleSettings,
    Severity,
    Unknown,
    Violation,
)

_ADDRESSES: Places = {
    SCALEKIT_SERVER: (("metadataDocuments", EACH),),
    "auth0:index/clientCimd:ClientCimd": (("externalClientId",),),
}
_HOSTS: Places = {
    KEYCLOAK_PROFILE: (("executors", EACH, "configuration", "cimd-allow-permitted-domains"),),
    KEYCLOAK_POLICY: (("conditions", EACH, "configuration", "client-id-uri-allow-permitted-domains"),),
}


class _Settings(RuleSettings):
    public_hosting: Annotated[
        tuple[str, ...],
        Field(description="Domains below which anybody can publish, in lower case; they and what is below."),
    ] = (
        "amazonaws.com",
        "appspot.com",
        "azurestaticapps.net",
        "azurewebsites.net",
        "blob.core.windows.net",
        "cloudfront.net",
        "firebaseapp.com",
        "fly.dev",
        "github.io",
        "githubusercontent.com",
        "gitlab.io",
        "glitch.me",
        "herokuapp.com",
        "netlify.app",
        "ngrok-free.app",
        "ngrok.app",
        "ngrok.io",
        "onrender.com",
        "pages.dev",
        "replit.app",
        "run.app",
        "storage.googleapis.com",
        "surge.sh",
        "trycloudflare.com",
        "vercel.app",
        "web.app",
        "workers.dev",
    )


def _declares(domain: str) -> Resource:
    documents = {"domains": [domain], "access": ["456/test"], "people": {"groups": ["planners"]}}
    return declares({"keycloak": {**KEYCLOAK["keycloak"], "registration": {"metadataDocuments": documents}}})


def _permits(*domains: str) -> Resource:
    condition = {
        "name": "client-id-uri",
        "configuration": {"client-id-uri-allow-permitted-domains": json.dumps(domains)},
    }
    return Resource(KEYCLOAK_POLICY, inputs={"conditions": [condition]})


class MetadataDocuments(Rule):
    """The host is all that says who a client is: it must belong to whom people think of."""

    id = "FLOWMCP-015"
    severity = Severity.MEDIUM
    message = "Client ID metadata documents must come from domains below which not everybody can publish."
    remedy = "Name the application's own host, such as claude.ai."
    references = (
        mcp("Client ID Metadata Document Security"),
        mcp("Trust Policies"),
        Reference(
            "OAuth Client ID Metadata Document",
            "https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/",
        ),
    )
    settings = _Settings
    good = (_declares("claude.ai"), _permits("claude.ai", "127.0.0.1"))
    bad = (_declares("acme.github.io"), _declares("pages.dev"), _permits("*.acme.example"))

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:
        public = _domains(context.settings_of(_Settings).public_hosting)
        for path, documents in registration_method(declaration, "metadataDocuments"):
            declared = vars(documents)
            # Keycloak and other servers are told hosts, Auth0 and Scalekit the documents' addresses.
            # A declaration's lists are sets: an entry is named by itself.
            for domain in declared.get("domains", ()):
                yield from _host((*path, "domains", domain), domain, public)
            for address in declared.get("documents", ()):
                yield from _host((*path, "documents", address), host_of(address), public)

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:
        public = _domains(context.settings_of(_Settings).public_hosting)
        for path, address in found(resource, _ADDRESSES):
            yield from (address,) if isinstance(address, Unknown) else _host(path, host_of(address), public)
        for path, listed in found(resource, _HOSTS):
            if isinstance(listed, Unknown):
                yield listed
            else:
                for host in _listed(listed):
                    yield from _host(path, host, public)


def _host(path: Any, host: Any, public: frozenset[str]) -> Iterator[Violation]:
    if not isinstance(host, str) or not host or "*" in host:
        yield Violation(path, "names no single host")
        return
    parts = host.lower().split(".")
    if not public.isdisjoint(".".join(parts[start:]) for start in range(len(parts))):
        yield Violation(path, "is a host or below one where anybody can publish")


def _listed(value: Any) -> list[Any]:
    """Keycloak's configuration holds a list as JSON; what is none is one entry."""
    try:
        listed = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return [value]
    return listed if isinstance(listed, list) else [listed]


@lru_cache(maxsize=8)
def _domains(listed: tuple[str, ...]) -> frozenset[str]:
    return frozenset(listed)
