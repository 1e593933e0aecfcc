"""fastapi-users with sessions in the database, found by a cookie."""
# mypy: ignore-errors

import asyncio
import os
import sys
import uuid

from fastapi import Depends, FastAPI
from fastapi_users import BaseUserManager, FastAPIUsers, UUIDIDMixin, schemas
from fastapi_users.authentication import AuthenticationBackend, CookieTransport
from fastapi_users.authentication.strategy.db import DatabaseStrategy
from fastapi_users.password import PasswordHelper
from fastapi_users_db_sqlalchemy import (
    SQLAlchemyBaseUserTableUUID,
    SQLAlchemyUserDatabase,
)
from fastapi_users_db_sqlalchemy.access_token import (
    SQLAlchemyAccessTokenDatabase,
    SQLAlchemyBaseAccessTokenTableUUID,
)
from pwdlib import PasswordHash
from pwdlib.hashers.bcrypt import BcryptHasher
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

_MONTH = 30 * 24 * 60 * 60

engine = create_async_engine(
    f"sqlite+aiosqlite:///{os.environ['PEER_DATABASE']}"
)
units = async_sessionmaker(engine, expire_on_commit=False)
passwords = PasswordHelper(PasswordHash((BcryptHasher(rounds=12),)))


class Base(DeclarativeBase):
    """The tables."""


class User(SQLAlchemyBaseUserTableUUID, Base):
    """An account."""


class Token(SQLAlchemyBaseAccessTokenTableUUID, Base):
    """A session."""


class Manager(UUIDIDMixin, BaseUserManager[User, uuid.UUID]):
    """What may be done to an account."""


async def unit():
    """Open a session of the ORM for a request."""
    async with units() as one:
        yield one


async def manager(one=Depends(unit)):  # noqa: B008 - as FastAPI has it
    """Make the manager of a request."""
    yield Manager(SQLAlchemyUserDatabase(one, User), passwords)


def strategy(one=Depends(unit)):  # noqa: B008 - as FastAPI has it
    """Look sessions up in the database."""
    tokens = SQLAlchemyAccessTokenDatabase(one, Token)
    return DatabaseStrategy(tokens, lifetime_seconds=_MONTH)


backend = AuthenticationBackend(
    name="cookie",
    transport=CookieTransport(cookie_max_age=_MONTH, cookie_secure=False),
    get_strategy=strategy,
)
users = FastAPIUsers[User, uuid.UUID](manager, [backend])
app = FastAPI()
app.include_router(
    users.get_users_router(
        schemas.BaseUser[uuid.UUID], schemas.BaseUserUpdate
    ),
    prefix="/users",
)


async def seed(count):
    """Make so many accounts that are signed in; print their cookies."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    hashed = passwords.hash("a password of some length")
    async with units() as one:
        own = strategy(one)
        for number in range(count):
            email = f"u{number}@example.com"
            user = User(email=email, hashed_password=hashed)
            one.add(user)
            await one.flush()
            print(f"{email}\tfastapiusersauth={await own.write_token(user)}")


if __name__ == "__main__":
    asyncio.run(seed(int(sys.argv[1])))
