"""What rules ask of a resource: its type, its properties, whether the component declares it."""
