"""Work on deployed tenants: deliver their settings, verify that clients can connect."""
