"""FLOWMCP-025: consent is skipped only for known applications."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field

from flow_mcp.authorization_servers.entra import ENTRA as ENTRA_KIND
from flow_mcp.authorization_servers.entra.names import VSCODE
from flow_mcp.authorization_servers.flow_entra import FLOW_ENTRA
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.examples import ENTRA, declares
from flow_mcp.review.policy.resources.component import made_by_component, of_type
from flow_mcp.review.policy.resources.properties import is_in, is_on, items, judged, must
from flow_mcp.review.policy.resources.types import (
    AUTH0_CLIENT,
    AUTH0_TENANT,
    ENTRA_APPLICATION,
    ENTRA_DELEGATED_GRANT,
    ENTRA_KNOWN_CLIENTS,
    ENTRA_PERMISSION_SCOPE,
    ENTRA_PREAUTHORIZED,
    ENTRA_REGISTRATION,
)
from flow_mcp.review.policy.resources.values import at
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

_KINDS = (ENTRA_KIND.key, FLOW_ENTRA.key)
_USER_CONSENT = "lets people consent to this scope for any application"
_COMBINED_CONSENT = "makes consent to another application count as consent to this API"


class _Settings(RuleSettings):
    preauthorized: Annotated[
        tuple[str, ...],
        Field(
            description="Client IDs of other publishers' applications that may skip consent in Entra, like "
            "VS Code."
        ),
    ] = (VSCODE,)


class Consent(Rule):
    """Report settings that skip people's consent.

    The consent page is where people can notice an application that the organization does not know.
    """

    id = "FLOWMCP-025"
    severity = Severity.MEDIUM
    message = (
        "Consent may be skipped only for applications that the stack creates or the configuration lists."
    )
    remedy = (
        "Declare the client, or add its ID to this rule's preauthorized; set scopes to type Admin, and keep "
        "confirmation prompts on."
    )
    references = (
        Reference(
            "Microsoft Entra: Requesting permissions through consent",
            "https://learn.microsoft.com/entra/identity-platform/consent-types-developer",
        ),
        Reference(
            "Auth0: Measures Against Application Impersonation",
            "https://auth0.com/docs/secure/security-guidance/measures-against-app-impersonation",
        ),
        Reference("RFC 6749, section 10.2", "https://www.rfc-editor.org/rfc/rfc6749.html#section-10.2"),
    )
    settings = _Settings
    good = (
        declares(
            {
                "entra": {
                    **ENTRA["entra"],
                    "verifiedDomains": ["profitbase.biz"],
                    "preauthorized": {"vscode": {"access": ["456/test"], "people": {"groups": ["planners"]}}},
                }
            }
        ),
        Resource(ENTRA_PREAUTHORIZED, outputs={"authorizedClientId": VSCODE}),
        Resource(ENTRA_PERMISSION_SCOPE, inputs={"value": "mcp.access", "type": "Admin"}),
    )
    bad = (
        Resource(ENTRA_PREAUTHORIZED, outputs={"authorizedClientId": "0d7c3b52-64d0-4a0c-9a3e-0f2b7d9c1e55"}),
        Resource(ENTRA_PERMISSION_SCOPE, inputs={"value": "mcp.access", "type": "User"}),
        Resource(ENTRA_DELEGATED_GRANT, inputs={"claimValues": ["mcp.access"]}),
        Resource(AUTH0_TENANT, inputs={"skipNonVerifiableCallbackUriConfirmationPrompt": "true"}),
    )

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:
        kind = declaration.kind
        if kind.key not in _KINDS or VSCODE in context.settings_of(_Settings).preauthorized:
            return
        if declaration.server.registration_methods.get("vscode"):
            path = ("authorizationServer", kind.key, kind.registration_methods_at, "vscode")
            yield Violation(path, "skips consent for an application that the configuration does not list")

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        if resource.type == ENTRA_APPLICATION:
            for path, scope in items(resource, "api", "oauth2PermissionScopes"):
                yield from judged(at(scope, "type"), (*path, "type"), is_in("Admin"), _USER_CONSENT)
            for path, client in items(resource, "api", "knownClientApplications"):
                yield from judged(client, path, is_in(), _COMBINED_CONSENT)
        elif resource.type == ENTRA_PERMISSION_SCOPE:
            # The provider's default is User.
            yield from must(resource, ("type",), is_in("Admin"), _USER_CONSENT)
        elif resource.type == ENTRA_KNOWN_CLIENTS:
            for path, client in items(resource, "knownClientIds"):
                yield from judged(client, path, is_in(), _COMBINED_CONSENT)
        elif resource.type == ENTRA_DELEGATED_GRANT:
            yield from must(
                resource,
                ("userObjectId",),
                lambda value: bool(value),
                "is not set, so the grant consents on behalf of every user",
            )
        elif resource.type in (AUTH0_CLIENT, AUTH0_TENANT):
            yield from must(
                resource,
                ("skipNonVerifiableCallbackUriConfirmationPrompt",),
                lambda value: not is_on(value),
                "skips the prompt, so any program on a person's machine can receive the sign-in",
            )

    def in_stack(self, resources: Sequence[Resource], context: Context) -> Iterator[Violation | Unknown]:
        applications = of_type(resources, ENTRA_APPLICATION, ENTRA_REGISTRATION)
        allowed = [at(values, "clientId") for _, values in applications]
        allowed += context.settings_of(_Settings).preauthorized
        for resource, values in of_type(resources, ENTRA_PREAUTHORIZED):
            client_id = at(values, "authorizedClientId")
            if isinstance(client_id, Unknown):
                # The component preauthorizes only applications that the declaration names.
                if not made_by_component(resource):
                    yield client_id
            elif client_id not in allowed:
                problem = "skips consent for an application that is not in this stack or the configuration"
                yield Violation(("authorizedClientId",), problem, resource.urn)
