"""Policy rules, waivers, and the evaluation of both on a tenant, independent of Pulumi."""
