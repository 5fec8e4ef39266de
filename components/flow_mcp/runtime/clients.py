"""Whether a client may call at all, and which resources it was given."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flow_mcp.runtime.decision import Subject
from flow_mcp.runtime.reason import Reason, Refused

if TYPE_CHECKING:
    from flow_mcp.settings import AuthorizationServer, DynamicRegistration, MetadataDocuments

# An https URL with a path, without user or fragment (draft-ietf-oauth-client-id-metadata-document, section
# 3).
_METADATA_DOCUMENT = re.compile(r"https://([A-Za-z0-9.-]+)(?::[0-9]{1,5})?/[!-\"$-\[\]-~]*", re.ASCII)


def access_of(server: AuthorizationServer, client_id: str, subject: Subject) -> tuple[str, ...]:
    """Give the resources, as `<workspace>/<environment>`, that a client was given.

    A client that is declared is judged by its declaration alone, whatever registration is open besides. An
    ID that is a URL is a metadata document or nothing: it never passes as dynamically registered, for then
    the list of trusted domains would mean nothing on a tenant that has both.

    Raises:
        Refused: the client is not registered, or may not call with such a token.
    """
    for client in server.clients:
        if client.client_id == client_id:
            if (client.grant == "authorization-code") != (subject == "person"):
                raise Refused(Reason.WRONG_GRANT)
            return client.access
    open_to = _registration(server, client_id)
    if open_to is None:
        raise Refused(Reason.UNREGISTERED_CLIENT)
    if subject != "person":
        raise Refused(Reason.NO_PERSON)
    return open_to.access


def _registration(
    server: AuthorizationServer, client_id: str
) -> DynamicRegistration | MetadataDocuments | None:
    """Give the way by which the client could have registered itself, if that is open."""
    if "://" not in client_id:
        return server.registration.dynamic
    documents = server.registration.metadata_documents
    return documents if documents and _on_trusted_domain(documents.domains, client_id) else None


def _on_trusted_domain(domains: Iterable[str], client_id: str) -> bool:
    """Compare the URL's host: equal to a domain or, for `*.example.com`, below it and not itself."""
    url = _METADATA_DOCUMENT.fullmatch(client_id)
    if url is None:
        return False
    host = url[1].lower()
    return any(
        host.endswith(domain[1:]) and not host.startswith(".") if domain.startswith("*.") else host == domain
        for domain in map(str.lower, domains)
    )
