"""Look up whether a client is registered, its access, and the binding of its tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flow_mcp.runtime.decision import Subject
from flow_mcp.runtime.reason import Reason, Refused

if TYPE_CHECKING:
    from flow_mcp.settings import AuthorizationServer, Client, DynamicRegistration, MetadataDocuments

# An https URL with a path, without user or fragment (draft-ietf-oauth-client-id-metadata-document, section
# 3).
_METADATA_DOCUMENT = re.compile(r"https://([A-Za-z0-9.-]+)(?::[0-9]{1,5})?/[!-\"$-\[\]-~]*", re.ASCII)


def registered_client(
    server: AuthorizationServer, client_id: str, subject: Subject
) -> Client | DynamicRegistration | MetadataDocuments:
    """Return the entry of the settings with a client's access and the binding of its tokens.

    A declared client gets the access of its declaration only, not that of an open registration method. A
    client ID that is a URL must be a client ID metadata document. It never counts as dynamically registered:
    a tenant with both methods would otherwise accept documents of domains that it does not trust.

    Raises:
        Refused: the client is not registered, or may not call with a token of this kind.
    """
    for client in server.clients:
        if client.client_id == client_id:
            if (client.grant == "authorization-code") != (subject == "person"):
                raise Refused(Reason.WRONG_GRANT)
            return client
    method = _registration_method(server, client_id)
    if method is None:
        raise Refused(Reason.UNREGISTERED_CLIENT)
    if subject != "person":
        raise Refused(Reason.NO_PERSON)
    return method


def _registration_method(
    server: AuthorizationServer, client_id: str
) -> DynamicRegistration | MetadataDocuments | None:
    """Return the open registration method that covers the client ID; None if none does."""
    if "://" not in client_id:
        return server.registration.dynamic
    documents = server.registration.metadata_documents
    return documents if documents and _on_trusted_domain(documents.domains, client_id) else None


def _on_trusted_domain(domains: Iterable[str], client_id: str) -> bool:
    """Return whether the URL's host is a trusted domain, or a subdomain of `*.example.com`."""
    url = _METADATA_DOCUMENT.fullmatch(client_id)
    if url is None:
        return False
    host = url[1].lower()
    return any(
        host.endswith(domain[1:]) and not host.startswith(".") if domain.startswith("*.") else host == domain
        for domain in map(str.lower, domains)
    )
