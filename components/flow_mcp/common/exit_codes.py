"""What the commands that judge tell a pipeline; 1 and 2 are the errors' own, see flow_mcp.common.errors."""

from __future__ import annotations

OK = 0
NEEDS_APPROVAL = 3
"""Somebody must approve it, and then it may go on."""
BLOCKED = 4
"""No approval would do."""
INTERRUPTED = 130
"""128 + SIGINT, what a shell reports of a program that a Ctrl-C ended."""
