"""IDs with which `pulumi import` and the record of adopted objects name objects at Scalekit."""

from __future__ import annotations

import os

from flow_mcp.authorization_servers.errors import AuthorizationServerError

_RESOURCE = "/res_"


def import_id(environment_url: str, *ids: str) -> str:
    """Return `<environment URL>/<res_…>`, or `<environment URL>/<res_…>/<m2m_…>` for a client."""
    return "/".join((environment_url, *ids))


def split_import_id(import_id: str, object_type: str) -> tuple[str, str]:
    """Return the URL of the Scalekit environment, and the ID without it.

    An ID without the URL belongs to the environment of SCALEKIT_ENVIRONMENT_URL, the variable of the vendor's
    SDKs.

    Args:
        import_id: the ID that is imported.
        object_type: the imported object, for the message.

    Raises:
        AuthorizationServerError: the ID has no URL, and the variable is not set.
    """
    url, separator, rest = import_id.rpartition(_RESOURCE)
    if separator and "://" in url:
        return url, f"{_RESOURCE[1:]}{rest}"
    if not (url := os.environ.get("SCALEKIT_ENVIRONMENT_URL", "")):
        raise AuthorizationServerError(
            f"To import {object_type} of Scalekit, set SCALEKIT_ENVIRONMENT_URL, or begin the ID with the "
            "environment's URL."
        )
    return url.rstrip("/"), import_id
