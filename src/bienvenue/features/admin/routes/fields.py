"""What the admin API takes, and the forms of its lists."""

from typing import Annotated

from pydantic import Field

from bienvenue.features.admin import people, post
from bienvenue.features.admin.deeds import MOST_AT_ONCE
from bienvenue.features.admin.verbs import FOR_MANY
from bienvenue.web import schemas


def _one_of(*names: str) -> str:
    return rf"^({'|'.join(names)})$"


_NUMBER = r"^[0-9]{0,10}$"
_NUMBERS = rf"^[0-9]{{1,10}}(,[0-9]{{1,10}}){{0,{MOST_AT_ONCE - 1}}}$"
_TIME = (
    r"^([0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?Z?)?)?$"
)

After = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_-]{0,2000}$",
        description="where to go on: `next` or `previous` of a page",
    ),
]
Limit = Annotated[
    str,
    Field(
        pattern=r"^([1-9][0-9]?|100)?$",
        description="how many, 1 to 100; 50 when left out",
    ),
]
Search = Annotated[
    schemas.Storable,
    Field(
        max_length=320,
        description="the number of an account, or what its address begins"
        " with",
    ),
]
Status = Annotated[
    str,
    Field(
        pattern=_one_of(*people.STATUSES),
        description="accounts of one state",
    ),
]
Reason = Annotated[
    schemas.Storable,
    Field(
        max_length=200,
        description="why; kept in the audit log",
        examples=["asked for by its owner"],
    ),
]


class _Paged(schemas.Loose):
    after: After = ""
    limit: Limit = ""


class UsersExportQuery(schemas.Loose):
    """Which accounts to take away."""

    search: Search = ""
    status: Status = "all"


class UsersQuery(UsersExportQuery, _Paged):
    """Which accounts, in what order."""

    sort: Annotated[
        str,
        Field(
            pattern=_one_of(*people.SORTS), description="the order of accounts"
        ),
    ] = "newest"


class EventsExportQuery(schemas.Loose):
    """Which events to take away."""

    user: Annotated[
        str,
        Field(
            pattern=_NUMBER,
            description="the number of the account that they concern",
        ),
    ] = ""
    actor: Annotated[
        str, Field(pattern=_NUMBER, description="the number of an admin")
    ] = ""
    event: Annotated[
        str,
        Field(
            pattern=r"^[a-z_]{0,48}$",
            description="the name of an event (docs/audit.md)",
        ),
    ] = ""
    outcome: Annotated[
        str,
        Field(
            pattern=r"^(success|failure|refused)?$",
            description="how it ended: `success`, `failure` or `refused`",
        ),
    ] = ""
    request: Annotated[
        str,
        Field(
            pattern=r"^[A-Za-z0-9._-]{0,64}$",
            description="the id of a request",
        ),
    ] = ""
    since: Annotated[
        str, Field(pattern=_TIME, description="then or later, in UTC")
    ] = ""
    until: Annotated[
        str, Field(pattern=_TIME, description="then or before, in UTC")
    ] = ""


class EventsQuery(EventsExportQuery, _Paged):
    """Which events."""


class LettersQuery(_Paged):
    """Which letters."""

    state: Annotated[
        str,
        Field(
            pattern=_one_of(*post.STATES), description="letters of one state"
        ),
    ] = "all"


class OverviewQuery(schemas.Loose):
    """How far back."""

    days: Annotated[
        str,
        Field(
            pattern=r"^([1-9]|[1-8][0-9]|90)?$",
            description="how many days, 1 to 90; 14 when left out",
        ),
    ] = ""


class Why(schemas.Loose):
    """Why something is done, if anybody says so."""

    reason: Reason = ""


class Role(schemas.Body):
    """The role that an account is to have."""

    role: Annotated[
        str,
        Field(
            pattern=_one_of("admin", "none"),
            description="`admin`, or `none` to take it away",
            examples=["admin"],
        ),
    ]


class BulkAction(schemas.Body):
    """What to do, to which accounts."""

    verb: Annotated[
        str,
        Field(
            pattern=_one_of(*FOR_MANY),
            description="what to do to each account",
            examples=["end_sessions"],
        ),
    ]
    users: Annotated[
        str,
        Field(
            pattern=_NUMBERS,
            description="the numbers of up to 100 accounts, with commas"
            " between them",
            examples=["7,12"],
        ),
    ]


class Letters(schemas.Loose):
    """Which dead letters: those named, or all."""

    letters: Annotated[
        str,
        Field(
            pattern=rf"^({_NUMBERS[1:-1]})?$",
            description="the numbers of up to 100 letters, with commas"
            " between them; all when left out",
        ),
    ] = ""
