"""The theme of pages: a brand's settings, and a folder of the operator's.

The folder may have ``custom.css``, whose rules come after ours, in the
layer ``theme``; ``assets``, which it may use; and ``templates`` over ours.
Whoever writes there writes pages: it belongs to the operator, as settings
do.  What is wrong with it is told at the start, not by a page.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Self

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    TemplateSyntaxError,
)

from bienvenue import colour
from bienvenue.config import Settings
from bienvenue.errors import ConfigurationError

TEMPLATE_API = 1
"""What templates are given, and have to show; a change of it is numbered."""

OURS = "bienvenue/"
"""Where templates stand, so that those of an application are others."""

Source = tuple[str, str | None, Callable[[], bool] | None]

_MOST_BYTES = 256 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = re.compile(rb"\s*(?:<(?:\?|!)[^>]*>\s*)*<svg[\s>]")
_DECLARED = re.compile(r"\btemplate_api\s*=\s*(\d+)")


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture, and its type."""

    content: bytes = field(repr=False)
    kind: str


@dataclass(frozen=True, slots=True)
class Theme:
    """How pages look here.

    ``layout`` is the template they stand in, ``sheet`` the style sheet
    after ours, empty for none; ``colours`` are those of the page itself, by
    theme.
    """

    name: str
    layout: str
    logo: Logo | None
    sheet: str
    folder: Path | None
    colours: Mapping[str, str]

    @classmethod
    def of(cls, settings: Settings, layout: str | None = None) -> Self:
        """Read what the settings name; ``layout`` goes before theirs.

        Raises ``ConfigurationError`` for a file that cannot be used.
        """
        folder = settings.theme_folder
        if folder is not None and not folder.is_dir():
            raise ConfigurationError("theme_folder: there is no such folder")
        return cls(
            name=settings.brand_name or settings.service_name,
            layout=layout or settings.base_template or f"{OURS}skeleton.html",
            logo=_logo(settings.brand_logo),
            sheet=_accent(settings.brand_accent) + _custom(folder),
            folder=folder,
            colours={"light": colour.LIGHT[1], "dark": colour.DARK[1]},
        )

    def over(self, ours: BaseLoader) -> BaseLoader:
        """Return what finds a template in the folder first, else ours.

        ``bienvenue/NAME`` is the folder's or ours, ``original/NAME`` always
        ours, for the folder's to build on.  Raises ``ConfigurationError``
        for a template that is not fit.
        """
        if self.folder is None:
            return ours
        theirs = self.folder / "templates"
        known = [name.removeprefix(OURS) for name in ours.list_templates()]
        for file in sorted(theirs.rglob("*.html")):
            _check(file, file.relative_to(theirs).as_posix(), known)
        prefixed = {
            "bienvenue": FileSystemLoader(theirs),
            "original": _Original(ours),
        }
        return ChoiceLoader([PrefixLoader(prefixed), ours])


class _Original(BaseLoader):
    """Finds our own templates, whatever a theme has of their names."""

    def __init__(self, ours: BaseLoader) -> None:
        self._ours = ours

    def get_source(self, environment: Environment, template: str) -> Source:
        return self._ours.get_source(environment, OURS + template)


def _check(file: Path, name: str, known: Collection[str]) -> None:
    """Raise ``ConfigurationError`` unless a template is fit to be used.

    A name that begins with ``_`` is of a part that the theme has for
    itself; any other is the name of a template of ours.
    """
    if name not in known and not file.name.startswith("_"):
        near = get_close_matches(name, known, 1, 0.0)
        raise _unfit(name, f"there is no such template; {near[0]} is near it")
    text = _read(file)
    found = _DECLARED.search(text)
    if found is None:
        raise _unfit(name, "it does not say {% set template_api = 1 %}")
    if int(found[1]) != TEMPLATE_API:
        raise _unfit(
            name,
            f"it is for template_api {found[1]}, and this is {TEMPLATE_API};"
            " compare it with ours of that name",
        )
    try:
        Environment(autoescape=True).parse(text)
    except TemplateSyntaxError as error:
        raise _unfit(name, f"line {error.lineno}: {error.message}") from None


def _unfit(name: str, reason: str) -> ConfigurationError:
    return ConfigurationError(f"theme_folder: templates/{name}: {reason}")


def _accent(chosen: str | None) -> str:
    if chosen is None:
        return ""
    found = colour.Accent.of(chosen)
    pairs = {
        "accent": (found.light, found.dark),
        "on-accent": (found.on_light, found.on_dark),
        "accent-bg": (found.light_tint, found.dark_tint),
    }
    rules = "".join(
        f"--auth-{name}: light-dark({light}, {dark}); "
        for name, (light, dark) in pairs.items()
    )
    return f"@layer theme {{ :root {{ {rules}}} }}\n"


def _custom(folder: Path | None) -> str:
    file = folder and folder / "custom.css"
    if not file or not file.is_file():
        return ""
    return f"@layer theme {{\n{_read(file)}\n}}\n"


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(
            f"theme_folder: {file.name} cannot be read as UTF-8"
        ) from None


def _logo(file: Path | None) -> Logo | None:
    if file is None:
        return None
    try:
        with file.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise ConfigurationError(f"brand_logo: {reason}") from None
    if len(content) > _MOST_BYTES:
        raise ConfigurationError("brand_logo: it is larger than 256 KiB")
    if content.startswith(_PNG):
        return Logo(content, "image/png")
    if _SVG.match(content.removeprefix(b"\xef\xbb\xbf")):
        return Logo(content, "image/svg+xml")
    raise ConfigurationError("brand_logo: it is neither SVG nor PNG")
