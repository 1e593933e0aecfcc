"""The first admin: by a link that counts once, for an hour."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from bienvenue import Auth, Settings, clock
from bienvenue.audit_tables import AuditEvent
from bienvenue.errors import (
    EmailTaken,
    InvalidAddress,
    InvalidPassword,
    InvalidToken,
)
from bienvenue.features.admin import first
from bienvenue.features.admin.flow import Admin
from bienvenue.web.extension import KEY
from tests.features.admins import ANN, PASSWORD, promote, signed_in
from tests.features.pages import BROWSER, forms, send
from tests.web.conftest import Make

BOB = "bob@example.com"


def invited(auth: Auth) -> str:
    token = first.invite(auth.db)
    assert token is not None
    return token


def test_who_opens_the_link_is_the_first_admin(auth: Auth) -> None:
    token = invited(auth)
    assert first.is_open(auth.db, token)
    first.claim(auth, token, ANN, PASSWORD)
    user = signed_in(auth, ANN)
    assert Admin(auth).require(user).email == ANN
    assert user.verified_at_us is not None
    assert not first.is_open(auth.db, token)
    with pytest.raises(InvalidToken):
        first.claim(auth, token, BOB, PASSWORD)
    assert first.invite(auth.db) is None


def test_any_admin_voids_every_link(auth: Auth) -> None:
    tokens = [invited(auth), invited(auth)]
    assert all(first.is_open(auth.db, each) for each in tokens)
    auth.register_user(BOB, PASSWORD)
    promote(auth, BOB)
    assert not any(first.is_open(auth.db, each) for each in tokens)


def test_it_counts_for_an_hour(auth: Auth) -> None:
    with clock.frozen() as now:
        token = invited(auth)
        now.advance(minutes=59, seconds=59)
        assert first.is_open(auth.db, token)
        now.advance(seconds=2)
        assert not first.is_open(auth.db, token)
        with pytest.raises(InvalidToken):
            first.claim(auth, token, ANN, PASSWORD)


@pytest.mark.parametrize("token", ["", "x", "\0", "\ud800", "é" * 5000])
def test_nonsense_is_no_link(auth: Auth, token: str) -> None:
    invited(auth)
    assert not first.is_open(auth.db, token)
    with pytest.raises(InvalidToken):
        first.claim(auth, token, ANN, PASSWORD)


def test_what_does_not_work_leaves_the_link(auth: Auth) -> None:
    auth.register_user(BOB, PASSWORD)
    token = invited(auth)
    for email, password, error in (
        (BOB, PASSWORD, EmailTaken),
        ("none", PASSWORD, InvalidAddress),
        (ANN, "", InvalidPassword),
    ):
        with pytest.raises(error):
            first.claim(auth, token, email, password)
    assert Admin(auth).users(status="admin").items == []
    first.claim(auth, token, ANN, PASSWORD)


def test_of_many_at_once_one_becomes_it(auth: Auth) -> None:
    token = invited(auth)

    def claim(number: int) -> bool:
        try:
            first.claim(auth, token, f"p{number}@example.com", PASSWORD)
        except InvalidToken:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(claim, range(6))) == 1
    assert len(Admin(auth).users().items) == 1


@pytest.mark.parametrize("attempt", range(4))
def test_of_two_links_at_once_one_counts(url: str, attempt: int) -> None:
    """Each printed at a node of its own, which has its own end of the log."""
    nodes = [
        Auth(
            settings=Settings(
                database_url=url, node_name=f"node-{n}", bcrypt_rounds=4
            )
        )
        for n in range(4)
    ]
    tokens = [invited(each) for each in nodes]
    together = Barrier(len(nodes))

    def claim(number: int) -> bool:
        together.wait()
        email = f"p{number}@example.com"
        try:
            first.claim(nodes[number], tokens[number], email, PASSWORD)
        except InvalidToken:
            return False
        return True

    with ThreadPoolExecutor(len(nodes)) as threads:
        assert sum(threads.map(claim, range(len(nodes)))) == 1
    assert len(Admin(nodes[0]).users().items) == 1
    for each in nodes:
        each.close()


def test_the_log_has_its_digest_and_not_the_link(auth: Auth) -> None:
    token = invited(auth)
    first.claim(auth, token, ANN, PASSWORD)
    rows = auth.db.read(lambda unit: list(unit.scalars(select(AuditEvent))))
    said = [
        (each.event, json.loads(each.detail or "{}").keys()) for each in rows
    ]
    assert said == [
        ("authz_admin_invited", {"digest"}),
        ("user_created", set()),
        ("user_email_verified", set()),
        ("authz_change", {"before", "after"}),
        *said[4:],
    ]
    assert token not in str([vars(each) for each in rows])


@pytest.fixture
def link(app: Flask) -> str:
    """The path of a link that counts."""
    return f"/admin/first?token={invited(app.extensions[KEY].auth)}"


def test_the_page_shows_and_its_form_spends(
    client: FlaskClient, link: str
) -> None:
    for _ in range(2):
        page = client.get(link)
        assert page.status_code == 200
    (form,) = [each for each in forms(page) if each.endswith("/first")]
    wrong = send(client, page, form, email="none", password=PASSWORD)
    assert wrong.status_code == 400
    assert "This is not a valid e-mail address." in wrong.text
    assert PASSWORD not in wrong.text
    done = send(client, wrong, form, email=ANN, password=PASSWORD)
    assert (done.status_code, done.location) == (303, "/admin")
    assert client.get("/admin/api/overview").status_code == 200
    spent = client.get(link)
    assert spent.status_code == 403
    assert "This link does not count any more" in spent.text
    late = client.post(
        form,
        data={**forms(page)[form], "email": BOB, "password": PASSWORD},
        headers=BROWSER,
    )
    assert late.status_code == 403
    assert form not in forms(late)


def test_wrong_links_run_out(make: Make) -> None:
    client = make(
        throttle=True, verification_failures_per_network=2
    ).test_client()
    body = {"token": "no", "email": ANN, "password": PASSWORD}
    codes = [
        client.post("/admin/first", json=body).status_code for _ in range(4)
    ]
    assert codes == [403, 403, 429, 429]


def test_an_address_that_has_an_account(
    app: Flask, client: FlaskClient, link: str
) -> None:
    app.extensions[KEY].auth.register_user(BOB, PASSWORD)
    form = "/admin/first"
    again = send(client, client.get(link), form, email=BOB, password=PASSWORD)
    assert again.status_code == 400
    assert "has an account already" in again.text
    assert forms(again)[form]["email"] == BOB
