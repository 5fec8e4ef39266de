"""The exit codes of the commands; docs/exit-codes.md is generated from this module."""

from __future__ import annotations

from collections.abc import Mapping

OK = 0
FAILED = 1
COULD_NOT_RUN = 2
NEEDS_APPROVAL = 3
"""The change needs approval."""
NOT_RUNNING = 3
"""Exit code of `flow-mcp dev status`, as with `systemctl status` and init scripts of the LSB."""
BLOCKED = 4
"""The change is blocked and cannot be approved."""
INTERRUPTED = 130
"""128 + SIGINT, the shells' exit code of a program that Ctrl-C ended."""

MEANINGS: Mapping[int, str] = {
    OK: "The command succeeded and found nothing wrong. Warnings are permitted.",
    FAILED: "A check failed, or the command failed after it had begun.",
    COULD_NOT_RUN: "The command could not run: an option is wrong, a file is invalid, or Pulumi failed.",
    NEEDS_APPROVAL: "A person must approve the change first. `flow-mcp dev status`: Keycloak does not run. "
    "`flow-mcp drift`: drift was found. `flow-mcp rotate`: a rotation was refused. `flow-mcp upgrade`: files "
    "would change.",
    BLOCKED: "A mandatory rule is violated, or the change cannot be determined. Approval does not help.",
    INTERRUPTED: "Ctrl-C ended the command.",
}
"""Meaning of each exit code for a pipeline."""
