"""Entry point of the policy pack, run by Pulumi: the package's rules, and the project's own in rules/."""

from pathlib import Path

from flow_mcp.review.policy.pulumi_policies import start

start(Path(__file__).parent)
