"""The doctor asks a real service through a real proxy."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from bienvenue import Settings, clock, probe_token
from bienvenue.doctor import proxy, service
from bienvenue.doctor.finding import Finding, State
from bienvenue.doctor.site import NotReached, Site
from bienvenue.errors import ConfigurationError
from tests.doctor.front import USUAL, Front, nginx
from tests.doctor.support import failures, the_failure, warnings
from tests.service import Service, finished, free_port, started

KEY = "k" * 32
PRODUCTION = {
    "BIENVENUE_SECRET_KEY": KEY,
    "BIENVENUE_TLS_PROXY": "true",
    "BIENVENUE_MAIL": "off",
    "BIENVENUE_BCRYPT_ROUNDS": "10",
}
SETTINGS = Settings(
    profile="production", secret_key=KEY, tls_proxy=True, trusted_hops=1
)
DEVELOPMENT = Settings(secret_key=KEY)

Running = Callable[[int], int]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Gives the port of a service that trusts so many hops.

    None at all is for development: production does not start so.
    """
    with ExitStack() as stack:
        found: dict[int, Service] = {}

        def port(hops: int) -> int:
            if hops not in found:
                command = "serve" if hops else "dev"
                env = PRODUCTION | {"BIENVENUE_TRUSTED_HOPS": f"{hops}"}
                folder = tmp_path_factory.mktemp("service")
                found[hops] = stack.enter_context(
                    started(folder, command=command, env=env)
                )
            return found[hops].port

        yield port


@pytest.fixture
def through(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[Finding]]:
    """Asks through a proxy that is told these lines."""

    def ask(
        *lines: str,
        hops: int = 1,
        proxies: int = 1,
        settings: Settings | None = None,
    ) -> list[Finding]:
        usual = SETTINGS if hops else DEVELOPMENT
        with trusted(monkeypatch, running(hops), lines, proxies) as front:
            return list(service.examine(settings or usual, front.url))

    return ask


@contextmanager
def trusted(
    monkeypatch: pytest.MonkeyPatch,
    port: int,
    lines: Sequence[str] = USUAL,
    proxies: int = 1,
) -> Iterator[Front]:
    """Run a proxy whose certificate this process trusts."""
    with nginx(port, lines, proxies=proxies) as front:
        monkeypatch.setenv("SSL_CERT_FILE", str(front.certificate))
        yield front


Through = Callable[..., list[Finding]]


def test_all_is_well(through: Through) -> None:
    found = through(*USUAL)
    said = [each.said for each in found if each.state is State.OK]
    assert failures(found) == []
    assert "is live" in said
    assert "is ready" in said
    assert "all security headers arrive as they were sent" in said
    assert (
        "the service sees the client as 127.0.0.1 (this machine), and"
        " believes no forged address"
    ) in said
    assert "agrees with that of the service" in said
    assert "one was set, brought back and recognised" in said
    # The certificate of these tests is of one day.
    (short,) = warnings(found)
    assert (short.check, short.said[:26]) == (
        "tls",
        "the certificate is good fo",
    )


def test_two_proxies_and_one_that_writes_the_header_anew(
    through: Through,
) -> None:
    assert failures(through(*USUAL, hops=2, proxies=2)) == []
    anew = "proxy_set_header X-Forwarded-For $remote_addr"
    assert failures(through(USUAL[0], anew)) == []


def test_a_proxy_that_was_not_declared(through: Through) -> None:
    one = the_failure(through(*USUAL, hops=0))
    assert one.check == "proxy"
    assert "everybody seems to be 127.0.0.1" in one.said
    assert (one.fix or "").startswith("export BIENVENUE_TRUSTED_HOPS=1")


def test_one_proxy_too_few_declared(through: Through) -> None:
    one = the_failure(through(*USUAL, hops=1, proxies=2))
    assert "2 of your proxies add to X-Forwarded-For" in one.said
    assert (one.fix or "").startswith("export BIENVENUE_TRUSTED_HOPS=2")


def test_one_proxy_too_many_declared(through: Through) -> None:
    one = the_failure(through(*USUAL, hops=2, proxies=1))
    assert "a client chooses its own address" in one.said
    assert (one.fix or "").startswith("export BIENVENUE_TRUSTED_HOPS=1")


def test_a_proxy_that_hands_on_what_clients_say(through: Through) -> None:
    one = the_failure(through(USUAL[0]))
    assert "a client chooses its own address" in one.said
    assert "have the proxy add the client's address" in (one.fix or "")


def test_a_proxy_that_takes_the_header_away(through: Through) -> None:
    gone = 'proxy_set_header X-Forwarded-For ""'
    one = the_failure(through(USUAL[0], gone))
    assert "sends no X-Forwarded-For" in one.said


def test_a_proxy_that_hides_the_host(through: Through) -> None:
    found = through("proxy_set_header Host accounts.internal", USUAL[1])
    assert failures(found) == []
    (one,) = [each for each in warnings(found) if each.check == "proxy"]
    assert "sees the host as accounts.internal" in one.said


def test_a_proxy_that_says_the_wrong_scheme(through: Through) -> None:
    found = through(*USUAL[:2], "proxy_set_header X-Forwarded-Proto http")
    (one,) = [each for each in warnings(found) if each.check == "proxy"]
    assert "X-Forwarded-Proto: http" in one.said


def test_cookies_that_get_lost(through: Through) -> None:
    there = the_failure(through(*USUAL, "proxy_hide_header Set-Cookie"))
    assert "did not arrive" in there.said
    back = the_failure(through(*USUAL, 'proxy_set_header Cookie ""'))
    assert "did not reach the service" in back.said
    assert (there.check, back.check) == ("cookie", "cookie")


