"""What a page asks of people and of browsers, read off its markup."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self
from urllib.parse import urlsplit

Attributes = dict[str, str | None]

_FIELDS = {"input", "select", "textarea"}
_FETCHED = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "link": "href",
    "source": "src",
}


@dataclass(slots=True)
class Form:
    """Where a form goes, and what it sends: fields in their order."""

    action: str
    method: str
    fields: list[Attributes] = field(default_factory=list)
    buttons: int = 0


@dataclass(slots=True)
class Markup:
    """A page: its tags, its forms, and its texts by tag."""

    tags: list[tuple[str, Attributes]] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    title: str = ""

    @classmethod
    def of(cls, page: str) -> Self:
        """Read a page."""
        found = cls()
        _Reader(found).feed(page)
        return found

    def all(self, tag: str) -> list[Attributes]:
        """Return the attributes of each tag of a name."""
        return [given for name, given in self.tags if name == tag]

    def forms_like(self, form: Form) -> list[Form]:
        """Return the forms that go where another goes, in their order."""
        place = form.action, form.method
        return [one for one in self.forms if (one.action, one.method) == place]

    @property
    def fields(self) -> list[Attributes]:
        """Every field that people fill in."""
        return [
            given
            for tag, given in self.tags
            if tag in _FIELDS
            and given.get("type") != "hidden"
            and "hidden" not in given
        ]

    @property
    def unlabelled(self) -> list[str]:
        """The names of fields that no label tells of."""
        told = {given.get("for") for given in self.all("label")}
        return [
            str(given.get("name"))
            for given in self.fields
            if given.get("id") not in told
            and not given.get("aria-label")
            and not given.get("aria-labelledby")
        ]

    def inline(self) -> Iterator[str]:
        """Yield what the policy of pages forbids, in words."""
        for tag, given in self.tags:
            if tag == "style":
                yield "has <style>"
            if tag == "script" and not given.get("src"):
                yield "has <script> without src"
            for name in given:
                if name == "style" or name.startswith("on"):
                    yield f"has {name}= on <{tag}>"
            url = urlsplit(given.get(_FETCHED.get(tag, "")) or "")
            if url.netloc or url.scheme:
                yield f"loads {url.geturl()} from elsewhere"


class _Reader(HTMLParser):
    def __init__(self, found: Markup) -> None:
        super().__init__()
        self._found = found
        self._within = ""

    def handle_starttag(
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        given, found = dict(attrs), self._found
        found.tags.append((tag, given))
        self._within = tag
        if tag == "form":
            method = (given.get("method") or "get").lower()
            found.forms.append(Form(given.get("action") or "", method))
        elif tag in _FIELDS and found.forms:
            found.forms[-1].fields.append({"type": "text", **given})
        elif tag == "button" and found.forms:
            sends = given.get("type", "submit") == "submit"
            found.forms[-1].buttons += sends

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within == "title":
            self._found.title += data
