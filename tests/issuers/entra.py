"""Entra's tokens, by its documentation.

Access tokens: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
ID tokens: https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
Issuers by version: https://learn.microsoft.com/entra/identity-platform/access-tokens (Validate the issuer)
`idtyp`: https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
"""

from __future__ import annotations

from typing import Any

from tests.issuers.signer import NOW, Signer

PERSON = "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ"
"""`sub`, pairwise: another for each application."""


_SIGNER = Signer("nOo3ZDrODXEK1jKWhXslHR_KXEg", "JWT", alg=None)
"""`typ` is always JWT, in access tokens and ID tokens; keys have no `alg`."""
signed = _SIGNER.signed
decided = _SIGNER.decided


def _token(tenant_id: str, audience: str) -> dict[str, Any]:
    """What all versions have for people and programs, opaque claims included."""
    return {
        "aud": audience,
        "iat": NOW,
        "nbf": NOW,
        "exp": NOW + 4_500,
        "aio": "ASQA2/8WAAAA",
        "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474",
        "rh": "0.AXEA",
        "tid": tenant_id,
        "uti": "fqiBqXLPj0eQa82S-IYFAA",
    }


def person(
    tenant_id: str, audience: str, client_id: str, login: str = "login.microsoftonline.com", **changes: Any
) -> dict[str, Any]:
    """Version 2.0, on behalf of a person: `scp`, and `roles` with what the person was assigned."""
    claims = _token(tenant_id, audience) | {
        "iss": f"https://{login}/{tenant_id}/v2.0",
        "ver": "2.0",
        "azp": client_id,
        "azpacr": "0",
        "name": "Ada Planner",
        "preferred_username": "ada@contoso.example",
        "roles": ["mcp.person"],
        "scp": "mcp.access",
        "sub": PERSON,
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def program(
    tenant_id: str, audience: str, client_id: str, login: str = "login.microsoftonline.com", **changes: Any
) -> dict[str, Any]:
    """Version 2.0, client credentials: `roles` and no `scp`; the subject is the service principal."""
    claims = _token(tenant_id, audience) | {
        "iss": f"https://{login}/{tenant_id}/v2.0",
        "ver": "2.0",
        "azp": client_id,
        "azpacr": "1",
        "roles": ["mcp.program"],
        "sub": "690222be-ff1a-4d56-abd1-7e4f7d38e474",
    }
    return {name: value for name, value in (claims | changes).items() if value is not None}


def _version_1(claims: dict[str, Any]) -> dict[str, Any]:
    """`appid` for `azp`, `appidacr` for `azpacr`, and the older issuer."""
    kept = {
        name: value for name, value in claims.items() if name not in {"azp", "azpacr", "preferred_username"}
    }
    older = f"https://sts.windows.net/{claims['tid']}/"
    return kept | {
        "iss": older,
        "ver": "1.0",
        "appid": claims["azp"],
        "appidacr": claims["azpacr"],
        "idp": older,
    }


def person_1(tenant_id: str, audience: str, client_id: str) -> dict[str, Any]:
    """Version 1.0, on behalf of a person: what an API gets that asks for no version."""
    return _version_1(person(tenant_id, audience, client_id)) | {
        "unique_name": "ada@contoso.example",
        "upn": "ada@contoso.example",
    }


def program_1(tenant_id: str, audience: str, client_id: str) -> dict[str, Any]:
    """Version 1.0, client credentials."""
    return _version_1(program(tenant_id, audience, client_id))


def id_token(tenant_id: str, client_id: str) -> dict[str, Any]:
    """An ID token, version 2.0: its audience is the client."""
    return {
        "aud": client_id,
        "iss": f"https://login.microsoftonline.com/{tenant_id}/v2.0",
        "iat": NOW,
        "nbf": NOW,
        "exp": NOW + 3_600,
        "name": "Ada Planner",
        "oid": "690222be-ff1a-4d56-abd1-7e4f7d38e474",
        "preferred_username": "ada@contoso.example",
        "rh": "0.AXEA",
        "sub": PERSON,
        "tid": tenant_id,
        "uti": "fqiBqXLPj0eQa82S-IYFAA",
        "ver": "2.0",
    }
