"""Seals and links: nothing alike that is not the same, no key but one."""

from hypothesis import given
from hypothesis import strategies as st

from bienvenue import chain
from bienvenue.chain import START, Chain

KEY, OTHER = "a key of thirty-two characters...", "another of its length"
FIELDS = st.lists(st.none() | st.integers() | st.text(), max_size=6)


@given(FIELDS, FIELDS)
def test_different_fields_have_different_encodings(
    one: list[chain.Field], other: list[chain.Field]
) -> None:
    def typed(fields: list[chain.Field]) -> list[str | None]:
        # A column holds numbers or text, never both.
        return [None if each is None else str(each) for each in fields]

    same = typed(one) == typed(other)
    assert (chain.encoded(one) == chain.encoded(other)) is same


def test_what_stands_in_one_field_never_passes_for_two() -> None:
    pairs: list[tuple[list[chain.Field], list[chain.Field]]] = [
        (["ab", "c"], ["a", "bc"]),
        (["1:a"], ["a", ""]),
        ([None], ["-"]),
        ([None, ""], ["", None]),
        (["a"], ["a", None]),
    ]
    for one, other in pairs:
        assert chain.encoded(one) != chain.encoded(other)


def test_a_seal_depends_on_key_place_and_fields() -> None:
    known = Chain(KEY)
    seal = known.seal(START, ["a", 1])
    assert seal == Chain(KEY).seal(START, ["a", 1])
    assert len(seal) == chain.BYTES
    link = known.link(1, seal)
    others = {
        Chain(OTHER).seal(START, ["a", 1]),
        Chain().seal(START, ["a", 1]),
        known.seal(link, ["a", 1]),
        known.seal(START, ["a", 2]),
        link,
        known.link(2, seal),
        Chain(OTHER).link(1, seal),
    }
    assert len(others) == 7
    assert seal not in others


def test_a_chain_says_whether_it_has_a_key() -> None:
    assert Chain(KEY).keyed
    assert not Chain().keyed


def test_a_pseudonym_is_one_addresss_and_does_not_tell_it() -> None:
    known = Chain(KEY)
    name = known.pseudonym("Bob@Example.com")
    assert name == known.pseudonym(b"bob@example.com")
    assert name != known.pseudonym("eve@example.com")
    assert name != Chain(OTHER).pseudonym("bob@example.com")
    assert len(name) == 16
    assert "bob" not in name
    for odd in ("", "\ud800", "\0", b"\xff", "x" * 10_000):
        assert len(known.pseudonym(odd)) == 16
