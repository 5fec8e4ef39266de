"""Many tenants in one run: which of them have to be run, what is recorded of them, and how many at once."""
