"""Drift: what changed at the authorization server since the last `pulumi up`, and how to revert it."""
