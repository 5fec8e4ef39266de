"""Export tenants' settings documents for the Flow runtime."""
