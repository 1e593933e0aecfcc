"""One's own account: its sessions, its password, all that is kept of it."""
