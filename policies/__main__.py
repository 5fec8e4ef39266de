"""Starts the policy pack; Pulumi runs this."""

from pulumi_policy import EnforcementLevel, PolicyPack

# Pulumi runs a pack with the pack's directory first on the path, whatever that directory is called.
from rules import RULES  # type: ignore[import-not-found] # elsewhere these modules are policies.rules
from rules.pulumi_policies import policies  # type: ignore[import-not-found]

PolicyPack("flow-mcp", policies(RULES), EnforcementLevel.MANDATORY)
