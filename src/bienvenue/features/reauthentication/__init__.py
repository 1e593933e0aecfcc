"""The page where whoever is signed in gives their password again."""
