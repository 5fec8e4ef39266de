"""Queries on resources, for the rules: types, properties, and whether the component created them."""
