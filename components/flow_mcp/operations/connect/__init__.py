"""Print the configuration with which a known application accesses a tenant's protected resources."""
