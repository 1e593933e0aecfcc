"""The pictures that documents show are there, and light."""

from bienvenue.web import states
from tools import png_file, screenshots


def test_every_picture_is_there_and_no_other() -> None:
    there = {each.name for each in screenshots.FOLDER.iterdir()}
    assert there == {
        f"{name}-{theme}.png"
        for name in screenshots.PAGES
        for theme in screenshots.THEMES
    }


def test_they_are_light() -> None:
    for each in screenshots.FOLDER.iterdir():
        picture = each.read_bytes()
        assert picture.startswith(png_file.SIGNATURE), each.name
        assert len(picture) <= screenshots.MOST, each.name


def test_they_are_of_states_that_there_are() -> None:
    names = {state.name for state in states.all_of_them()}
    assert set(screenshots.PAGES.values()) <= names
