"""What a project needs on this machine, and a remedy for what is missing."""
