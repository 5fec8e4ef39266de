"""Build references to sections of specifications and guides, for the rules."""

from __future__ import annotations

from flow_mcp.review.policy.rule import Reference

_OAUTH_2_1 = "https://datatracker.ietf.org/doc/html/draft-ietf-oauth-v2-1-13"
_MCP = "https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization"


def oauth_2_1(section: str, title: str) -> Reference:
    """Return a reference to a section of the OAuth 2.1 draft that the MCP specification cites."""
    return Reference(f"OAuth 2.1, section {section}: {title}", f"{_OAUTH_2_1}#section-{section}")


def rfc(number: int, section: str) -> Reference:
    """Return a reference to a section of an RFC."""
    return Reference(
        f"RFC {number}, section {section}",
        f"https://www.rfc-editor.org/rfc/rfc{number}.html#section-{section}",
    )


def mcp(heading: str) -> Reference:
    """Return a reference to a heading of the MCP authorization specification."""
    anchor = heading.lower().replace(" ", "-")
    return Reference(f"MCP authorization: {heading}", f"{_MCP}#{anchor}")


def keycloak(title: str, anchor: str) -> Reference:
    """Return a reference to a heading of Keycloak's Server Administration Guide."""
    return Reference(f"Keycloak: {title}", f"https://www.keycloak.org/docs/latest/server_admin/#{anchor}")
