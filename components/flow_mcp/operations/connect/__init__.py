"""What to paste or to enter in a known application, so that it reaches a tenant's protected resources."""
