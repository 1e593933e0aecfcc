"""The account page: what there is, and where each thing is done."""

from flask import Response

from bienvenue.features.account.flow import Account
from bienvenue.web import own_page
from bienvenue.web.api import Api
from bienvenue.web.current_user import current_user
from bienvenue.web.extension import here

api = Api()

_LATEST = 3


@api.page("/account")
@own_page.for_owner
def account_page() -> Response:
    """Show one's account; whoever is not signed in is asked to first."""
    account = Account(here().auth)
    sessions = account.sessions(current_user)
    return own_page.shown(
        "bienvenue/account.html",
        done=own_page.done("password"),
        verified=current_user.verified_at_us is not None,
        mailed=here().settings.mail != "off",
        here=next((each for each in sessions if each.current), None),
        elsewhere=sum(not each.current for each in sessions),
        console=here().settings.admin and account.is_admin(current_user),
        latest=account.log(current_user).entries[:_LATEST],
    )
