"""Links are built from the settings, encode what is in them, and are web."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bienvenue import Settings, secret
from bienvenue.links import Links, web

PUBLIC = Settings(public_url="https://accounts.example.com/id/")
# All that UTF-8 can say.
TEXT = st.text(st.characters(codec="utf-8"))


@pytest.mark.parametrize(
    ("chosen", "prefix", "base"),
    [
        ({}, "", "http://localhost:5000"),
        ({"port": 8080}, "/auth", "http://localhost:8080/auth"),
        ({"tls_certificate": "c.pem"}, "", "https://localhost:5000"),
        ({"public_url": "https://a.example"}, "", "https://a.example"),
        ({"public_url": "https://a.example/"}, "/x", "https://a.example/x"),
        ({"public_url": "https://a.example/x"}, "/x", "https://a.example/x"),
        ({"public_url": "http://a.example/b"}, "/x/", "http://a.example/b/x"),
    ],
)
def test_the_base_is_the_public_url_or_this_machine(
    chosen: dict[str, object], prefix: str, base: str
) -> None:
    links = Links.of(Settings(**chosen), prefix)
    assert links.base == base
    assert links.to("/reset_password") == f"{base}/reset_password"
    assert links.to() == f"{base}/"


@pytest.mark.requirement("V1.2.2")
@given(token=TEXT, email=TEXT)
def test_what_a_link_carries_comes_out_as_it_went_in(
    token: str, email: str
) -> None:
    url = Links.of(PUBLIC).to("/reset_password", token=token, email=email)
    assert url.isascii()
    assert web(url) == url
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc) == ("https", "accounts.example.com")
    assert parts.path == "/id/reset_password"
    assert parts.fragment == ""
    found = parse_qs(parts.query, keep_blank_values=True)
    assert found == {"token": [token], "email": [email]}


@given(path=TEXT)
def test_a_path_never_leads_to_another_host(path: str) -> None:
    parts = urlsplit(Links.of(PUBLIC).to(f"/{path}"))
    assert (parts.scheme, parts.netloc) == ("https", "accounts.example.com")
    assert parts.query == parts.fragment == ""


def test_a_path_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="slash"):
        Links.of(PUBLIC).to("@evil.example/")


def test_half_a_character_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        Links.of(PUBLIC).to("/", token="\ud800")


@pytest.mark.requirement("V1.2.2")
@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "javascript://accounts.example.com/%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://accounts.example.com/",
        "mailto:bob@example.com",
        "//accounts.example.com/",
        "/reset_password",
        "https:/accounts.example.com",
        "https://",
        "https://:443/",
        "https://accounts.example.com\\@evil.example",
        "https://accounts.example.com\r\nBcc: eve@example.com",
        "",
    ],
)
def test_what_is_no_web_link_is_refused(link: str) -> None:
    with pytest.raises(ValueError, match="http or https"):
        web(link)
    if link != "/reset_password":
        assert not Links.of(PUBLIC).owns(link)


@pytest.mark.requirement("V1.2.2")
@given(token=TEXT, scheme=st.sampled_from(["javascript", "data", "blob"]))
def test_no_other_scheme_gets_in_whatever_follows(
    token: str, scheme: str
) -> None:
    with pytest.raises(ValueError, match=r"http or https|Invalid|netloc"):
        web(f"{scheme}:{token}")


@pytest.mark.parametrize(
    ("target", "own"),
    [
        ("/", True),
        ("/profile?a=b#c", True),
        ("https://accounts.example.com", True),
        ("https://ACCOUNTS.example.com:443/x", True),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("/\t/evil.example", False),
        ("profile", False),
        ("http://accounts.example.com/", False),
        ("https://accounts.example.com:8443/", False),
        ("https://accounts.example.com.evil.example/", False),
        ("https://accounts.example.com@evil.example/", False),
        ("https://evil.example/", False),
        ("https://[evil/", False),
        ("https://accounts.example.com:port/", False),
    ],
)
def test_a_redirect_stays_with_the_service(target: str, *, own: bool) -> None:
    assert Links.of(PUBLIC).owns(target) is own


def test_a_token_as_it_is_made_stands_in_a_link_as_it_is() -> None:
    token = secret.new_token()
    url = Links.of(PUBLIC).to("/verify_email", token=token)
    assert url.endswith(f"/id/verify_email?token={token}")
