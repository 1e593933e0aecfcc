"""Not here, or not now: whoever asks may be right, and so may the call."""

from bienvenue.errors.root import BienvenueError


class LocalOnly(BienvenueError):
    """The development profile was asked for something from elsewhere."""

    code = "development_profile_is_local"
    default_message = (
        "the development profile answers this machine only; run the"
        " production profile for anyone else"
    )


class CrossSite(BienvenueError):
    """A page of another origin had a browser send this write."""

    code = "cross_site"
    default_message = "the request was caused by another site"


class MailOff(BienvenueError):
    """It would go by mail, and mail is switched off."""

    code = "mail_off"
    default_message = "resets by mail are switched off here"


class Leaving(BienvenueError):
    """This process is about to stop: others had better be asked."""

    code = "leaving"
    default_message = "this node is about to stop"


class Busy(BienvenueError):
    """More people sign in than the machine can hash passwords for."""

    code = "busy"
    default_message = "too many logins at once, try again in a moment"


class TooManyAttempts(BienvenueError):
    """A limit is reached; nothing was tried (RFC 6585 4).

    The same for accounts that exist and for those that do not.
    """

    code = "too_many_attempts"
    default_message = "too many attempts, try again later"

    def __init__(self, retry_after: int) -> None:
        """Say in how many seconds it may be worth trying again."""
        super().__init__()
        self.retry_after = retry_after
