"""What the service sees of a request, told to its own doctor alone."""
