"""Exit codes of the commands for pipelines; 1 and 2 are defined by the errors in `flow_mcp.common.errors`."""

from __future__ import annotations

OK = 0
NEEDS_APPROVAL = 3
"""The change needs approval."""
BLOCKED = 4
"""The change is blocked and cannot be approved."""
INTERRUPTED = 130
"""128 + SIGINT, the shells' exit code of a program that Ctrl-C ended."""
