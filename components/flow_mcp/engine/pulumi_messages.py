"""Pulumi's error messages in the order in which a person needs them: the cause, then what to do."""

from __future__ import annotations

import re

# Only URNs come before the cause if a provider cannot be configured.
_PREAMBLE = re.compile(
    r"could not load provider for resource \S+: could not create provider \S+: configure provider '\S+': "
    r"(1 error occurred:\s+\* )?"
)
_REMEDIES = {
    re.compile(r"PULUMI_ACCESS_TOKEN must be set for login"): "No backend is chosen. Run `pulumi login`, or "
    "set PULUMI_BACKEND_URL; `pulumi login file://~` keeps the states on this machine",
    re.compile(r"incorrect passphrase(?!, please set)"): "Set PULUMI_CONFIG_PASSPHRASE, or "
    "PULUMI_CONFIG_PASSPHRASE_FILE, to the passphrase with which the stack was created",
    re.compile(r"error initializing \w+ provider"): "Check the credentials of the authorization server, and "
    "that it answers; `flow-mcp doctor` names what is missing",
}


def readable(message: str) -> str:
    """Return an error message of Pulumi from its cause on, with a remedy if one is known."""
    cause = _PREAMBLE.sub("", message)
    remedies = [remedy for pattern, remedy in _REMEDIES.items() if pattern.search(cause)]
    return ". ".join([cause.rstrip(". \n"), *remedies]) if remedies else cause
