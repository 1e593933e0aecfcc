"""The plain exercise: Flask, SQLAlchemy and bcrypt as they are taught.

The session's id is a column of the user that has no index, and a session
of the ORM is opened for each request.
"""
# mypy: ignore-errors

import os
import sys
import uuid

import bcrypt
from flask import Flask, abort, jsonify, request
from sqlalchemy import String, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

engine = create_engine(f"sqlite:///{os.environ['PEER_DATABASE']}")
app = Flask(__name__)


class Base(DeclarativeBase):
    """The tables."""


class User(Base):
    """An account, and the one session it may have."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(250))
    hashed_password: Mapped[str] = mapped_column(String(250))
    session_id: Mapped[str | None] = mapped_column(String(250))
    reset_token: Mapped[str | None] = mapped_column(String(250))


@app.get("/profile")
def profile():
    """Tell whose session it is."""
    with Session(engine) as unit:
        asked = request.cookies.get("session_id")
        query = unit.query(User).filter_by(session_id=asked)
        user = query.first() if asked else None
        if user is None:
            abort(403)
        return jsonify({"email": user.email})


def seed(count):
    """Make so many accounts that are signed in; print their cookies."""
    Base.metadata.create_all(engine)
    hashed = bcrypt.hashpw(b"a password", bcrypt.gensalt(12)).decode()
    with Session(engine) as unit:
        for number in range(count):
            email, own = f"u{number}@example.com", str(uuid.uuid4())
            unit.add(
                User(email=email, hashed_password=hashed, session_id=own)
            )
            print(f"{email}\tsession_id={own}")
        unit.commit()


if __name__ == "__main__":
    seed(int(sys.argv[1]))
