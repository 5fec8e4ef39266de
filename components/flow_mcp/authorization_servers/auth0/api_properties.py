"""The properties that the stack sets on an API and its grants. Adoption compares them with Auth0's."""

from __future__ import annotations

from typing import Any

from flow_mcp.authorization_servers.auth0 import names
from flow_mcp.authorization_servers.auth0.declaration import Auth0
from flow_mcp.authorization_servers.proofs import accepted_proofs
from flow_mcp.declaration.base import seconds
from flow_mcp.declaration.clients import Client, ManualRegistration
from flow_mcp.declaration.declaration import Declaration, ResourceDeclared
from flow_mcp.declaration.sign_in_paths import admitted
from flow_mcp.settings import Grant


def api_properties(declaration: Declaration, server: Auth0, resource: ResourceDeclared) -> dict[str, Any]:
    """Return the properties of a resource's API, by name in Python. None: the stack does not set it."""
    people = admitted(declaration, resource)
    lifetime = seconds(server.tokens.access)
    proofs = accepted_proofs(declaration, resource)
    return {
        # Clients request the resource with this identifier, which is compared byte for byte.
        "identifier": resource.url,
        "name": names.api(declaration, resource),
        "signing_alg": "RS256",
        # The profile without a `permissions` claim: the scopes are limited to the person's roles already.
        "token_dialect": "rfc9068_profile",
        "enforce_policies": bool(people.groups),
        "allow_offline_access": server.tokens.refresh is not None,
        "skip_consent_for_verifiable_first_party_clients": True,
        "token_lifetime": lifetime,
        # Auth0 rejects the default of two hours if token_lifetime is shorter.
        "token_lifetime_for_web": lifetime,
        "subject_type_authorization": {
            "client": {"policy": _policy(_has_programs(declaration, resource))},
            "user": {"policy": _policy(not people.is_empty)},
        },
        "proof_of_possession": {"mechanism": "dpop", "required": proofs.required} if proofs else None,
    }


def scopes_properties(resource: ResourceDeclared) -> dict[str, Any]:
    """Return the properties of the permissions of a resource's API besides the API, by name in Python."""
    description = f"Use the MCP server of workspace {resource.workspace}, {resource.environment}"
    return {"scopes": [{"name": names.SCOPE, "description": description}]}


def grant_properties(resource: ResourceDeclared, subject: str) -> dict[str, Any]:
    """Return the properties of a grant for a resource's API besides its client, by name in Python.

    Args:
        resource: the protected resource.
        subject: `user` for tokens on behalf of a person, `client` for tokens of a program.
    """
    return {"audience": resource.url, "scopes": [names.SCOPE], "subject_type": subject}


def subject_of(declared: Client) -> str:
    """Return the subject type of a client's grants."""
    return "user" if declared.grant is Grant.AUTHORIZATION_CODE else "client"


def _policy(permitted: bool) -> str:
    return "require_client_grant" if permitted else "deny_all"


def _has_programs(declaration: Declaration, resource: ResourceDeclared) -> bool:
    tenant = declaration.tenant
    registered: list[Client | ManualRegistration] = [
        *tenant.clients.values(),
        *tenant.manual_registrations.values(),
    ]
    return any(
        client.grant is Grant.CLIENT_CREDENTIALS and resource in declaration.reached_by(client.access)
        for client in registered
    )
