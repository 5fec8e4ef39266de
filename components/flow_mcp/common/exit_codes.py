"""The exit codes of the commands; docs/exit-codes.md is generated from this module."""

from __future__ import annotations

from collections.abc import Mapping

OK = 0
FAILED = 1
COULD_NOT_RUN = 2
NEEDS_APPROVAL = 3
"""Somebody must approve it, and then it may go on."""
NOT_RUNNING = 3
"""Of `flow-mcp dev status`: the exit code of `systemctl status` and of the LSB's init scripts."""
BLOCKED = 4
"""No approval would do."""
INTERRUPTED = 130
"""128 + SIGINT, what a shell reports of a program that a Ctrl-C ended."""

MEANINGS: Mapping[int, str] = {
    OK: "The command did what it is for, and found nothing wrong. Warnings are allowed.",
    FAILED: "A check failed, or something failed that the command had begun.",
    COULD_NOT_RUN: "The command could not run, because of a wrong option, an invalid file, or Pulumi.",
    NEEDS_APPROVAL: "A person must approve the change first. `flow-mcp dev status`: Keycloak does not run.",
    BLOCKED: "A mandatory rule is violated, or it is unknown what would change. An approval does not help.",
    INTERRUPTED: "Ctrl-C ended the command.",
}
"""What each code tells a pipeline."""
