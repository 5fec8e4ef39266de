"""Goes through a live tenant as a client would, and says of each thing whether it is as it must be."""
