"""Browsers are known by what they say of themselves."""

import pytest

from bienvenue import browser_name

MOZILLA = "Mozilla/5.0"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
MAC = f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7)"
WINDOWS = f"{MOZILLA} (Windows NT 10.0; Win64; x64)"
ANDROID = f"{MOZILLA} (Linux; Android 14; Pixel 8)"
IPHONE = f"{MOZILLA} (iPhone; CPU iPhone OS 18_1 like Mac OS X)"
CHROME = f"{WEBKIT} Chrome/142.0.0.0"


@pytest.mark.parametrize(
    ("agent", "name", "system"),
    [
        (
            (
                f"{MOZILLA} (X11; Linux x86_64; rv:140.0) Gecko/20100101"
                " Firefox/140.0"
            ),
            "Firefox",
            "Linux",
        ),
        (f"{WINDOWS} {CHROME} Safari/537.36", "Chrome", "Windows"),
        (f"{WINDOWS} {CHROME} Safari/537.36 Edg/142.0", "Edge", "Windows"),
        (f"{MAC} {CHROME} Safari/537.36 OPR/120.0", "Opera", "macOS"),
        (f"{MAC} {CHROME} Safari/537.36 Vivaldi/7.1", "Vivaldi", "macOS"),
        (
            (
                f"{MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1"
                " Safari/605.1.15"
            ),
            "Safari",
            "macOS",
        ),
        (
            (
                f"{IPHONE} AppleWebKit/605.1.15 (KHTML, like Gecko)"
                " Version/18.1 Mobile/15E148 Safari/604.1"
            ),
            "Safari",
            "iPhone",
        ),
        (
            (
                f"{IPHONE} AppleWebKit/605.1.15 (KHTML, like Gecko)"
                " CriOS/142.0 Mobile/15E148 Safari/604.1"
            ),
            "Chrome",
            "iPhone",
        ),
        (
            (
                f"{MOZILLA} (iPad; CPU OS 18_1 like Mac OS X)"
                " AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/140.0"
                " Mobile/15E148 Safari/605.1.15"
            ),
            "Firefox",
            "iPad",
        ),
        (f"{ANDROID} {CHROME} Mobile Safari/537.36", "Chrome", "Android"),
        (
            (
                f"{ANDROID} {WEBKIT} SamsungBrowser/27.0 Chrome/125.0.0.0"
                " Mobile Safari/537.36"
            ),
            "Samsung Internet",
            "Android",
        ),
        (
            f"{MOZILLA} (X11; CrOS x86_64 14541.0.0) {CHROME} Safari/537.36",
            "Chrome",
            "ChromeOS",
        ),
        (
            (
                f"{MOZILLA} (X11; Linux x86_64) {WEBKIT} HeadlessChrome/142.0"
                " Safari/537.36"
            ),
            "Chrome",
            "Linux",
        ),
        ("curl/8.5.0", "curl", None),
        ("python-requests/2.32.3", "Python", None),
        ("a letter from curl/8.5.0", None, None),
        ("<script>alert(1)</script>", None, None),
        ("Safari", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_what_it_is_and_what_it_runs_on(
    agent: str | None, name: str | None, system: str | None
) -> None:
    assert browser_name.named(agent) == (name, system)


def test_no_text_takes_long() -> None:
    """What comes after its beginning is not looked at."""
    for text in ("Version/1 " * 20_000, "Edg" * 50_000, "1." * 100_000):
        assert browser_name.named(f"{text} Edg/1 Linux") == (None, None)
