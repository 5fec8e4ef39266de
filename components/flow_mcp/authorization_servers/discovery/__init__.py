"""What an authorization server publishes of itself, as a resource of our own plugin."""
