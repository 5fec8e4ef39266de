"""What tenants must hold beyond being right: rules, waivers, what both say of a tenant. No Pulumi here."""
