"""Manifests that run the fleet's commands on existing engines, each tenant in one shard or one stack."""
