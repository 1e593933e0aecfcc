"""``bienvenue dev`` and ``serve``, started as a person starts them."""

import http.client
import json
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import requests

from bienvenue.commands.dev import banner, profile, refuse_others
from bienvenue.config import Settings
from tests.redis_server import started as started_redis
from tests.service import (
    PATIENCE,
    Service,
    finished,
    free_port,
    started,
    unwritable_folder,
)

FORM = {"email": "me@example.com", "password": "b4l0u"}
SAFE = {
    "BIENVENUE_SECRET_KEY": "k" * 32,
    "BIENVENUE_TLS_PROXY": "true",
    "BIENVENUE_TRUSTED_HOPS": "1",
    "BIENVENUE_MAIL": "off",
    "BIENVENUE_BCRYPT_ROUNDS": "10",
}
LONG = "correct horse battery staple"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Run one service for the tests that only look at it."""
    with started(tmp_path_factory.mktemp("dev")) as running:
        yield running


def paste(commands: str, folder: Path) -> list[str]:
    """Run the indented lines of a banner in a shell; return the answers."""
    lines = commands.partition("Try next")[2].partition("\n")[2]
    lines = lines.partition("\n\n")[0]  # the first admin's link follows
    done = subprocess.run(
        ["sh", "-ec", lines.replace("curl ", "curl -sS ")],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_the_banner_is_one_screen(service: Service) -> None:
    lines = service.output().splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 79
    assert lines[:10] == [
        "Bienvenue 0.1.0 is ready.",
        "",
        f"service  {service.url}",
        f"pages    {service.url}/sign_up",
        f"API      {service.url}/docs",
        f"mailbox  {service.url}/dev/mailbox",
        "database bienvenue.db",
        f"profile  {profile(Settings())}",
        "stop     Ctrl-C",
        "",
    ]


def test_nothing_but_the_banner_greets_a_newcomer(tmp_path: Path) -> None:
    """The first admin's invitation is in the audit log, not on the screen.

    What the service itself does is a line of its log as ever.
    """
    with started(tmp_path) as service:
        assert "/admin/first?token=" in service.output()
        wrong = {"email": "nobody@example.com", "password": "no"}
        requests.post(f"{service.url}/sessions", wrong, timeout=PATIENCE)
        assert service.hears_error("authn_login_fail")
        told = [each["event"] for each in service.events()]
    assert told == ["authn_login_fail"]
    kept = finished(tmp_path, "audit", "tail", "--json").stdout
    assert '"authz_admin_invited"' in kept


def test_every_address_in_the_banner_answers(service: Service) -> None:
    urls = re.findall(r"  ?(http://\S+)", service.output())
    assert len(urls) == 5
    for url in urls:
        assert requests.get(url, timeout=PATIENCE).status_code == 200


def test_the_tour_can_be_pasted(service: Service, tmp_path: Path) -> None:
    answers = paste(service.output(), tmp_path)
    assert [json.loads(answer) for answer in answers] == [
        {"email": "me@example.com", "message": "user created"},
        {"email": "me@example.com", "message": "logged in"},
        {"email": "me@example.com"},
    ]


def test_it_answers_by_every_name(service: Service) -> None:
    hosts = ["localhost", "127.0.0.1", "0.0.0.0"]  # noqa: S104 - a target
    if has_ipv6():
        hosts.append("::1")
    for host in hosts:
        connection = http.client.HTTPConnection(
            host, service.port, timeout=PATIENCE
        )
        with closing(connection):
            connection.request("GET", "/")
            answer = json.loads(connection.getresponse().read())
        assert answer == {"message": "Bienvenue"}


def test_a_taken_port_is_one_line(service: Service, tmp_path: Path) -> None:
    done = finished(tmp_path, "dev", "--port", str(service.port))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"bienvenue: port {service.port} on 127.0.0.1 is already in use: stop"
        " the program that listens there, or choose another port with"
        " --port, or: export BIENVENUE_PORT=8080\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_accounts_and_sessions_outlast_a_restart(tmp_path: Path) -> None:
    with started(tmp_path) as first:
        port = str(first.port)
        requests.post(f"{first.url}/users", FORM, timeout=PATIENCE)
        answer = requests.post(f"{first.url}/sessions", FORM, timeout=PATIENCE)
        cookies = answer.cookies.get_dict()
    with started(tmp_path, "--port", port) as second:
        profile = requests.get(
            f"{second.url}/profile", cookies=cookies, timeout=PATIENCE
        )
        assert profile.json() == {"email": FORM["email"]}
        again = requests.post(f"{second.url}/sessions", FORM, timeout=PATIENCE)
        assert again.status_code == 200
    mode = (tmp_path / "bienvenue.db").stat().st_mode
    assert mode & 0o077 == 0, "the database is its owner's alone"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_without_a_word(
    tmp_path: Path, number: signal.Signals
) -> None:
    with started(tmp_path) as service:
        assert service.stop(number) == 0
        assert service.complaints() == ""


def test_an_unwritable_folder_is_one_line() -> None:
    with unwritable_folder() as folder:
        port = str(free_port())
        done = finished(folder, "dev", "--port", port, mortal=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "bienvenue: the database file bienvenue.db cannot be opened:"
        " Permission denied; choose a folder you can write to, or name"
        " another database_url\n"
    )


def test_a_misspelt_setting_is_one_line(tmp_path: Path) -> None:
    done = finished(tmp_path, "dev", env={"BIENVENUE_STRIKT": "1"})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "bienvenue: BIENVENUE_STRIKT is not a setting; did you mean"
        " BIENVENUE_STRICT?\n"
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])  # noqa: S104 - refused
def test_other_machines_are_kept_out(tmp_path: Path, host: str) -> None:
    done = finished(tmp_path, "dev", "--host", host)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        f"bienvenue: host: other machines could reach {host}, "
    )
    assert done.stderr.endswith(" --allow-remote\n")
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_other_machines_are_let_in_where_asked(tmp_path: Path) -> None:
    refuse_others(Settings(host="0.0.0.0", allow_remote=True))  # noqa: S104 - not bound
    arguments = ("--allow-remote", "--host", "127.0.0.1")
    with started(tmp_path, *arguments) as service:
        assert "development: OPEN TO ALL, reset" in service.output()
        assert max(map(len, service.output().splitlines())) <= 79


def test_one_loopback_address_will_do(tmp_path: Path) -> None:
    with started(tmp_path, "--host", "127.0.0.1") as service:
        assert f"service  http://127.0.0.1:{service.port}\n" in (
            service.output()
        )


def test_the_database_is_where_it_is_wanted(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'mine.db'}"
    with started(tmp_path, "--database-url", url) as service:
        assert f"database {tmp_path / 'mine.db'}\n" in service.output()
    assert [path.name for path in tmp_path.iterdir()] == ["mine.db"]


def test_strict_has_productions_rules(tmp_path: Path) -> None:
    with started(tmp_path, "--strict") as service:
        assert (
            "profile  strict: local only, reset tokens by mail, passwords of"
            " 15+ characters\n"
        ) in service.output()
        assert max(map(len, service.output().splitlines())) <= 79
        short = requests.post(f"{service.url}/users", FORM, timeout=PATIENCE)
        assert short.status_code == 400
        answers = paste(service.output(), tmp_path)
        assert json.loads(answers[-1]) == {"email": "me@example.com"}
        asked = requests.post(
            f"{service.url}/reset_password", FORM, timeout=PATIENCE
        )
        assert asked.status_code == 200
        assert "reset_token" not in asked.json()
        assert mailbox_shows(service, FORM["email"])


@pytest.mark.parametrize("length", [8, 15, 64])
def test_the_strict_tour_has_a_password_that_will_do(length: int) -> None:
    settings = Settings(strict=True, password_min_length=length)
    found = re.findall("password=([^']+)'", banner(settings, "http://h:1"))
    assert found[0] == found[1]
    assert len(found[0]) == length


def test_the_profile_is_told_in_a_line() -> None:
    assert profile(Settings()) == (
        "development: local only, reset tokens in answers, any password"
    )
    assert profile(Settings(tokens_in_answers=False)) == (
        "development: local only, reset tokens by mail, any password"
    )
    assert profile(Settings(strict=True, password_min_length=20)) == (
        "strict: local only, reset tokens by mail, passwords of 20+ characters"
    )


def test_the_banner_warns_of_others_and_of_no_mail() -> None:
    settings = Settings(allow_remote=True, mail="off", strict=True)
    said = banner(settings, "http://localhost:5000")
    assert "OPEN TO ALL" in said
    assert "mail     off\n" in said
    assert "/dev/mailbox" not in said
    smtp = Settings(mail="smtp", smtp_host="mail.example.com")
    assert "mail     mail.example.com\n" in banner(smtp, "https://h:1")
    assert "' https://h:1/users" in banner(smtp, "https://h:1")


def test_production_is_refused_while_it_is_unsafe(tmp_path: Path) -> None:
    port = str(free_port())
    done = finished(tmp_path, "serve", "--port", port, env={})
    assert (done.returncode, done.stdout) == (1, "")
    listed = finished(tmp_path, "check", "--deploy").stderr
    assert done.stderr == listed
    for name in ("tls_proxy", "secret_key", "mail", "bcrypt_rounds"):
        assert f"\n{name}: " in listed
    assert "export BIENVENUE_TLS_PROXY=true" in listed
    assert "goes into" not in listed
    assert list(tmp_path.iterdir()) == []


def test_where_there_is_a_file_of_settings_it_is_named(
    tmp_path: Path,
) -> None:
    (tmp_path / "bienvenue.toml").write_text("threads = 4\n")
    listed = finished(tmp_path, "check", "--deploy").stderr
    assert 'goes into bienvenue.toml, as: name = "value"\n' in listed


@pytest.mark.parametrize("workers", ["1", "2"])
def test_production_serves(tmp_path: Path, workers: str) -> None:
    """Settings of the command line reach workers, who log for themselves."""
    arguments = ("--workers", workers, "--database-url", "sqlite:///mine.db")
    with (
        started_redis() as redis,
        started(
            tmp_path,
            *arguments,
            command="serve",
            env={**SAFE, "BIENVENUE_REDIS_URL": redis.url},
        ) as service,
    ):
        form = {"email": "me@example.com", "password": LONG}
        for _ in range(4):
            short = requests.post(
                f"{service.url}/users", FORM, timeout=PATIENCE
            )
            assert short.status_code == 400, "production's policy"
        requests.post(f"{service.url}/users", form, timeout=PATIENCE)
        answer = requests.post(
            f"{service.url}/sessions", form, timeout=PATIENCE
        )
        cookie = answer.headers["Set-Cookie"]
        assert "; Secure" in cookie
        session = {"Cookie": cookie.partition(";")[0]}
        for _ in range(4):
            profile = requests.get(
                f"{service.url}/profile", headers=session, timeout=PATIENCE
            )
            assert profile.json() == {"email": "me@example.com"}
        assert service.output() == (
            f"bienvenue: serving on {service.url}, "
            + ", ".join(
                f"http://{host}:{service.port}"
                for host in ("127.0.0.1", *(["[::1]"] if has_ipv6() else []))
            )
            + "\n"
        )
        assert service.stop() == 0
        assert service.complaints() == ""
    assert [path.name for path in tmp_path.iterdir()] == ["mine.db"]


def test_a_worker_logs_as_the_service_does(tmp_path: Path) -> None:
    smtp = {
        "BIENVENUE_MAIL": "smtp",
        "BIENVENUE_SMTP_HOST": "127.0.0.1",
        "BIENVENUE_SMTP_PORT": str(free_port()),
        "BIENVENUE_PUBLIC_URL": "https://accounts.example.com",
        "BIENVENUE_MAIL_FROM": "no-reply@example.com",
        "BIENVENUE_WORKERS": "2",
    }
    with (
        started_redis() as redis,
        started(
            tmp_path,
            command="serve",
            env={**SAFE, **smtp, "BIENVENUE_REDIS_URL": redis.url},
        ) as service,
    ):
        form = {"email": "me@example.com", "password": LONG}
        for path in ("users", "reset_password"):
            requests.post(f"{service.url}/{path}", form, timeout=PATIENCE)
        assert service.hears_error(" wait: ")
        assert service.stop() == 0
        assert re.fullmatch(
            r"(?:\S+Z ERROR bienvenue.mail: \d letters wait:"
            r" ConnectionRefusedError\n){1,2}",  # each worker says so once
            service.complaints(),
        )


def test_processes_do_not_share_a_database_in_memory(tmp_path: Path) -> None:
    done = finished(
        tmp_path,
        *("dev", "--database-url", "sqlite://"),
        env={"BIENVENUE_WORKERS": "2"},
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("bienvenue: database_url: processes cannot")


def mailbox_shows(service: Service, words: str) -> bool:
    """Reload the mailbox until the words are there, as a person would."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        page = requests.get(f"{service.url}/dev/mailbox", timeout=PATIENCE)
        if words in page.text:
            return True
    return False


def has_ipv6() -> bool:
    """Tell whether this machine has ``::1``."""
    try:
        with closing(socket.socket(socket.AF_INET6)) as sock:
            sock.bind(("::1", 0))
    except OSError:
        return False
    return True
