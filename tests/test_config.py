"""Settings: their sources, which one wins, and what a wrong one says."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bienvenue.config import Settings
from bienvenue.config_sources import SettingError
from bienvenue.errors import ConfigurationError

NAMES = sorted(Settings.model_fields)
SECRET = "hunter2-hunter2"


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of every test here."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(text: str, name: str = "bienvenue.toml") -> Path:
    path = Path(name)
    path.write_text(text, "utf-8")
    return path


def load_error(
    environ: dict[str, str] | None = None, **overrides: object
) -> str:
    with pytest.raises(ConfigurationError) as caught:
        Settings.load(overrides, environ or {})
    return str(caught.value)


def test_a_secret_that_is_short_is_told_in_characters() -> None:
    with pytest.raises(
        ConfigurationError, match="at least 32 characters are needed"
    ):
        Settings(secret_key="short")


def test_without_any_source_the_defaults_hold() -> None:
    settings = Settings.load(environ={})
    assert settings == Settings()
    assert settings.database_url == "sqlite:///bienvenue.db"
    assert {settings.source_of(name) for name in NAMES} == {"default"}


def test_the_later_source_wins() -> None:
    write("port = 1001\nworkers = 2\nthreads = 3\nbcrypt_rounds = 4\n")
    environ = {"BIENVENUE_PORT": "1002", "BIENVENUE_THREADS": "5", "X": "y"}
    settings = Settings.load({"port": 1003, "host": None}, environ)
    found = {
        name: (getattr(settings, name), settings.source_of(name))
        for name in ("port", "threads", "workers", "host")
    }
    assert found == {
        "port": (1003, "command line"),
        "threads": (5, "environment"),
        "workers": (2, "bienvenue.toml"),
        "host": ("localhost", "default"),
    }


def test_the_process_environment_is_read_when_none_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BIENVENUE_PORT", "1004")
    assert Settings.load().port == 1004


def test_a_file_can_be_named() -> None:
    write("port = 1001")
    other = write("port = 1005", "other.toml")
    named = {"BIENVENUE_CONFIG": "other.toml"}
    assert Settings.load(environ=named).port == 1005
    settings = Settings.load(environ={}, file=other)
    assert (settings.port, settings.source_of("port")) == (1005, "other.toml")


@pytest.mark.parametrize(
    ("environ", "overrides", "said"),
    [
        ({"BIENVENUE_PROT": "1"}, {}, "mean BIENVENUE_PORT?"),
        ({"BIENVENUE_SMTP_PASWORD": "1"}, {}, "mean BIENVENUE_SMTP_PASSWORD?"),
        ({"BIENVENUE_Port": "1"}, {}, "mean BIENVENUE_PORT?"),
        ({"bienvenue_port": "1"}, {}, "mean BIENVENUE_PORT?"),
        ({}, {"prot": 1}, "prot is not a setting; did you mean port?"),
    ],
)
def test_a_misspelt_name_is_told_the_nearest(
    environ: dict[str, str], overrides: dict[str, object], said: str
) -> None:
    assert said in load_error(environ, **overrides)


def test_so_is_one_in_the_file_and_one_in_the_code() -> None:
    write("databse_url = 'x'\n")
    assert load_error() == (
        "bienvenue.toml: databse_url is not a setting;"
        " did you mean database_url?"
    )
    with pytest.raises(ConfigurationError, match="did you mean threads"):
        Settings(thread=4)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"port = ", "is not TOML"),
        (b"port = '\xff'", "is not TOML"),
        (b"[port]\nx = 1", "port: write a whole number"),
        (b"port = 'x'", "write a whole number"),
        (b"mail = 'pigeon'", "mail: write 'mailbox', 'smtp' or"),
    ],
)
def test_a_wrong_file_is_told_what_is_wrong(content: bytes, said: str) -> None:
    Path("bienvenue.toml").write_bytes(content)
    message = load_error()
    assert said in message
    assert "bienvenue.toml" in message


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, field in Settings.model_fields.items()
        if any(hasattr(one, "pattern") for one in field.metadata)
    ],
)
def test_a_form_is_told_by_an_example_that_fits(name: str) -> None:
    (example,) = Settings.model_fields[name].examples or []
    with pytest.raises(ConfigurationError) as error:
        Settings(**{name: "\x00 /"})
    assert str(error.value) == f"{name}: write it as in: {example}"
    assert getattr(Settings(**{name: example}), name) == example


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    gone = {"BIENVENUE_CONFIG": "gone.toml"}
    assert load_error(gone) == "gone.toml: No such file or directory"
    folder = {"BIENVENUE_CONFIG": str(tmp_path)}
    assert load_error(folder) == f"{tmp_path}: Is a directory"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "65536"),
        ("port", "-1"),
        ("strict", "perhaps"),
        ("profile", SECRET),
        ("secret_key", SECRET),
        ("public_url", SECRET),
        ("smtp_port", SECRET),
        ("bcrypt_rounds", "3"),
        ("bcrypt_rounds", "21"),
        ("session_lifetime_seconds", "59"),
        ("mail_from", f"Eve\r\nBcc: {SECRET}"),
    ],
)
def test_a_wrong_value_names_its_setting_and_place_and_stays_hidden(
    name: str, value: str
) -> None:
    message = load_error({f"BIENVENUE_{name.upper()}": value})
    assert message.startswith(f"{name}: ")
    assert message.endswith(" (from environment)")
    assert SECRET not in message
    with pytest.raises(SettingError) as caught:
        Settings(**{name: value})
    assert caught.value.name == name
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"yes"', True),
        ('"on"', True),
        ('"true"', True),
        ("1", True),
        ('"no"', False),
        ('"off"', False),
        ('"False"', False),
        ("0", False),
    ],
)
def test_yes_and_no_are_read_as_they_are_meant(
    tmp_path: Path, text: str, value: bool
) -> None:
    file = tmp_path / "a.toml"
    file.write_text(f"strict = {text}\n")
    assert Settings.load(file=file, environ={}).strict is value


@pytest.mark.parametrize("text", ['"maybe"', '""', "2", "[]", '"ja"', "0.5"])
def test_what_is_neither_yes_nor_no_is_refused(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "a.toml"
    for name in ("strict", "throttle"):
        file.write_text(f"{name} = {text}\n")
        with pytest.raises(ConfigurationError) as caught:
            Settings.load(file=file, environ={})
        assert str(caught.value) == (
            f"{name}: write true or false (from {file})"
        )


def test_secrets_show_in_no_text_of_the_settings() -> None:
    settings = Settings(
        secret_key=SECRET * 3,
        smtp_password=SECRET,
        database_url=f"postgresql://me:{SECRET}@host/name",
    )
    assert SECRET not in repr(settings) + str(settings)
    assert settings.smtp_password is not None
    assert settings.smtp_password.get_secret_value() == SECRET


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]  # what is tested


@pytest.mark.parametrize(
    ("chosen", "strict", "echo"),
    [
        ({}, False, True),
        ({"strict": True}, True, False),
        ({"profile": "production"}, True, False),
        ({"tokens_in_answers": False}, False, False),
        ({"strict": True, "tokens_in_answers": True}, True, True),
    ],
)
def test_what_a_profile_means(
    chosen: dict[str, object], strict: bool, echo: bool
) -> None:
    settings = Settings(**chosen)
    assert (settings.strict_rules, settings.echo_tokens) == (strict, echo)


VARIABLES = st.sampled_from(
    [f"BIENVENUE_{name.upper()}" for name in NAMES] + ["BIENVENUE_CONFIG"]
)
WORDS = st.text(min_size=1) | st.sampled_from(["1", "12", "true", "smtp"])
SECRETS = st.integers(0, 2**64).map("v{:x}-secret".format)


def outcome(environ: dict[str, str]) -> Settings | ConfigurationError:
    try:
        return Settings.load(environ=environ)
    except ConfigurationError as error:
        return error


@given(st.dictionaries(VARIABLES | st.text(), WORDS, max_size=4))
@example({"BIENVENUE_": "x"})
@example({"BIENVENUE_CONFIG": "\0"})
@example({"BIENVENUE_CONFIG": "\ud800"})
def test_any_environment_gives_settings_or_one_clear_error(
    environ: dict[str, str],
) -> None:
    found = outcome(environ)
    if isinstance(found, ConfigurationError):
        assert str(found)
        assert found.__cause__ is None


@given(st.sampled_from(NAMES), SECRETS)
def test_no_error_repeats_a_value(name: str, value: str) -> None:
    found = outcome({f"BIENVENUE_{name.upper()}": value})
    if isinstance(found, ConfigurationError):
        assert value not in str(found)


def test_a_table_in_the_file_is_told_as_one(tmp_path: Path) -> None:
    file = tmp_path / "bienvenue.toml"
    file.write_text("[bienvenue]\nport = 5001\n", "utf-8")
    with pytest.raises(ConfigurationError, match="top level, without one"):
        Settings.load({}, {}, file)
