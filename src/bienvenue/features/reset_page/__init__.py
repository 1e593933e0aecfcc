"""The page that a mailed reset link opens."""
