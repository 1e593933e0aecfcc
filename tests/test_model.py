"""Any order of calls does what a plain dictionary says it should."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete

from bienvenue import DB, Auth, Settings, clock, schema
from bienvenue.errors import EmailTaken, InvalidCredentials, InvalidToken

EMAILS = st.sampled_from(["a@x.test", "b@x.test", "c@x.test"])
SPELLINGS = st.sampled_from([str.lower, str.upper, str.title])
PASSWORDS = st.sampled_from(["b4l0u", "n3w", "long " * 20, "é", "e\u0301"])
RESET_SECONDS = 3600


class Accounts(RuleBasedStateMachine):
    """Register, log in, log out, reset, and let time pass."""

    database = "sqlite://"
    sessions: Any = Bundle("sessions")
    tokens: Any = Bundle("tokens")

    def __init__(self) -> None:
        super().__init__()
        self._frozen = clock.frozen()
        self.clock = self._frozen.__enter__()
        self.auth = Auth(DB(self.database), Settings(bcrypt_rounds=4))
        self.passwords: dict[str, str] = {}
        self.live: dict[str, str] = {}
        self.reset: dict[str, tuple[str, int]] = {}

    def teardown(self) -> None:
        # The next example begins with nothing, in the same database.
        with self.auth.db.engine.begin() as connection:
            for table in reversed(schema.tables()):
                connection.execute(delete(table))
        self.auth.close()
        self._frozen.__exit__(None, None, None)

    @rule(email=EMAILS, spelling=SPELLINGS, password=PASSWORDS)
    def register(self, email: str, spelling: Any, password: str) -> None:
        try:
            user = self.auth.register_user(spelling(email), password)
        except EmailTaken:
            assert email in self.passwords
        else:
            assert email not in self.passwords
            assert user.email.lower() == email
            self.passwords[email] = _composed(password)

    @rule(
        target=sessions,
        email=EMAILS,
        spelling=SPELLINGS,
        password=PASSWORDS,
    )
    def log_in(self, email: str, spelling: Any, password: str) -> Any:
        right = self.passwords.get(email) == _composed(password)
        try:
            session_id = self.auth.log_in(spelling(email), password)
        except InvalidCredentials:
            assert not right
            return multiple()
        assert right
        self.live[session_id] = email
        return session_id

    @rule(session_id=sessions)
    def log_out(self, session_id: str) -> None:
        was_live = self.live.pop(session_id, None) is not None
        assert self.auth.end_session(session_id) == was_live

    @rule(email=EMAILS)
    def log_out_everywhere(self, email: str) -> None:
        if email in self.passwords:
            self.auth.destroy_session(
                self.auth.db.find_user_by(email=email).id
            )
        self._end_all(email)

    @rule(target=tokens, email=EMAILS)
    def ask_for_a_reset(self, email: str) -> Any:
        if email not in self.passwords:
            return multiple()
        token = self.auth.get_reset_password_token(email)
        self.reset[email] = token, self.clock() + RESET_SECONDS * 10**6
        return token

    @rule(token=consumes(tokens), password=PASSWORDS)
    def reset_password(self, token: str, password: str) -> None:
        owners = [
            email
            for email, (good, until) in self.reset.items()
            if good == token and until > self.clock()
        ]
        try:
            self.auth.update_password(token, password)
        except InvalidToken:
            assert not owners
            return
        (email,) = owners
        del self.reset[email]
        self.passwords[email] = _composed(password)
        self._end_all(email)

    @precondition(lambda self: self.reset)
    @rule(seconds=st.sampled_from([60, RESET_SECONDS - 1, RESET_SECONDS]))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    @invariant()
    def sessions_are_as_expected(self) -> None:
        for session_id, email in self.live.items():
            found = self.auth.check_session(session_id)
            assert found is not None
            assert found.email.lower() == email
            user = self.auth.get_user_from_session_id(session_id)
            assert user is not None
            assert user.id == found.id

    def _end_all(self, email: str) -> None:
        self.live = {s: e for s, e in self.live.items() if e != email}


def _composed(password: str) -> str:
    return "é" if password == "e\u0301" else password


def test_accounts(url: str) -> None:
    machine = type("OnThisEngine", (Accounts,), {"database": url})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=30 if url.startswith("sqlite") else 15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
