"""The drift of a tenant on Entra."""
