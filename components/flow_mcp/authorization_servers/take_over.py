"""The way in which a user hands a tenant over from one stack to another on purpose."""

from __future__ import annotations

import os
from collections.abc import Collection

VARIABLE = "FLOW_MCP_TAKE_OVER"
"""The environment variable with the IDs, with commas, by which the former stack manages the tenant."""


def takes_over(ids: Collection[str]) -> bool:
    """Return whether the user named exactly these IDs."""
    return bool(ids) and set(os.environ.get(VARIABLE, "").split(",")) == set(ids)


def remedy(ids: Collection[str]) -> str:
    """Return what to do if another stack manages the tenant, as sentences."""
    return (
        "It is at another backend, or belongs to another copy of this repository. Use that stack. To hand "
        f"the tenant over to this stack, run `{VARIABLE}={','.join(ids)} pulumi up`."
    )
