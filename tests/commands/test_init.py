"""``bienvenue init``: the first settings, and what they are good for."""

import os
import pty
import stat
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from bienvenue import Settings
from bienvenue.commands import settings_file
from bienvenue.errors import ConfigurationError
from tests.service import PATIENCE, environment, finished, started
from tests.smtp import make_certificate

# As an operator's shell is: no setting in it.
BARE = {
    "BIENVENUE_BCRYPT_ROUNDS": "",
    "BIENVENUE_REQUIRE_VERIFIED_EMAIL": "",
}
MAIL_BY_SMTP = (
    "--public-url https://accounts.example.com --smtp-host mail.example.com"
    " --mail-from no-reply@example.com --smtp-username postman"
)


def values(folder: Path, name: str = "bienvenue.toml") -> dict[str, object]:
    return tomllib.loads((folder / name).read_text("utf-8"))


def test_development_needs_no_answer(tmp_path: Path) -> None:
    done = finished(tmp_path, "init", "--yes", env=BARE)
    assert done.returncode == 0, done.stderr
    assert "\n  bienvenue dev " in done.stdout
    found = values(tmp_path)
    assert set(found) == {"profile", "database_url", "secret_key"}
    assert found["profile"] == "development"
    assert len(str(found["secret_key"])) >= 43
    assert str(found["secret_key"]) not in done.stdout + done.stderr
    assert finished(tmp_path, "check", env=BARE).returncode == 0


