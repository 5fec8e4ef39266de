"""A client's authentication with a token that another issuer signed for it."""

from __future__ import annotations

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from flow_mcp.declaration.base import Declared, ServerUrl, Text
from flow_mcp.declaration.findings import RefusedError
from flow_mcp.declaration.urls import issuer_url

# A trust domain (SPIFFE-ID, section 2.1); Keycloak accepts no upper-case letters.
_TRUST_DOMAIN = re.compile(r"spiffe://[a-z0-9._-]{1,255}")


def is_trust_domain(issuer: str) -> bool:
    """Return whether an issuer is a SPIFFE trust domain."""
    return issuer.startswith("spiffe://")


def _issuer(issuer: str) -> str:
    if not is_trust_domain(issuer):
        return issuer_url(issuer)
    if not _TRUST_DOMAIN.fullmatch(issuer):
        raise RefusedError(
            "is not a SPIFFE trust domain",
            "Write spiffe:// and the domain only, such as spiffe://acme.example.",
        )
    return issuer


class FederatedCredential(Declared):
    """Authentication with another issuer's token instead of a secret (RFC 7523, section 2.2)."""

    issuer: Annotated[
        Annotated[str, AfterValidator(_issuer), Field(json_schema_extra={"format": "uri"})],
        Field(
            description="`iss` of the other issuer's token. For JWT-SVIDs the trust domain, such as "
            "spiffe://acme.example."
        ),
    ]
    subject: Annotated[Text, Field(description="`sub` of the other issuer's token, compared exactly.")]
    audience: Annotated[
        Text | None,
        Field(description="`aud` of the other issuer's token. Default: the authorization server's default."),
    ] = None
    jwks_url: Annotated[
        ServerUrl | None,
        Field(
            description="URL of the issuer's public keys (JWKS), or of a SPIFFE bundle; on Keycloak only. "
            "Default: the known address of GitHub Actions and gitlab.com, or discovery."
        ),
    ] = None

    @model_validator(mode="after")
    def _in_trust_domain(self) -> Self:
        if is_trust_domain(self.issuer) and not self.subject.startswith(f"{self.issuer}/"):
            raise RefusedError(
                "has a subject outside the trust domain of its issuer",
                f"Declare a SPIFFE ID that begins with {self.issuer}/.",
            )
        return self
