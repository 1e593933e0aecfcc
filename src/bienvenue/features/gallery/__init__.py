"""Every page in every state, for whoever works on the look of it."""
