"""FLOWMCP-015: client ID metadata documents come from named hosts of one publisher."""

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
from flow_mcp.review.policy.resources.property_paths import EACH, Places, found
from flow_mcp.review.policy.resources.types import KEYCLOAK_POLICY, KEYCLOAK_PROFILE, SCALEKIT_SERVER
from flow_mcp.review.policy.resources.values import host_of
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
        Field(description="Domains of public hosting platforms, in lower case; subdomains are included."),
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
    """Reject client ID metadata documents on public hosting and on wildcard hosts.

    The host is the only proof of a client's identity, so one known publisher must control it.
    """

    id = "FLOWMCP-015"
    severity = Severity.MEDIUM
    message = "Client ID metadata documents must come from named hosts that are not public hosting platforms."
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
            # Keycloak and external servers take hosts, Auth0 and Scalekit take URLs of documents.
            # Lists in a declaration are sets, so the path contains the entry instead of an index.
            for domain in declared.get("domains", ()):
                yield from _check_host((*path, "domains", domain), domain, public)
            for address in declared.get("documents", ()):
                yield from _check_host((*path, "documents", address), host_of(address), public)

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:
        public = _domains(context.settings_of(_Settings).public_hosting)
        for path, address in found(resource, _ADDRESSES):
            yield from (
                (address,) if isinstance(address, Unknown) else _check_host(path, host_of(address), public)
            )
        for path, hosts in found(resource, _HOSTS):
            if isinstance(hosts, Unknown):
                yield hosts
            else:
                for host in _entries(hosts):
                    yield from _check_host(path, host, public)


def _check_host(path: Any, host: Any, public: frozenset[str]) -> Iterator[Violation]:
    if not isinstance(host, str) or not host or "*" in host:
        yield Violation(path, "does not name a single host")
        return
    parts = host.lower().split(".")
    if not public.isdisjoint(".".join(parts[start:]) for start in range(len(parts))):
        yield Violation(path, "is on a public hosting platform, where anyone can publish a document")


def _entries(value: Any) -> list[Any]:
    """Return the entries of a list in Keycloak's JSON; any other value is one entry."""
    try:
        entries = json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return [value]
    return entries if isinstance(entries, list) else [entries]


@lru_cache(maxsize=8)
def _domains(public_hosting: tuple[str, ...]) -> frozenset[str]:
    return frozenset(public_hosting)
