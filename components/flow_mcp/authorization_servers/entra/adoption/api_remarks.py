"""What the declaration of an existing API does not express."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.authorization_servers.entra.adoption.apis import Api
from flow_mcp.authorization_servers.entra.adoption.content import roles_of, scopes_of
from flow_mcp.authorization_servers.representations import mapping, text, texts


def api_remarks(api: Api) -> Iterator[str]:
    """Yield what the declaration of an API does not express, one sentence each."""
    subject = f"The application of {api.key}"
    if mapping(api.application, "api").get("requestedAccessTokenVersion") != 2:
        yield (
            f"{subject} gets tokens of version 1, which the runtime rejects. Remove api from the kept "
            "properties of its resource to change that."
        )
    if (audience := text(api.application, "signInAudience")) not in ("", "AzureADMyOrg"):
        yield (
            f"{subject} is for accounts of other organizations too ({audience}); the runtime rejects their "
            "tokens."
        )
    yield from _permissions(api, subject)
    uris = [uri for uri in texts(api.application, "identifierUris") if uri != api.uri]
    if uris:
        yield f"{subject} also has the Application ID URIs {', '.join(uris)}. They stay."
    if api.principal is None:
        yield f"{subject} has no service principal, so nobody gets tokens for it."
    if people := api.assigned("User"):
        yield (
            f"{subject} has people assigned directly ({len(people)}), and a tenant's file declares groups. "
            "The assignments stay, and are not managed."
        )


def _permissions(api: Api, subject: str) -> Iterator[str]:
    for kind, permissions, chosen in (
        ("scopes", scopes_of(api.application), (api.scope,)),
        ("app roles", roles_of(api.application), (api.program_role, api.person_role)),
    ):
        other = [text(entry, "value") or text(entry, "id") for entry in permissions if entry not in chosen]
        if other:
            yield f"{subject} also has the {kind} {', '.join(other)}. The runtime does not read them."
    if api.scope is None:
        yield f"{subject} has no scope for people, or several of which none is mcp.access."
    elif text(api.scope, "type") == "User":
        yield f"{subject} lets people consent to its scope, so any application can request it."
    if api.program_role is None:
        yield f"{subject} has no app role for programs, or several of which none is mcp.program."
    elif "User" in texts(api.program_role, "allowedMemberTypes"):
        yield f"The role {text(api.program_role, 'value')} of {api.key} can be assigned to people too."
