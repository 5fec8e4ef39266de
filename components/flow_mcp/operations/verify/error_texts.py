"""Authorization servers' error texts, in words that say what to do."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ENTRA = "https://learn.microsoft.com/entra/identity-platform/reference-error-codes"


@dataclass(frozen=True)
class ErrorText:
    """One error.

    Attributes:
        code: as it stands in the server's answer; compared without case.
        server: whose error it is.
        meaning: what happened.
        remedy: what to do.
        source: where it is documented or was reported.
    """

    code: str
    server: str
    meaning: str
    remedy: str
    source: str


ERROR_TEXTS: tuple[ErrorText, ...] = (
    ErrorText(
        "AADSTS9010010",
        "Entra",
        "the parameter `resource` names another API than the scopes do",
        "Make the Application ID URI equal to the MCP server's URL, on a domain verified in that Entra "
        "tenant; "
        "else use clients that do not send `resource`.",
        "https://github.com/microsoft/vscode/issues/321249",
    ),
    ErrorText(
        "AADSTS901002",
        "Entra",
        "the parameter `resource` is not taken by the v2.0 endpoint",
        "Leave `resource` out and name the API by its scope.",
        _ENTRA,
    ),
    ErrorText(
        "AADSTS500011",
        "Entra",
        "no application in that Entra tenant has this Application ID URI",
        "Run `pulumi up`, and check that the URI's domain is verified in the tenant and that the tenant is "
        "the "
        "right one.",
        _ENTRA,
    ),
    ErrorText(
        "AADSTS650053",
        "Entra",
        "the scope was looked for in Microsoft Graph, for it does not name its API",
        "Ask for the qualified scope: `<Application ID URI>/<scope>`, as the settings advertise it.",
        _ENTRA,
    ),
    ErrorText(
        "AADSTS900144",
        "Entra",
        "the request has no `scope`",
        "Let the MCP server advertise its scopes, for clients take them from there.",
        "https://github.com/openai/codex/issues/5480",
    ),
    ErrorText(
        "AADSTS90009",
        "Entra",
        "the application asks for a token for itself, by a URI",
        "Use an application for the client and another for the API.",
        "https://github.com/modelcontextprotocol/typescript-sdk/issues/2718",
    ),
    ErrorText(
        "AADSTS65002",
        "Entra",
        "consent between two of Microsoft's own applications must be preauthorized",
        "Preauthorize the client at the API (`preauthorized`).",
        _ENTRA,
    ),
    ErrorText(
        "AADSTS65001",
        "Entra",
        "nobody has consented to this permission",
        "Let an administrator of the tenant consent.",
        _ENTRA,
    ),
    ErrorText(
        "AADSTS1002012",
        "Entra",
        "client credentials ask for a single scope",
        "Ask for `<Application ID URI>/.default`, as the settings' token request does.",
        _ENTRA,
    ),
    ErrorText(
        "AADSTS501051",
        "Entra",
        "the application was not assigned a role of the API, which requires one",
        "Run `pulumi up`: it assigns the role to the clients that were given the resource.",
        _ENTRA,
    ),
    ErrorText(
        "AADSTS7000218",
        "Entra",
        "the redirect URI is registered for a client with a secret, and the client sent none",
        "Register it under Mobile and desktop applications: declare the client without `secret`, "
        "`federatedCredential` and `webOrigins`, then `pulumi up`. For a client registered by hand, the "
        "administrator moves its redirect URI there.",
        "https://github.com/anthropics/claude-ai-mcp/issues/632",
    ),
    ErrorText(
        "AADSTS7000215",
        "Entra",
        "the client secret is wrong",
        "Use the secret's value and not its ID; `pulumi up` makes a new one.",
        _ENTRA,
    ),
    ErrorText(
        "AADSTS7000222",
        "Entra",
        "the client secret has expired",
        "Set a new `secret.issued` in the tenant's file, then `pulumi up`.",
        _ENTRA,
    ),
    ErrorText(
        "AADSTS700016",
        "Entra",
        "there is no application with this client ID in the tenant",
        "Check the tenant's ID and the client ID; an application of another tenant needs consent there "
        "first.",
        _ENTRA,
    ),
    ErrorText(
        "AADSTS50011",
        "Entra",
        "the redirect URI is not registered",
        "Add it to the client's `redirectUris`, then `pulumi up`.",
        _ENTRA,
    ),
    ErrorText(
        "AADSTS53003",
        "Entra",
        "a Conditional Access policy of the tenant forbids it",
        "Ask the tenant's administrator which policy; workload identities can have their own.",
        _ENTRA,
    ),
    ErrorText(
        "Service not enabled within domain",
        "Auth0",
        "the tenant has no API with this identifier",
        "Compare the API's identifier with the MCP server's URL, the slash at the end included; `pulumi up`.",
        "https://github.com/panaversity/ksor/issues/185",
    ),
    ErrorText(
        "not authorized to access resource server",
        "Auth0",
        "the application has no grant for this API",
        "Add the resource to the client's `access`, then `pulumi up`.",
        "https://github.com/panaversity/ksor/issues/185",
    ),
    ErrorText(
        "No audience parameter was provided",
        "Auth0",
        "the request names no API and the tenant has no default audience",
        "Send `audience`, as the settings' token request does.",
        "https://auth0.com/docs/get-started/authentication-and-authorization-flow/client-credentials-flow",
    ),
    ErrorText(
        "Grant type 'client_credentials' not allowed",
        "Auth0",
        "the application may not use client credentials",
        "Declare the client with `grant: client-credentials`, then `pulumi up`.",
        "https://auth0.com/docs/get-started/applications/application-grant-types",
    ),
    ErrorText(
        "Client not enabled to retrieve service account",
        "Keycloak",
        "the client has no service account, so it cannot use client credentials",
        "Run `pulumi up`, which puts the client back as it is declared.",
        "https://www.keycloak.org/docs/latest/server_admin/#_service_accounts",
    ),
    ErrorText(
        "Invalid scopes",
        "Keycloak",
        "the client may not ask for one of these scopes, or a scope does not exist",
        "Run `pulumi up`, which puts the client's optional scopes back as they are declared.",
        "https://www.keycloak.org/docs/latest/server_admin/#_client_scopes",
    ),
    ErrorText(
        "HTTPS required",
        "Keycloak",
        "the realm's `sslRequired` forbids plain HTTP for this request",
        "Use the realm's https address; behind a proxy that ends TLS, start Keycloak with "
        "`--proxy-headers` and let the proxy send them.",
        "https://www.keycloak.org/server/reverseproxy",
    ),
    ErrorText(
        "invalid_target",
        "any server",
        "the parameter `resource` names nothing that the server knows (RFC 8707)",
        "Keycloak: do not switch resource-indicators on together with audience mappers. Elsewhere: register "
        "the MCP server's URL, without a slash at its end.",
        "https://www.rfc-editor.org/rfc/rfc8707#section-2",
    ),
    ErrorText(
        "invalid_client",
        "any server",
        "the client is not known or its credentials are wrong",
        "Run `pulumi up`, and hand the client its present credentials.",
        "https://www.rfc-editor.org/rfc/rfc6749#section-5.2",
    ),
    ErrorText(
        "unauthorized_client",
        "any server",
        "the client may not use this grant",
        "Run `pulumi up`, which puts the client back as it is declared.",
        "https://www.rfc-editor.org/rfc/rfc6749#section-5.2",
    ),
)


def translate(said: str) -> ErrorText | None:
    """The error that a server's answer speaks of; the first of the table that stands in it."""
    for error in ERROR_TEXTS:
        # AADSTS90009 must not be found in AADSTS900091.
        if re.search(rf"{re.escape(error.code)}(?![0-9A-Za-z])", said, re.IGNORECASE):
            return error
    return None
