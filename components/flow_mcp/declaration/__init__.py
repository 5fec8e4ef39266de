"""What people declare: strict, checked as a whole, without Pulumi and without calling any server."""
