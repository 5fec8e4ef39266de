"""FLOWMCP-038: dynamic client registration limits the hosts of redirect URIs."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.declarations.access_lists import registration_method
from flow_mcp.review.policy.examples import AUTH0, KEYCLOAK, declares
from flow_mcp.review.policy.references import mcp, rfc
from flow_mcp.review.policy.rule import Context, Reference, Rule, Severity, Violation

_ACCESS = {"access": ["456/test"], "people": {"groups": ["planners"]}}
_HOSTS = {"redirectHosts": ["claude.ai"]}


class RegistrationRedirectHosts(Rule):
    """Report dynamic client registration at servers that do not limit redirect hosts.

    Anyone can register a client there that receives a person's codes after a single consent.
    """

    id = "FLOWMCP-038"
    severity = Severity.LOW
    message = (
        "Dynamic client registration should be open only at servers that limit the hosts of redirect URIs."
    )
    remedy = "Use registration.metadataDocuments, which admits only named hosts, or declare the clients."
    references = (
        rfc(7591, "5"),
        mcp("Client ID Metadata Documents"),
        Reference(
            "Auth0: Dynamic Client Registration",
            "https://auth0.com/docs/get-started/applications/dynamic-client-registration",
        ),
    )
    good = (
        declares({"keycloak": {**KEYCLOAK["keycloak"], "registration": {"dynamic": {**_ACCESS, **_HOSTS}}}}),
    )
    bad = (declares({"auth0": {**AUTH0["auth0"], "registration": {"dynamic": _ACCESS}}}),)

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:  # noqa: ARG002
        for path, dynamic in registration_method(declaration, "dynamic"):
            if not vars(dynamic).get("redirect_hosts"):
                yield Violation(path, "lets anyone register clients with redirect URIs on any host")
