"""What the tables share: their base, and column types with a meaning."""

from datetime import datetime
from typing import Any, TypeGuard

from sqlalchemy import (
    BINARY,
    BigInteger,
    ColumnElement,
    Connection,
    Dialect,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    bindparam,
    event,
    false,
    select,
)
from sqlalchemy.orm import (
    ColumnProperty,
    DeclarativeBase,
    InstrumentedAttribute,
    MappedSQLExpression,
    column_property,
)
from sqlalchemy.sql import operators

from bienvenue import clock, secret

# Not Alembic's own default: an application that embeds us may use that one
# for tables of its own.
VERSION_TABLE = "bienvenue_version"

# What a table must be told to keep any character; migrations say it too.
UNICODE: dict[str, Any] = dict.fromkeys(
    ("mysql_charset", "mariadb_charset"), "utf8mb4"
)

_MYSQL = ("mysql", "mariadb")

BigId = BigInteger().with_variant(Integer, "sqlite")


def is_id(value: object) -> TypeGuard[int]:
    """Tell whether a value can be the id of a row on every engine."""
    return isinstance(value, int) and 0 < value < 2**63


def is_user_id(value: object) -> TypeGuard[int]:
    """Tell whether a value can be the id of a user on every engine.

    PostgreSQL refuses to compare what its INTEGER cannot hold.
    """
    return isinstance(value, int) and 0 < value < 2**31


def exact(length: int) -> String:
    """Return a text type that compares to the letter on every engine.

    One that folds case or accents when it compares would take two people's
    addresses for one.
    """
    # Not MySQL's own types: their package takes a megabyte.
    exactly = String(length, collation="utf8mb4_bin")
    return String(length).with_variant(exactly, "mysql", "mariadb")


class Base(DeclarativeBase):
    """The root of every table, with constraint names that never vary.

    Migrations must name what they change, so no name is left to an engine.
    """

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def _take_all_of_unicode(
    table: Table, connection: Connection, **_: object
) -> None:
    """Have MySQL keep any character, whatever its database's default is.

    Said when a table is made, since to say it loads MySQL's dialect.
    """
    if table.metadata is Base.metadata and connection.dialect.name in _MYSQL:
        table.kwargs.update(UNICODE)


event.listen(Table, "before_create", _take_all_of_unicode)


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime, kept as microseconds since the epoch."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> int | None:
        """Turn an aware datetime into a whole number."""
        return None if value is None else clock.to_us(value)

    def process_result_value(
        self, value: int | None, dialect: Dialect
    ) -> datetime | None:
        """Turn the number back into an aware UTC datetime."""
        return None if value is None else clock.to_datetime(value)


class Digest(TypeDecorator[str]):
    """The SHA-256 digest of a secret; the secret itself is never stored.

    What is bound is the raw secret, and the type digests it on the way to
    the database: a query by raw value works, and nothing can store or
    compare one undigested by mistake.  What is read is the digest, in hex.
    """

    impl = LargeBinary(secret.DIGEST_BYTES).with_variant(
        BINARY(secret.DIGEST_BYTES), "mysql", "mariadb"
    )
    cache_ok = True

    def process_bind_param(
        self, value: str | None, dialect: Dialect
    ) -> bytes | None:
        """Digest a raw secret."""
        return None if value is None else secret.digest(value)

    def process_result_value(
        self, value: bytes | None, dialect: Dialect
    ) -> str | None:
        """Show a stored digest in hex."""
        return None if value is None else value.hex()


def not_expired(expires_at: InstrumentedAttribute[datetime]) -> Any:
    """Return the condition "not expired yet", read off the clock late.

    The time is taken when the statement runs, so that one statement can be
    built once and used for ever.
    """
    now = bindparam(None, callable_=clock.now, type_=Instant(), unique=True)
    return expires_at > now


def digest_property(
    owner: InstrumentedAttribute[int],
    user_id: InstrumentedAttribute[int],
    digest: InstrumentedAttribute[str],
    newest_first: ColumnElement[Any],
    *conditions: ColumnElement[bool],
) -> MappedSQLExpression[str | None]:
    """Map a secret kept in a table of its own as an attribute of its owner.

    Read from an object it is the digest of the newest one in force, in
    hex, or None.  In a query it compares with a raw secret, by the unique
    index of the digests; None equals nothing, so a missing token cannot
    find the first owner without one.
    """

    class _Comparator(ColumnProperty.Comparator[str | None]):
        def operate(
            self, op: operators.OperatorType, *other: Any, **kwargs: Any
        ) -> ColumnElement[Any]:
            if op is not operators.eq:
                return super().operate(op, *other, **kwargs)
            if other[0] is None:
                return false()
            return owner.in_(
                select(user_id).where(digest == other[0], *conditions)
            )

    newest = (
        select(digest)
        .where(user_id == owner, *conditions)
        .order_by(newest_first)
        .limit(1)
        .correlate(owner.class_)
    )
    return column_property(
        newest.scalar_subquery(), comparator_factory=_Comparator
    )


def read_only(attribute: Any) -> None:
    """Have an attribute that is kept elsewhere refuse to be set.

    SQLAlchemy would take the value and store it nowhere.
    """

    def refuse(_owner: object, _value: object, *_: object) -> None:
        name = attribute.key
        raise AttributeError(
            f"{name} is not set on the object; use update_user({name}=...)"
        )

    event.listen(attribute, "set", refuse)
