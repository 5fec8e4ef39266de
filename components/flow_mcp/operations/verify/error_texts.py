"""Explanations and remedies for authorization servers' error texts."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ENTRA = "https://learn.microsoft.com/entra/identity-platform/reference-error-codes"


@dataclass(frozen=True)
class ErrorText:
    """An error text of an authorization server, with its explanation.

    Attributes:
        code: the text in the server's answer; compared without case.
        server: the kind of server that sends it.
        meaning: the cause.
        remedy: what to do.
        source: address of the documentation or of a report.
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
        "the parameter `resource` and the scopes belong to different APIs",
        "Make the Application ID URI equal to the MCP server's URL, on a domain verified in that Entra "
        "tenant, or use clients that do not send `resource`.",
        "https://github.com/microsoft/vscode/issues/321249",
    ),
    ErrorText(
        "AADSTS901002",
        "Entra",
        "the v2.0 endpoint does not accept the parameter `resource`",
        "Omit `resource`, and request the API's scope.",
        _ENTRA,
    ),
    ErrorText(
        "AADSTS500011",
        "Entra",
        "no application in that Entra tenant has this Application ID URI",
        "Run `pulumi up`. Check that the Entra tenant is the right one and that the URI's domain is verified "
        "in it.",
        _ENTRA,
    ),
    ErrorText(
        "AADSTS650053",
        "Entra",
        "Entra looked for the scope in Microsoft Graph, because the scope does not name its API",
        "Request the qualified scope that the settings advertise: `<Application ID URI>/<scope>`.",
        _ENTRA,
    ),
    ErrorText(
        "AADSTS900144",
        "Entra",
        "the request has no `scope`",
        "Let the MCP server advertise its scopes in the challenge, from which clients take them.",
        "https://github.com/openai/codex/issues/5480",
    ),
    ErrorText(
        "AADSTS90009",
        "Entra",
        "the application requests a token for itself with a URI",
        "Use separate applications for the client and the API.",
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
        "this permission has no consent",
        "Let an administrator of the Entra tenant consent.",
        _ENTRA,
    ),
    ErrorText(
        "AADSTS1002012",
        "Entra",
        "client credentials require the scope `.default`",
        "Request `<Application ID URI>/.default`, as in the settings' token request.",
        _ENTRA,
    ),
    ErrorText(
        "AADSTS501051",
        "Entra",
        "the API requires a role that the application does not have",
        "Run `pulumi up`, which assigns the role to the clients with access to the resource.",
        _ENTRA,
    ),
    ErrorText(
        "AADSTS7000218",
        "Entra",
        "the redirect URI is registered for a client with a secret, and the client sent none",
        "Register it under Mobile and desktop applications: declare the client without `secret`, "
        "`federatedCredential` and `webOrigins`, and run `pulumi up`. For a client registered by hand, let "
        "the administrator move its redirect URI there.",
        "https://github.com/anthropics/claude-ai-mcp/issues/632",
    ),
    ErrorText(
        "AADSTS7000215",
        "Entra",
        "the client secret is wrong",
        "Use the secret's value and not its ID. `pulumi up` creates a new secret.",
        _ENTRA,
    ),
    ErrorText(
        "AADSTS7000222",
        "Entra",
        "the client secret has expired",
        "Set a new `secret.issued` in the tenant's file and run `pulumi up`.",
        _ENTRA,
    ),
    ErrorText(
        "AADSTS700016",
        "Entra",
        "the Entra tenant has no application with this client ID",
        "Check the ID of the Entra tenant and the client ID. An application of another Entra tenant needs "
        "consent first.",
        _ENTRA,
    ),
    ErrorText(
        "AADSTS50011",
        "Entra",
        "the redirect URI is not registered",
        "Add it to the client's `redirectUris` and run `pulumi up`.",
        _ENTRA,
    ),
    ErrorText(
        "AADSTS53003",
        "Entra",
        "a Conditional Access policy of the Entra tenant blocks the request",
        "Ask the administrator for the policy. Workload identities can have their own policies.",
        _ENTRA,
    ),
    ErrorText(
        "Service not enabled within domain",
        "Auth0",
        "the Auth0 tenant has no API with this identifier",
        "Compare the API's identifier with the MCP server's URL, including a final slash. Run `pulumi up`.",
        "https://github.com/panaversity/ksor/issues/185",
    ),
    ErrorText(
        "not authorized to access resource server",
        "Auth0",
        "the application has no grant for this API",
        "Add the resource to the client's `access` and run `pulumi up`.",
        "https://github.com/panaversity/ksor/issues/185",
    ),
    ErrorText(
        "No audience parameter was provided",
        "Auth0",
        "the request has no `audience`, and the Auth0 tenant has no default audience",
        "Send `audience`, as in the settings' token request.",
        "https://auth0.com/docs/get-started/authentication-and-authorization-flow/client-credentials-flow",
    ),
    ErrorText(
        "Grant type 'client_credentials' not allowed",
        "Auth0",
        "the application may not use client credentials",
        "Declare the client with `grant: client-credentials` and run `pulumi up`.",
        "https://auth0.com/docs/get-started/applications/application-grant-types",
    ),
    ErrorText(
        "Client not enabled to retrieve service account",
        "Keycloak",
        "the client has no service account, so it cannot use client credentials",
        "Run `pulumi up`, which restores the client as declared.",
        "https://www.keycloak.org/docs/latest/server_admin/#_service_accounts",
    ),
    ErrorText(
        "Invalid scopes",
        "Keycloak",
        "the client may not request one of these scopes, or a scope does not exist",
        "Run `pulumi up`, which restores the client's optional scopes as declared.",
        "https://www.keycloak.org/docs/latest/server_admin/#_client_scopes",
    ),
    ErrorText(
        "HTTPS required",
        "Keycloak",
        "the realm's `sslRequired` forbids plain HTTP for this request",
        "Use the realm's https address. Behind a proxy that terminates TLS, start Keycloak with "
        "`--proxy-headers`, and let the proxy send these headers.",
        "https://www.keycloak.org/server/reverseproxy",
    ),
    ErrorText(
        "invalid_target",
        "any server",
        "the server does not know the value of the parameter `resource` (RFC 8707)",
        "Keycloak: do not enable resource-indicators together with audience mappers. Other servers: register "
        "the MCP server's URL, without a final slash.",
        "https://www.rfc-editor.org/rfc/rfc8707#section-2",
    ),
    ErrorText(
        "invalid_client",
        "any server",
        "the client is unknown, or its credentials are wrong",
        "Run `pulumi up`, and configure the client with its present credentials.",
        "https://www.rfc-editor.org/rfc/rfc6749#section-5.2",
    ),
    ErrorText(
        "unauthorized_client",
        "any server",
        "the client may not use this grant",
        "Run `pulumi up`, which restores the client as declared.",
        "https://www.rfc-editor.org/rfc/rfc6749#section-5.2",
    ),
)


def translate(message: str) -> ErrorText | None:
    """Return the explanation of the first known error text in a server's message; None if there is none."""
    for error in ERROR_TEXTS:
        # AADSTS90009 must not match AADSTS900091.
        if re.search(rf"{re.escape(error.code)}(?![0-9A-Za-z])", message, re.IGNORECASE):
            return error
    return None
