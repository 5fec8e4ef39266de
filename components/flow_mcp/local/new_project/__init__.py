"""A new project: a directory of its own with a first tenant, which needs only the installed package."""
