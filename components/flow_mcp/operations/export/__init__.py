"""Settings documents of tenants, delivered to where the Flow runtime reads them."""
