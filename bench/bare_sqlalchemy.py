"""A bare application with a database: what a start is compared with.

Granian serves it in its own WSGI mode, with one worker.
"""

import os

from flask import Flask, Response, abort, jsonify
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

engine = create_engine(os.environ.get("BIENVENUE_DATABASE_URL", "sqlite://"))
app = Flask(__name__)


class Base(DeclarativeBase):
    """The tables."""


class User(Base):
    """As much of an account as the answer needs."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]


@app.get("/profile")
def profile() -> Response:
    """Answer with the first account, whoever asks."""
    with Session(engine) as unit:
        email = unit.scalars(select(User.email).limit(1)).first()
    return jsonify({"email": email}) if email else abort(403)
