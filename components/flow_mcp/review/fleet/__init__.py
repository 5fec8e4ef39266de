"""Runs over many tenants: previews with the policies, limits, and updates in waves."""
