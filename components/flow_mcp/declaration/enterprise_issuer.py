"""A company's identity provider, as a tenant declares it for enterprise-managed authorization."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from flow_mcp.declaration.base import Declared, IssuerUrl, Name, ServerUrl, Text


class EnterpriseIssuer(Declared):
    """A company's identity provider, whose identity assertions people's applications redeem."""

    issuer: Annotated[
        IssuerUrl, Field(description="The identity provider's issuer, `iss` of its assertions.")
    ]
    jwks_url: Annotated[ServerUrl, Field(description="URL of the identity provider's public keys (JWKS).")]
    clients: Annotated[
        tuple[Name, ...],
        Field(min_length=1, description="Names of the clients that may redeem its assertions."),
    ]
    linked_people: Annotated[
        dict[Text, Text] | None,
        Field(
            min_length=1,
            description="Users of the authorization server whom the stack links to the identity provider: "
            "user name and `sub` there. Default: others link them.",
        ),
    ] = None
