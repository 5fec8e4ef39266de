"""Runs over many tenants: their fingerprints and records, the selection of tenants, and the threads."""
