"""Runs over many tenants: previewed with the policies, limited, then applied in waves."""