def test_a_service_starts_with_what_was_written(tmp_path: Path) -> None:
    assert finished(tmp_path, "init", "--yes").returncode == 0
    with started(tmp_path) as service:
        assert service.port


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        finished(tmp_path, "init", "--yes")
    finally:
        os.umask(before)
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_no_two_keys_are_the_same(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        finished(tmp_path, "init", "--yes", "--file", name)
    one, other = values(tmp_path, "a.toml"), values(tmp_path, "b.toml")
    assert one["secret_key"] != other["secret_key"]


def test_production_passes_the_check(tmp_path: Path) -> None:
    words = f"init --production --yes {MAIL_BY_SMTP} --smtp-password-stdin"
    done = subprocess.run(
        [sys.executable, "-m", "bienvenue", *words.split()],
        cwd=tmp_path,
        env=environment(BARE),
        input='a "mail" \\ password \x7f\n',
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = values(tmp_path)
    assert found["smtp_password"] == 'a "mail" \\ password \x7f'
    assert found["mail"] == "smtp"
    assert (found["tls_proxy"], found["trusted_hops"]) == (True, 1)
    check = finished(tmp_path, "check", "--deploy", env=BARE)
    assert (check.returncode, check.stdout) == (0, "ready\n"), check.stderr
    after = done.stdout.partition("Next:")[2].splitlines()
    steps = [each for each in after if each.startswith("  bienvenue ")]
    for line in steps:
        words = line.split("  ")[1]
        help_ = finished(tmp_path, *words.split()[1:], "--help")
        assert help_.returncode == 0, words
    doctor = "  bienvenue doctor --url https://accounts.example.com"
    assert steps.index(doctor) == 1 + next(
        number
        for number, line in enumerate(steps)
        if line.startswith("  bienvenue serve ")
    )


@pytest.mark.parametrize(
    ("words", "assumed"),
    [
        ("", True),
        ("--public-url https://people.example.org/a", True),
        ("--trusted-hops 1", False),
        ("--tls-certificate cert.pem --tls-key key.pem", False),
    ],
)
def test_the_proxy_that_nobody_spoke_of_is_told(
    tmp_path: Path, words: str, *, assumed: bool
) -> None:
    make_certificate(tmp_path)
    line = f"init --production --yes --mail off {words}"
    done = finished(tmp_path, *line.split(), env=BARE)
    assert done.returncode == 0, done.stderr
    before, _, after = done.stdout.partition("\nNext:\n")
    assert ("trusted_hops = 1" in before) == assumed
    assert ("tls_proxy" in before) == assumed
    assert ("one proxy of yours in front that ends TLS" in before) == assumed
    own = words.partition("--public-url ")[2]
    url = own or "https://accounts.example.com"
    assert f"\n  bienvenue doctor --url {url}\n" in after
    assert max(map(len, done.stdout.splitlines())) <= 79


def test_mail_may_be_off(tmp_path: Path) -> None:
    words = ["init", "--production", "--yes", "--mail", "off"]
    assert finished(tmp_path, *words, env=BARE).returncode == 0
    check = finished(tmp_path, "check", "--deploy", env=BARE)
    assert check.returncode == 0, check.stderr


@pytest.mark.parametrize(
    ("words", "lacking"),
    [
        ("", "--mail off"),
        ("--smtp-host mail.example.com", "--mail-from no-reply@example.com"),
        ("--mail smtp", "--smtp-host smtp.example.com"),
        ("--mail smtp", "--public-url https://accounts.example.com"),
        (
            "--mail off --tls-key key.pem",
            "--tls-certificate /etc/ssl/accounts.pem --tls-key /etc/ssl/",
        ),
        ("--mail off --trusted-hops 0", "--trusted-hops 1"),
    ],
)
def test_what_is_unsafe_is_not_written(
    tmp_path: Path, words: str, lacking: str
) -> None:
    done = finished(
        tmp_path, "init", "--production", "--yes", *words.split(), env=BARE
    )
    assert done.returncode == 1
    setting = lacking.partition(" ")[0].removeprefix("--").replace("-", "_")
    assert f"\n{setting}: " in done.stderr
    assert f"\n    {lacking}" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_the_refusal_says_is_what_mends_it(tmp_path: Path) -> None:
    words, tries = ["init", "--production", "--yes", "--mail", "smtp"], 0
    while (done := finished(tmp_path, *words, env=BARE)).returncode:
        tries += 1
        assert tries < 3, done.stderr
        for line in done.stderr.splitlines():
            if line.startswith("    --"):
                words += line.split()
    assert tries == 1
    found = values(tmp_path)
    assert found["smtp_host"] == "smtp.example.com"
    assert found["public_url"] == "https://accounts.example.com"


def test_what_the_environment_has_wrong_is_mended_there(
    tmp_path: Path,
) -> None:
    words = ["init", "--production", "--yes", "--mail", "off"]
    weak = {**BARE, "BIENVENUE_BCRYPT_ROUNDS": "5"}
    done = finished(tmp_path, *words, env=weak)
    assert done.returncode == 1
    assert "\n    export BIENVENUE_BCRYPT_ROUNDS=12\n" in done.stderr
    assert "--bcrypt-rounds" not in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--public-url nonsense", "public_url: "),
        ("--database-url oracle://db/x", "database_url: oracle is not"),
        ("--file no/such/folder.toml", "No such file or directory"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_line(
    tmp_path: Path, words: str, said: str
) -> None:
    done = finished(tmp_path, "init", "--yes", *words.split(), env=BARE)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert "draft" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "bienvenue.toml"
    file.write_text("port = 8000\n")
    done = finished(tmp_path, "init", "--yes")
    assert done.returncode == 1
    assert "is there already" in done.stderr
    assert file.read_text() == "port = 8000\n"
    # Nor one that came between the look and the writing.
    with pytest.raises(ConfigurationError, match="is there already"):
        settings_file.create(file, "port = 9000\n")
    assert file.read_text() == "port = 8000\n"
    assert list(tmp_path.iterdir()) == [file]


def test_nobody_there_is_not_asked(tmp_path: Path) -> None:
    done = finished(tmp_path, "init")
    assert done.returncode == 1
    assert "say --yes" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_another_file_has_to_be_named_at_the_start(tmp_path: Path) -> None:
    done = finished(tmp_path, "init", "--yes", "--file", "mine.toml")
    assert "\n  export BIENVENUE_CONFIG=mine.toml\n" in done.stdout


def test_every_setting_is_in_it_and_can_be_uncommented() -> None:
    text = settings_file.text({})
    assert tomllib.loads(text) == {}
    assert max(map(len, text.splitlines())) <= 79
    for name, field in Settings.model_fields.items():
        (line,) = [
            each
            for each in text.splitlines()
            if each.startswith(f"# {name} = ")
        ]
        (value,) = tomllib.loads(line.removeprefix("# ")).values()
        assert value == ("" if field.default is None else field.default)


@pytest.mark.parametrize(
    ("command", "answers", "wanted"),
    [
        (
            ["init"],
            ["", "sqlite:///mine.db"],
            {"database_url": "sqlite:///mine.db", "service_name": "Bienvenue"},
        ),
        (
            ["init"],
            ["", "postgresql://me@db/accounts", "p w/d"],
            {"database_url": "postgresql+psycopg://me:p w%2Fd@db/accounts"},
        ),
        (
            ["init", "--production"],
            [
                "Tartines",
                "",
                "2",
                "mail.example.com",
                "tls",
                "",
                "no-reply@example.com",
                "postman",
                "a mail password",
                "https://accounts.example.com",
            ],
            {
                "public_url": "https://accounts.example.com",
                "service_name": "Tartines",
                "trusted_hops": 2,
                "tls_proxy": True,
                "mail": "smtp",
                "smtp_port": 465,
                "smtp_username": "postman",
                "smtp_password": "a mail password",
            },
        ),
        (
            ["init", "--production"],
            ["", "", "", "off", "http://a.example", "https://a.example"],
            {
                "mail": "off",
                "trusted_hops": 1,
                "public_url": "https://a.example",
            },
        ),
        (["init", "--production"], ["", "", "", "off", ""], {"mail": "off"}),
        (
            ["init", "--production", "--mail", "off"],
            ["", "", "", ""],
            {"mail": "off"},
        ),
        (
            "init --production --public-url https://a.example".split(),
            ["", "", "", "off"],
            {"mail": "off", "public_url": "https://a.example"},
        ),
        (  # what does not fit is asked again, one answer at a time
            ["init", "--production"],
            [
                "",
                *("oracle://db/x", ""),
                "1",
                *("mail server", "mail.example.com:587", "mail.example.com"),
                *("ssl", "tls"),
                *("twenty", "2465.0"),
                *("nobody", "Example <no-reply@example.com>"),
                "",
                *("nonsense", "http://accounts.example.com"),
                "https://accounts.example.com",
            ],
            {
                "public_url": "https://accounts.example.com",
                "smtp_host": "mail.example.com",
                "smtp_security": "tls",
                "smtp_port": 2465,
                "mail_from": "Example <no-reply@example.com>",
            },
        ),
    ],
)
def test_at_a_terminal_it_asks(
    tmp_path: Path,
    command: Sequence[str],
    answers: Sequence[str],
    wanted: dict[str, object],
) -> None:
    status, shown = typed(tmp_path, command, answers)
    assert status == 0, shown
    found = values(tmp_path)
    assert {name: found[name] for name in wanted} == wanted
    assert ("public_url" in found) == ("public_url" in wanted)
    assert "a mail password" not in shown
    assert "p w/d" not in shown


def test_at_a_terminal_both_files_of_tls_are_asked_for_again(
    tmp_path: Path,
) -> None:
    make_certificate(tmp_path)
    answers = ["", "", "0"]
    answers += ["nowhere.pem", "key.pem", "cert.pem", "nowhere.key"]
    answers += ["cert.pem", "key.pem", "off", ""]
    status, shown = typed(tmp_path, ["init", "--production"], answers)
    assert status == 0, shown
    found = values(tmp_path)
    assert found["tls_certificate"] == "cert.pem"
    assert found["tls_key"] == "key.pem"


def test_at_a_terminal_it_says_what_is_lacking_where_nothing_was_typed(
    tmp_path: Path,
) -> None:
    make_certificate(tmp_path)
    answers = ["", "", "0", "", "cert.pem", "", "key.pem"]
    answers += ["", "mail.example.com", "", ""]
    answers += ["", "no-reply@example.com", "postman", "", "a password"]
    answers += ["", "https://accounts.example.com"]
    status, shown = typed(tmp_path, ["init", "--production"], answers)
    assert status == 0, shown
    said = [
        line.removeprefix("Error: nothing was typed, and ").strip()
        for line in shown.splitlines()
        if line.startswith("Error: ")
    ]
    lacking = "is needed"
    assert said == [
        f"tls_certificate {lacking}",
        f"tls_key {lacking}",
        f"smtp_host {lacking}, as in: mail.example.com",
        f"mail_from {lacking}, as in: Example <no-reply@example.com>",
        f"smtp_password {lacking}",
        f"public_url {lacking}, as in: https://accounts.example.com",
    ]
    assert "[]" not in shown  # of a default that is nothing
    found = values(tmp_path)
    assert found["tls_key"] == "key.pem"
    assert found["smtp_password"] == "a password"
    assert found["smtp_username"] == "postman"


def test_what_is_given_is_looked_at_before_anything_is_asked(
    tmp_path: Path,
) -> None:
    words = ["init", "--production", "--public-url", "nonsense"]
    status, shown = typed(tmp_path, words, [])
    assert status == 1
    assert "public_url: write it as in: https://" in shown
    assert "Database" not in shown


def typed(
    folder: Path, command: Sequence[str], answers: Sequence[str]
) -> tuple[int, str]:
    """Run a command at a terminal; return its status, and what was shown.

    An answer is typed when its question is there: before that a terminal
    would echo what is typed, a password too.
    """
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "r+b", buffering=0) as terminal:
        process = subprocess.Popen(
            [sys.executable, "-m", "bienvenue", *command],
            cwd=folder,
            env=environment(BARE),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            close_fds=True,
        )
        os.close(theirs)
        shown = b""
        for answer in answers:
            while not shown.endswith(b": "):
                shown += _heard(terminal.fileno())
            terminal.write(f"{answer}\n".encode())
            shown += b"\n"
        while more := _heard(terminal.fileno()):
            shown += more
        return process.wait(PATIENCE), shown.decode()


def _heard(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other side is gone
        return b""