def test_cookies_that_are_rewritten(through: Through) -> None:
    flags = "proxy_cookie_flags ~ nosecure nohttponly samesite=none"
    one = the_failure(through(*USUAL, flags))
    assert "without httponly, samesite=lax, secure" in one.said


def test_headers_that_are_changed_on_the_way(through: Through) -> None:
    found = failures(
        through(
            *USUAL,
            "add_header X-Frame-Options SAMEORIGIN",
            "proxy_hide_header Referrer-Policy",
            "proxy_hide_header Strict-Transport-Security",
            "add_header Vary Origin",
        )
    )
    wrong = {each.said.partition(" ")[0]: each.said for each in found}
    assert wrong.keys() == {
        "X-Frame-Options",
        "Referrer-Policy",
        "Strict-Transport-Security",
    }
    assert "arrives as DENY; SAMEORIGIN" in wrong["X-Frame-Options"]
    assert "is missing" in wrong["Referrer-Policy"]


def test_a_doctor_with_another_key_is_not_known(through: Through) -> None:
    other = SETTINGS.model_copy(
        update={"secret_key": Settings(secret_key="o" * 32).secret_key}
    )
    one = the_failure(through(*USUAL, settings=other))
    assert "does not know this doctor" in one.said
    assert "secret_key" in (one.fix or "")


def test_a_doctor_whose_clock_is_wrong_is_not_known(
    through: Through,
) -> None:
    later = clock.to_datetime(clock.now_us() + 300_000_000)
    with clock.frozen(later):
        one = the_failure(through(*USUAL))
    assert "clocks that agree within a minute" in (one.fix or "")


def test_without_a_key_the_proxy_is_not_looked_at(through: Through) -> None:
    found = through(*USUAL, settings=Settings(profile="production"))
    (one,) = [each for each in found if each.state is State.SKIPPED]
    assert "without secret_key" in one.said
    assert failures(found) == []


def test_a_service_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    with trusted(monkeypatch, free_port()) as front:
        one = the_failure(service.examine(SETTINGS, front.url))
    assert "is answered 502" in one.said
    assert "that the service runs" in (one.fix or "")


def test_a_path_that_is_not_the_services(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    with trusted(monkeypatch, running(1)) as front:
        one = the_failure(service.examine(SETTINGS, f"{front.url}/auth"))
    assert "is answered 404" in one.said
    assert "--url" in (one.fix or "")


def test_a_certificate_that_nobody_knows(running: Running) -> None:
    with nginx(running(1)) as front:
        one = the_failure(service.examine(SETTINGS, front.url))
        assert "the certificate is not good for 127.0.0.1" in one.said
        # And one who speaks no TLS there.
        port = front.plain.rpartition(":")[2]
        url = f"https://127.0.0.1:{port}"
        plain = the_failure(service.examine(SETTINGS, url))
        assert "TLS could not be agreed on" in plain.said


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("https://accounts.invalid", "is not known"),
        ("https://127.0.0.1:1", "nobody listens there"),
    ],
)
def test_a_place_that_is_not_there(place: str, said: str) -> None:
    one = the_failure(service.examine(SETTINGS, place))
    assert said in one.said


@pytest.mark.parametrize(
    "place", ["accounts.example.com", "ftp://a", "https://", "https://a:x"]
)
def test_what_is_no_url_is_refused(place: str) -> None:
    with pytest.raises(ConfigurationError, match="--url"):
        list(service.examine(SETTINGS, place))


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("return 301 https://$host$request_uri", State.OK),
        ("return 404", State.OK),
        ("return 301 http://$host/", State.FAILED),
        ("return 200 live", State.FAILED),
    ],
)
def test_what_becomes_of_plain_http(answer: str, state: State) -> None:
    with nginx(free_port(), plain=answer) as front:
        assert service.in_the_clear(Site(front.plain)).state is state


def test_plain_http_where_nobody_listens() -> None:
    site = Site(f"http://127.0.0.1:{free_port()}")
    assert service.in_the_clear(site).state is State.OK
    with pytest.raises(NotReached):
        site.get("/")
    assert not Site("https://[::1]:1/a/").in_the_clear().secure
    assert Site("https://[::1]:1/a/").in_the_clear().path == "/a"


def test_a_release_that_was_not_restarted_is_warned_of() -> None:
    (one,) = proxy._release({"version": "0.0.1"})
    assert one.state is State.WARNING
    assert "0.0.1" in one.said


def test_it_leaves_neither_account_nor_session_nor_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = PRODUCTION | {"BIENVENUE_TRUSTED_HOPS": "1"}
    with started(tmp_path, command="serve", env=env) as one:
        before = one.errors()
        with trusted(monkeypatch, one.port) as front:
            done = finished(
                tmp_path,
                *("doctor", "--deploy", "--json", "--url", front.url),
                env=env | {"SSL_CERT_FILE": str(front.certificate)},
            )
        assert done.returncode == 0, done.stdout
        found = json.loads(done.stdout)
        assert found["ok"] is True
        assert "recognised" in done.stdout
        assert one.errors() == before
    events = finished(tmp_path, "audit", "export")
    assert (events.returncode, events.stdout) == (0, "")


def test_the_note_is_for_one_header_and_is_not_shown(
    through: Through,
) -> None:
    assert KEY not in f"{through(*USUAL)}"
    assert KEY not in probe_token.make(KEY)
