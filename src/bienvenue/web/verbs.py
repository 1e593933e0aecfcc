"""What a route and a page do alike: sign up, sign in, sign out."""

from flask import Response, request

from bienvenue.web import cookies, local, schemas, throttled
from bienvenue.web.extension import here


def sign_up(body: schemas.Credentials) -> None:
    """Make an account, and have its owner told by mail.

    Raises what ``Auth.sign_up`` does.
    """
    extension = here()
    told = extension.throttle.verification_mail(body.email)
    if not told:
        throttled.withheld("verification_mails_per_account")
    extension.auth.sign_up(body.email, body.password, told=told)
    extension.courier.wake()


def begin_session(body: schemas.Credentials) -> str:
    """Begin a session and return its raw id, for the cookie.

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
    )


def end_session(response: Response) -> bool:
    """End the request's session and clear its cookie.

    Tells whether there was a live one.
    """
    auth = here().auth
    ended = auth.end_session(cookies.session_id(request))
    if ended:
        cookies.clear(response, auth.settings)
    return ended
