"""The plugin's credentials, from environment variables or from the stack's secret configuration.

Pulumi passes all values under `flow-mcp:` of a stack's configuration to the plugin of that name, and stores
secrets among them encrypted in the state. Values are read when they are used and stored nowhere else.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

_configured: dict[str, str] = {}


def configure(values: Mapping[str, str]) -> None:
    """Set the stack's configuration, which replaces an earlier one."""
    _configured.clear()
    _configured.update(values)


def credential(variable: str, key: str) -> str | None:
    """Return a credential from the environment, or else from the stack's configuration, or None.

    Args:
        variable: the environment variable.
        key: the key in the stack's configuration, as in `pulumi config set --secret flow-mcp:<key>`.
    """
    return os.environ.get(variable) or _configured.get(key) or None
