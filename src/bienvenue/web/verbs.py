"""What a route and a page do alike: sign up, sign in, sign out."""

from flask import Response, request

from bienvenue import session, sudo
from bienvenue.session_check import SignedIn
from bienvenue.sudo import Renewed
from bienvenue.web import cookies, local, schemas, throttled
from bienvenue.web.extension import here


def sign_up(body: schemas.Credentials) -> str:
    """Make an account, and have its owner told by mail.

    Returns a note for the browser, by which it is known as the newcomer's.
    Raises what ``Auth.sign_up`` does.
    """
    extension = here()
    told = extension.throttle.verification_mail(body.email)
    if not told:
        throttled.withheld("verification_mails_per_account")
    hashed = extension.auth.sign_up(body.email, body.password, told=told)
    extension.courier.wake()
    return extension.newcomers.write(body.email, hashed)


def begin_session(body: schemas.Credentials, *, kept: bool = True) -> str:
    """Begin a session and return its raw id, for the cookie.

    ``kept`` says whether the browser is to keep it when it is closed.

    Where production's rules hold, the one that the request brings ends:
    its id might have been planted (OWASP ASVS 7.2.4).  Raises what
    ``Auth.log_in`` does.
    """
    auth = here().auth
    strict = auth.settings.strict_rules
    return auth.log_in(
        body.email,
        body.password,
        local.client(),
        presented=cookies.session_id(request) if strict else None,
        kept=kept,
    )


def is_kept(user: SignedIn) -> bool:
    """Tell whether the browser keeps the session when it is closed."""
    db = here().auth.db
    return db.read(lambda unit: session.is_kept(unit, user.session))


def renew_session(response: Response, user: SignedIn, password: str) -> None:
    """Take the password again, and set the cookie of the session's new id.

    It stays of the kind it was.  Raises what ``sudo.renew`` does.
    """
    auth = here().auth
    renewed = sudo.renew(
        auth.db, auth.hasher, user, cookies.session_id(request), password
    )
    keep_renewed(response, renewed)


def keep_renewed(response: Response, renewed: Renewed) -> None:
    """Give the browser a session's new id, for as long as is left to it."""
    cookies.keep(
        response,
        here().settings,
        renewed.session_id,
        renewed.seconds,
        kept=renewed.kept,
    )


def end_session(response: Response) -> bool:
    """End the request's session and clear its cookie.

    Tells whether there was a live one.
    """
    auth = here().auth
    ended = auth.end_session(cookies.session_id(request))
    if ended:
        cookies.clear(response, auth.settings)
    own = cookies.actor_session(request)
    if own is not None:  # an admin who acted as the user leaves, too
        auth.end_session(own)
        cookies.clear_actor(response, auth.settings)
    return ended
