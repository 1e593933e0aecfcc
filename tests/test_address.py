"""Which texts are addresses, and which of them are the same account."""

import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bienvenue import address
from bienvenue.errors import BienvenueError, InvalidAddress

LETTERS = st.characters(categories=["Lu", "Ll", "Nd", "Mn", "Lo"])
LIKELY = st.builds(
    "{}@{}{}".format,
    st.text(LETTERS | st.sampled_from(".+-_'"), min_size=1, max_size=20),
    st.text(LETTERS | st.sampled_from(".-"), min_size=1, max_size=20),
    st.sampled_from(["", ".com", ".test", ".local", ".LOCAL", ".é"]),
)
ANYTHING = st.text(st.characters()) | LIKELY  # half surrogate pairs too


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("test@test.com", "test@test.com"),
        ("Bob@Example.COM", "Bob@example.com"),
        ("bob+tag@mail.example.org", "bob+tag@mail.example.org"),
        ("o'neill@example.com", "o'neill@example.com"),
        ("me@site.test", "me@site.test"),
        ("me@site.local", "me@site.local"),
        ("me@SITE.Local", "me@site.local"),
        ("me@site.internal", "me@site.internal"),
        ("me@b\u00fccher.example", "me@b\u00fccher.example"),
        ("me@xn--bcher-kva.example", "me@b\u00fccher.example"),
        ("jose\u0301@example.com", "jos\u00e9@example.com"),
        ("a" * 64 + "@example.com", "a" * 64 + "@example.com"),
    ],
)
def test_addresses_that_count(typed: str, kept: str) -> None:
    assert address.parse(typed) == kept
    assert address.parse(kept) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "bob",
        "bob@",
        "@example.com",
        "bob@localhost",
        "bob@test",
        "bob@local",
        "bob@.local",
        "bob@example..com",
        ".bob@example.com",
        "bob@example.com.",
        "bob@@example.com",
        "bob smith@example.com",
        "Bob <bob@example.com>",
        '"bob"@example.com',
        "bob@[127.0.0.1]",
        " bob@example.com",
        "bob@example.com ",
        "bob@example.com\n",
        "bob@example.com\r\nBcc: eve@example.com",
        "bob\0@example.com",
        "bob\ud800@example.com",
        "bob@exa\udfffmple.com",
        "a" * 65 + "@example.com",
        "a" * 243 + "@example.com",
        "a@" + ".".join(["b" * 60] * 5) + ".com",
        "@" * 100_000,
    ],
)
def test_texts_that_do_not_count(text: str) -> None:
    with pytest.raises(InvalidAddress) as caught:
        address.parse(text)
    assert str(caught.value) == "email is not a valid address"
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or not caught.value.__context__


def test_an_invalid_address_is_a_value_error() -> None:
    assert issubclass(InvalidAddress, (BienvenueError, ValueError))
    assert InvalidAddress.code == "invalid_email"


def test_the_longest_address_is_counted_in_bytes() -> None:
    domain = ".".join(["d" * 63, "d" * 63, "d" * 55]) + ".com"
    longest = "a" * 64 + "@" + domain
    assert len(longest) == 252
    assert address.parse("a" * 64 + "@d." + domain) == "a" * 64 + (
        "@d." + domain
    )
    with pytest.raises(InvalidAddress):
        address.parse("a" * 64 + "@dd." + domain)
    with pytest.raises(InvalidAddress):  # as many characters, more bytes
        address.parse("\u00e9" * 64 + "@" + domain)


@pytest.mark.requirement("UTR36-confusable")
@pytest.mark.parametrize(
    "text",
    [
        "\uff42ob@example.com",  # a full-width b
        "bob@ex\uff41mple.com",
        "bo\u212a@example.com",  # the Kelvin sign
        "bob\uff20example.com",
        "bob@example\uff0ecom",
        "o\ufb01@example.com",  # a ligature of f and i
        "bob@example\uff61com",
    ],
)
def test_a_look_alike_of_ascii_opens_nobodys_account(text: str) -> None:
    with pytest.raises(InvalidAddress):
        address.parse(text)
    plain = unicodedata.normalize("NFKC", text)
    assert address.key(text) != address.key(plain)
    assert address.key(plain) not in address.keys(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("BOB@EXAMPLE.COM", "bob@example.com"),
        ("\u00c9VE@example.com", "\u00e9ve@example.com"),
        ("E\u0301VE@example.com", "\u00e9ve@example.com"),
        ("\u0416@example.com", "\u0436@example.com"),
    ],
)
def test_letter_case_makes_no_second_account(one: str, other: str) -> None:
    assert address.key(one) == address.key(other)


@pytest.mark.requirement("UTR36-confusable")
@pytest.mark.parametrize(
    "dotted", ["\u0130", "I\u0307"], ids=["composed", "apart"]
)
def test_a_dotted_capital_i_is_no_plain_i(dotted: str) -> None:
    typed = f"{dotted}@example.com"
    assert address.key(typed) != address.key("i@example.com")
    assert address.key(typed) != address.key("i\u0307@example.com")


def test_an_encoded_domain_leads_to_the_account_too() -> None:
    stored = address.key(address.parse("me@b\u00fccher.example"))
    assert stored in address.keys("Me@XN--bcher-kva.example")
    assert address.keys("me@b\u00fccher.example") == (stored,)
    assert address.keys("no address") == ("no address",)


@given(ANYTHING)
@example("I\u0307")
@example("\u212a")
@example("\u03a3\u0345")
def test_a_key_is_total_and_idempotent(text: str) -> None:
    key = address.key(text)
    assert address.key(key) == key
    assert address.keys(text)[0] == key


@pytest.mark.requirement("UTR36-confusable")
@given(ANYTHING)
def test_a_key_becomes_ascii_only_from_ascii(text: str) -> None:
    assume(not text.isascii())
    assert not address.key(text).isascii()


@given(st.emails())
@example("Me@EXAMPLE.Com")
@example("me@nas.LOCAL")
def test_what_is_not_parsed_would_have_no_other_key(text: str) -> None:
    """Of ASCII without encoded names the parser makes no second key."""
    assume("xn--" not in text.lower())
    assert address.keys(text) == (address.key(text),)
    try:
        parsed = address.parse(text)
    except InvalidAddress:
        return
    assert address.key(parsed) == address.key(text)


@given(LIKELY)
def test_what_is_stored_is_found_by_what_was_typed(text: str) -> None:
    try:
        parsed = address.parse(text)
    except InvalidAddress:
        assume(False)
    assert address.parse(parsed) == parsed
    assert address.key(parsed) in address.keys(text)
    assert len(parsed.encode()) <= address.MAX_CHARACTERS


@given(ANYTHING)
def test_parsing_raises_nothing_but_its_own_error(text: str) -> None:
    try:
        parsed = address.parse(text)
    except InvalidAddress:
        return
    assert "@" in parsed
    assert parsed.isprintable()
