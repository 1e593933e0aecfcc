"""The pages by which people sign in, sign up and sign out."""
