"""What tests of an application can see of the mail it causes."""

import pytest
from flask import Flask
from sqlalchemy import orm

from bienvenue import Auth, Bienvenue, Settings, outbox, testing
from bienvenue.outbox import Letter

EMAIL = "bob@example.com"


def test_the_letters_of_an_application_in_the_order_they_were_sent() -> None:
    app = Flask(__name__)
    settings = Settings(
        database_url="sqlite://", bcrypt_rounds=4, strict=True
    )
    accounts = Bienvenue(app, settings=settings, prefix="/accounts")
    try:
        accounts.auth.register_user(EMAIL, "fifteen letters")
        accounts.auth.register_user("eve@example.com", "fifteen letters")
        client = app.test_client()
        for email in (EMAIL, "eve@example.com"):
            client.post("/accounts/reset_password", data={"email": email})
        first, second = testing.mailbox(app)
        assert (first.recipient, second.recipient) == (
            EMAIL,
            "eve@example.com",
        )
        assert testing.mailbox(app, to="eve@example.com") == [second]
        place = "http://localhost:5000/accounts/reset_password?token="
        assert first.links == [place + first.token]
        body = {
            "email": EMAIL,
            "reset_token": first.token,
            "new_password": "fifteen others",
        }
        answer = client.put("/accounts/reset_password", data=body)
        assert answer.status_code in {200, 400}
        with pytest.raises(LookupError):
            assert first.code
    finally:
        app.extensions["bienvenue"].close()


@pytest.mark.engine("sqlite")
def test_the_code_of_a_letter(auth: Auth) -> None:
    user = auth.register_user(EMAIL, "old")

    def post(unit: orm.Session) -> None:
        letter = Letter.VERIFY_EMAIL
        outbox.post(unit, letter, EMAIL, user_id=user.id)

    assert testing.mailbox(auth) == []
    auth.db.write(post)
    (letter,) = testing.mailbox(auth)
    assert len(letter.code) == 6
    assert letter.code.isdecimal()
    assert letter.link.endswith(f"/verify_email?token={letter.token}")
