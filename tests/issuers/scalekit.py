"""Scalekit's access tokens, by what Scalekit's people say of them.

Claims: https://docs.scalekit.com/guides/accesstoken-claims/ (people) and
https://docs.scalekit.com/cookbooks/m2m-jwks-and-oauth-scopes/ (programs; `scopes` is a list).
Issuer and audience: https://github.com/mcp-use/mcp-use/pull/2272 (environment today, authority after the
migration; `aud` has the resource's ID and may have the server's URL), PrefectHQ/fastmcp#4797.
Header: https://docs.scalekit.com/mcp/topologies/agent-mcp (its sample token decodes to RS256, JWT).
"""

from __future__ import annotations

from typing import Any

from tests.issuers.signer import NOW, Signer

PERSON = "usr_987654321098765432"


_SIGNER = Signer("snk_58327480989122566", "JWT")
public_keys = _SIGNER.public_keys
signed = _SIGNER.signed


def program(issuer: str, resource_id: str, client_id: str, **changes: Any) -> dict[str, Any]:
    """Client credentials: the subject is the client ID."""
    claims = {
        "iss": issuer,
        "aud": [resource_id],
        "sub": client_id,
        "client_id": client_id,
        "scopes": ["flow:mcp"],
        "exp": NOW + 3_600,
        "iat": NOW,
        "nbf": NOW,
        "jti": "tkn_69041163914445100",
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def person(issuer: str, resource_id: str, client_id: str, **changes: Any) -> dict[str, Any]:
    """Somebody signed in: the subject is the user's ID, and there are a session and an organization."""
    own = {"sub": PERSON, "sid": "ses_987654321098765432", "oid": "org_69615647365005430"}
    return program(issuer, resource_id, client_id, **(own | changes))


def id_token(issuer: str, client_id: str) -> dict[str, Any]:
    """An ID token (https://docs.scalekit.com/guides/idtoken-claims/): `azp`, and the client as audience."""
    return {
        "iss": issuer,
        "azp": client_id,
        "aud": [client_id],
        "sub": PERSON,
        "exp": NOW + 3_600,
        "iat": NOW,
        "at_hash": "HK6E_P6Dh8Y93mRNtsDB1Q",
    }
