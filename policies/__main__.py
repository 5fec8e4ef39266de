"""Entry point of the policy pack, run by Pulumi."""

from pathlib import Path

# Pulumi puts the pack's directory first on the path, so its modules are imported without a package.
from pulumi_policies import initial, policies  # type: ignore[import-not-found] # elsewhere it is policies.*
from pulumi_policy import EnforcementLevel, PolicyPack
from rules import RULES  # type: ignore[import-not-found]

from flow_mcp.review.policy.configuration import read
from flow_mcp.review.policy.pack import CONFIGURATION

own = read(Path(__file__).parent / CONFIGURATION, RULES)
PolicyPack("flow-mcp", policies(RULES), EnforcementLevel.MANDATORY, initial(own))
