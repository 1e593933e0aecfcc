"""A flood of logins fills its own queue and nothing else."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask

from bienvenue import Settings, create_app
from bienvenue.web.extension import Extension

BOB = {"email": "bob@example.com", "password": "b4l0u"}


@pytest.fixture
def app() -> Iterator[Flask]:
    settings = Settings(
        database_url="sqlite://", bcrypt_rounds=4, hash_queue=0
    )
    app = create_app(settings)
    yield app
    app.extensions["bienvenue"].close()


@pytest.mark.requirement("V15.2.2")
def test_one_too_many_is_told_at_once(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    extension: Extension = app.extensions["bienvenue"]
    client = app.test_client()
    client.post("/users", data=BOB)
    places = extension.auth.hasher.at_once
    inside = threading.Semaphore(0)
    go_on = threading.Event()
    real = extension.auth.log_in

    def held(*args: str, **more: str) -> str:
        inside.release()
        assert go_on.wait(30)
        return real(*args, **more)  # type: ignore[arg-type]  # as it came

    monkeypatch.setattr(extension.auth, "log_in", held)
    answers: list[int] = []

    def log_in() -> None:
        answer = app.test_client().post("/sessions", data=BOB)
        answers.append(answer.status_code)

    threads = [threading.Thread(target=log_in) for _ in range(places)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert inside.acquire(timeout=30)
    new = {**BOB, "reset_token": "x", "new_password": "y"}
    for method, path, body in (
        ("POST", "/users", BOB),
        ("POST", "/sessions", BOB),
        ("PUT", "/reset_password", new),
    ):
        answer = client.open(path, method=method, data=body)
        assert answer.status_code == 503
        assert answer.get_json()["code"] == "busy"
        assert int(answer.headers["Retry-After"]) >= 1
    assert client.get("/").status_code == 200
    assert client.get("/profile").status_code == 403
    go_on.set()
    for thread in threads:
        thread.join(30)
    assert answers == [200] * places
    assert client.post("/sessions", data=BOB).status_code == 200
