"""Eighty texts, and what each is kept as, or that it is no address.

RFC 5321 4.1.2 and 4.5.3.1, RFC 5322 3.4.1, RFC 6531 and RFC 5890.
"""

import pytest

from bienvenue import address
from bienvenue.errors import InvalidAddress

L64, LABEL = "l" * 64, "d" * 63
DOMAIN_254 = ".".join([LABEL, LABEL, "d" * 57, "com"])  # 254 with "l"*64@

KEPT = [
    ("bob@example.com", "bob@example.com"),
    ("BOB@EXAMPLE.COM", "BOB@example.com"),
    ("b@x.example", "b@x.example"),
    ("1@x.example", "1@x.example"),
    ("bob.smith@x.example", "bob.smith@x.example"),
    ("bob+news@x.example", "bob+news@x.example"),
    ("bob-s@x.example", "bob-s@x.example"),
    ("bob_s@x.example", "bob_s@x.example"),
    ("-@x.example", "-@x.example"),
    ("o'neill@x.example", "o'neill@x.example"),
    ("!#$%&'*+-/=?^_`{|}~@x.example", "!#$%&'*+-/=?^_`{|}~@x.example"),
    ("bob@a.b.c.d.e.example", "bob@a.b.c.d.e.example"),
    ("bob@1.example", "bob@1.example"),
    ("bob@a-b.example", "bob@a-b.example"),
    ("bob@123.example", "bob@123.example"),
    ("bob@x.museum", "bob@x.museum"),
    ("bob@X.Test", "bob@x.test"),
    ("bob@host.local", "bob@host.local"),
    ("bob@host.internal", "bob@host.internal"),
    ("bob@b\u00fccher.example", "bob@b\u00fccher.example"),
    ("bob@B\u00dcCHER.example", "bob@b\u00fccher.example"),
    ("bob@xn--bcher-kva.example", "bob@b\u00fccher.example"),
    ("bob@bu\u0308cher.example", "bob@b\u00fccher.example"),
    ("\u00e9ve@x.example", "\u00e9ve@x.example"),
    ("e\u0301ve@x.example", "\u00e9ve@x.example"),
    ("\u7528\u6237@x.example", "\u7528\u6237@x.example"),
    ("\u0434@x.example", "\u0434@x.example"),
    (f"{L64}@x.example", f"{L64}@x.example"),
    (f"bob@{LABEL}.example", f"bob@{LABEL}.example"),
    ("a%40b@x.example", "a%40b@x.example"),
    ("a%2540x@x.example", "a%2540x@x.example"),
    ("{{7*7}}@x.example", "{{7*7}}@x.example"),
]
REFUSED = [
    "",
    " ",
    "@",
    "bob",
    "bob@",
    "@x.example",
    "x.example",
    "bob@x",
    "bob@@x.example",
    "bob@x@x.example",
    ".bob@x.example",
    "bob.@x.example",
    "bob..s@x.example",
    "bob s@x.example",
    "bob@x .example",
    " bob@x.example",
    "bob@x.example ",
    "bob@x.example\n",
    "bob@x.example\r\nBcc: eve@x.example",
    "bob\r\n@x.example",
    "bob\t@x.example",
    "bob\0@x.example",
    "bob\x7f@x.example",
    "bob@x.example\u2028",
    "bob@.example",
    "bob@x..example",
    "bob@x.example.",
    "bob@-x.example",
    "bob@x-.example",
    "bob@x_y.example",
    "bob@x!.example",
    "bob@[192.0.2.1]",
    "bob@[IPv6:2001:db8::1]",
    "bob@192.0.2.1",
    '"bob"@x.example',
    '"bob smith"@x.example',
    "Bob <bob@x.example>",
    "<bob@x.example>",
    "bob(comment)@x.example",
    "bob@(comment)x.example",
    "bob@x.example (comment)",
    "bob@x.example, eve@x.example",
    "bob@x.example; eve@x.example",
    "friends: bob@x.example;",
    "mailto:bob@x.example",
    "@relay.example:bob@x.example",
    "a%40x.example",
    "a%2540x.example",
    f"l{L64}@x.example",
    f"bob@d{LABEL}.example",
    "bob@" + "d." * 130 + "example",
    "\u00e9" * 33 + "@x.example",
    "bob\uff20x.example",
    "\uff42ob@x.example",
    "bo\u212a@x.example",
    "bob@x\u3002example",
    "bob@b\u00fccher\uff61example",
    "bob@x\ufe0f.example",
    "bob@\u3164x.example",
    "bob@x\u00ad.example",
    "bob\u200b@x.example",
    "\u202ebob@x.example",
    "bob\ud800@x.example",
    "bob@xn--.example",
    "bob@xn--a.example",
]


@pytest.mark.requirement("RFC5321-5322-addr")
def test_there_are_eighty() -> None:
    assert len({typed for typed, _ in KEPT} | set(REFUSED)) >= 80


@pytest.mark.requirement("RFC5321-5322-addr", "V1.1.1")
@pytest.mark.parametrize(("typed", "kept"), KEPT, ids=ascii)
def test_one_address_has_one_canonical_form(typed: str, kept: str) -> None:
    assert address.parse(typed) == kept
    assert address.parse(kept) == kept
    assert address.key(kept) in address.keys(typed)


@pytest.mark.requirement("RFC5321-5322-addr")
@pytest.mark.parametrize("text", REFUSED, ids=lambda text: ascii(text)[:40])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(InvalidAddress):
        address.parse(text)


@pytest.mark.requirement("RFC5321-5322-addr")
def test_254_bytes_are_the_most() -> None:
    longest = f"{L64}@{DOMAIN_254}"
    assert len(longest) == 254
    assert address.parse(longest) == longest
    with pytest.raises(InvalidAddress):
        address.parse(f"{L64}@d{DOMAIN_254}")
