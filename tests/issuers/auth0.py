"""Auth0's access tokens, by its documentation.

Profiles: https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles
Agents: https://auth0.com/docs/ai-agents-mcp/agents-as-principal/agent-identity-in-tokens
Metadata documents: https://auth0.com/docs/get-started/auth0-overview/create-applications/register-applications-with-cimd
Issuer: https://auth0.com/docs/customize/custom-domains (Custom domains and token requests)
"""

from __future__ import annotations

from typing import Any

from tests.issuers.signer import NOW, Signer

PERSON = "auth0|6553da60a54af58e29493993"


_SIGNER = Signer("NjVBRjY5MDlCMUIwNzU4RTA2QzZFMDQ4", "at+jwt")
signed = _SIGNER.signed
decided = _SIGNER.decided


def person(issuer: str, audience: str, client_id: str, **changes: Any) -> dict[str, Any]:
    """Claims of the RFC 9068 profile, somebody signed in with `openid` among the scopes.

    `aud` is a list then, with the userinfo endpoint in it; there is no `gty` and no `azp`.
    """
    claims = {
        "iss": issuer,
        "sub": PERSON,
        "aud": [audience, f"{issuer}userinfo"],
        "client_id": client_id,
        "exp": NOW + 3_600,
        "iat": NOW,
        "jti": "73WakrfVbNJBaAmhQtEeDv",
        "scope": "openid profile mcp:access",
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def program(issuer: str, audience: str, client_id: str, **changes: Any) -> dict[str, Any]:
    """Claims of the RFC 9068 profile, client credentials: the subject is the client ID with a suffix."""
    own = {"sub": f"{client_id}@clients", "aud": audience, "scope": "mcp:access"}
    return person(issuer, audience, client_id, **(own | changes))


def with_permissions(claims: dict[str, Any], *permissions: str) -> dict[str, Any]:
    """What the dialect `rfc9068_profile_authz` adds."""
    return {**claims, "permissions": list(permissions)}


def own_profile(claims: dict[str, Any], grant: str | None = None) -> dict[str, Any]:
    """The same in Auth0's own profile: `azp` for `client_id`, no `jti`, `gty` for some grants."""
    kept = {name: value for name, value in claims.items() if name not in {"client_id", "jti"}}
    return {**kept, "azp": claims["client_id"], **({"gty": grant} if grant else {})}


def id_token(issuer: str, client_id: str) -> dict[str, Any]:
    """An ID token: its audience is the client."""
    return {"iss": issuer, "sub": PERSON, "aud": client_id, "exp": NOW + 3_600, "iat": NOW, "sid": "s-1"}
