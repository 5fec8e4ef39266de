"""Commands for deployed tenants: export their settings, verify that clients can connect."""
