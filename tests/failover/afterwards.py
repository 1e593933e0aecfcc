"""Is each write that was acknowledged still there?  A fresh node is asked."""

from concurrent.futures import ThreadPoolExecutor

from tests.failover.client import Client
from tests.failover.record import Record
from tests.service import Reachable
from tests.services.ledger import Account, Ledger

_AT_ONCE = 4


def losses(node: Reachable, ledger: Ledger) -> list[str]:
    """Name each acknowledged write of a ledger that a node does not know.

    A registration must log in, a session that was handed out must open the
    profile, and one that was ended must not.
    """
    registered = [each for each in ledger.accounts if each.registered]

    def look(account: Account) -> list[str]:
        return _losses(Client([node], Record(), 0), account)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(pool.map(look, registered))
    return [lost for each in found for lost in each]


def _losses(client: Client, account: Account) -> list[str]:
    body = {"email": account.email, "password": account.password}
    answer = client.ask("POST", "/sessions", body, fine=(200, 401))
    lost = ["a registration is gone"] if answer.status != 200 else []
    lost += [
        "a session that began is gone"
        for session_id in sorted(account.live)
        if not _is_in(client, session_id)
    ]
    lost += [
        "a session that ended is back"
        for session_id in sorted(account.ended)
        if _is_in(client, session_id)
    ]
    return lost


def _is_in(client: Client, session_id: str) -> bool:
    answer = client.ask(
        "GET", "/profile", session_id=session_id, fine=(200, 403)
    )
    return answer.status == 200
