"""Admins for tests: made by their role, signed in, and asked as what."""

from bienvenue import Auth, roles
from bienvenue.db import lock_user
from bienvenue.features.admin.flow import Admin
from bienvenue.features.admin.shapes import Actor
from bienvenue.session_check import SignedIn

ANN, PASSWORD = "ann@example.com", "a long and quiet morning"


def promote(auth: Auth, email: str) -> int:
    """Make an account's owner an admin; return the number of the account."""
    user_id = auth.db.find_user_by(email=email).id
    auth.db.write(
        lambda unit: roles.change(unit, lock_user(unit, user_id), roles.ADMIN)
    )
    return user_id


def signed_in(auth: Auth, email: str) -> SignedIn:
    """Begin a session of an account; return what the check finds."""
    found = auth.check_session(auth.create_session(email))
    assert found is not None
    return found


def ann(auth: Auth) -> Actor:
    """Return Ann, who is made an admin and has just signed in."""
    auth.register_user(ANN, PASSWORD)
    promote(auth, ANN)
    return Admin(auth).require(signed_in(auth, ANN))
