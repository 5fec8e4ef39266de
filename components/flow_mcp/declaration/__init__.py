"""Read and validate the declarations in tenants' files, without Pulumi and without calling a server."""
