"""Flask-Security-Too with SQLAlchemy, and its usual signed session cookie."""
# mypy: ignore-errors

import os
import sys

from flask import Flask, jsonify
from flask_security import (
    Security,
    SQLAlchemyUserDatastore,
    auth_required,
    current_user,
    hash_password,
    login_user,
)
from flask_security.models import fsqla_v3
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config.update(
    SECRET_KEY="for a measurement on one machine and nothing else",
    SECURITY_PASSWORD_SALT="12345678901234567890",
    SECURITY_PASSWORD_HASH="bcrypt",
    SQLALCHEMY_DATABASE_URI=f"sqlite:///{os.environ['PEER_DATABASE']}",
    WTF_CSRF_ENABLED=False,
)
db = SQLAlchemy(app)
fsqla_v3.FsModels.set_db_info(db)


class Role(db.Model, fsqla_v3.FsRoleMixin):
    """A role, which nobody has here."""


class User(db.Model, fsqla_v3.FsUserMixin):
    """An account."""


store = SQLAlchemyUserDatastore(db, User, Role)
security = Security(app, store)


@app.get("/profile")
@auth_required("session")
def profile():
    """Tell whose session it is."""
    return jsonify({"email": current_user.email})


def seed(count):
    """Make so many accounts that are signed in; print their cookies."""

    @app.get("/sign_in/<email>")
    def sign_in(email):
        login_user(store.find_user(email=email))
        store.commit()
        return ""

    with app.app_context():
        db.create_all()
        hashed = hash_password("a password of some length")
        for number in range(count):
            store.create_user(
                email=f"u{number}@example.com", password=hashed
            )
        store.commit()
    for number in range(count):
        client, email = app.test_client(), f"u{number}@example.com"
        client.get(f"/sign_in/{email}")
        print(f"{email}\tsession={client.get_cookie('session').value}")


if __name__ == "__main__":
    seed(int(sys.argv[1]))
