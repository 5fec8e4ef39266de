"""Credentials for what the plugin talks to: from the environment, or from the stack's secret configuration.

Pulumi hands everything under `flow-mcp:` of a stack's configuration to the plugin of that name, and keeps a
secret among it encrypted in the state. Values are read when they are used and kept nowhere else.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

_configured: dict[str, str] = {}


def configure(values: Mapping[str, str]) -> None:
    """Take the stack's configuration; it replaces an earlier one."""
    _configured.clear()
    _configured.update(values)


def credential(variable: str, key: str) -> str | None:
    """A credential, the environment's before the stack's.

    Args:
        variable: of the environment.
        key: of the stack's configuration, as in `pulumi config set --secret flow-mcp:<key>`.
    """
    return os.environ.get(variable) or _configured.get(key) or None
