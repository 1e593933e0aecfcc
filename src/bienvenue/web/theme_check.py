"""Whether pages are whole under a theme: all of them, in every state.

Each state is rendered twice, as ours and with the theme, and what people
and password managers rely on has to be in both.  A theme that an upgrade
broke is found by whoever upgrades, not by those who cannot sign in.
"""

from collections.abc import Iterator, Sequence

from flask import Flask
from jinja2 import TemplateError

from bienvenue import translation
from bienvenue.web import rendered, states
from bienvenue.web.markup import Attributes, Form, Markup
from bienvenue.web.states import State

# What a manager of passwords, a telephone's keyboard and a program that
# reads pages aloud go by.
_PROMISES = ("type", "value", "autocomplete", "inputmode", "required")
# Not the way our own pages run, so that one that is fixed is seen.
_LANGUAGE, _DIRECTION = "ar", "rtl"


def complaints(
    ours: Flask, theirs: Flask, some: Sequence[State] | None = None
) -> dict[tuple[str, str], list[str]]:
    """Return what is wrong with the pages of an application with a theme.

    By template and complaint: the names of the states that have it.
    ``ours`` is the same application without the theme; ``some`` are the
    states to look at, all of them when left out.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for state in states.all_of_them() if some is None else some:
        for complaint in dict.fromkeys(_of_state(ours, theirs, state)):
            place = (state.template, complaint)
            found.setdefault(place, []).append(state.name)
    return found


def _of_state(ours: Flask, theirs: Flask, state: State) -> Iterator[str]:
    wanted = Markup.of(_page(ours, state))
    try:
        text = _page(theirs, state)
    except (TemplateError, TypeError, ValueError, LookupError) as error:
        yield f"cannot be rendered: {type(error).__name__}: {error}"
        return
    yield from _compared(wanted, Markup.of(text))


def _page(app: Flask, state: State) -> str:
    turned = {"language": _LANGUAGE, "direction": _DIRECTION}
    with app.test_request_context("/"):
        return rendered.in_language(
            translation.SOURCE, state.template, **(turned | dict(state.values))
        ).get_data(as_text=True)


def _compared(wanted: Markup, page: Markup) -> Iterator[str]:
    html = (page.all("html") or [{}])[0]
    for name, value in (("lang", _LANGUAGE), ("dir", _DIRECTION)):
        if html.get(name) != value:
            yield f"<html> has no {name}= of the page's language"
    if len(page.all("h1")) != 1:
        yield f"has {len(page.all('h1'))} <h1>, and one is wanted"
    if not page.title.strip().startswith(wanted.title.split(" ")[0]):
        yield "<title> does not begin as ours"
    yield from page.inline()
    yield from _forms(wanted, page)
    for name in page.unlabelled:
        yield f"the field {name} has no label"
    if _alerts(page) < _alerts(wanted):
        yield 'what went wrong is in no role="alert"'


def _forms(wanted: Markup, page: Markup) -> Iterator[str]:
    for form in wanted.forms:
        place = wanted.forms_like(form).index(form)
        found = page.forms_like(form)
        if form.action.endswith("/language"):
            continue  # a theme in one language does without the switch
        if len(found) <= place:
            yield f"lacks the form that goes to {form.action}"
            continue
        there = found[place]
        if form.buttons and not there.buttons:
            yield f"the form to {form.action} has no button to send it"
        for field in form.fields:
            yield from _field(form, field, there)


def _field(form: Form, field: Attributes, there: Form) -> Iterator[str]:
    name = field.get("name")
    same = [one for one in there.fields if one.get("name") == name]
    if not same:
        yield f"the form to {form.action} lacks the field {name}"
        return
    for promise in _PROMISES:
        if all(one.get(promise) != field.get(promise) for one in same):
            value = field.get(promise)
            shown = f'{promise}="{value}"' if value else promise
            yield f"the field {name} is without {shown}"


def _alerts(page: Markup) -> int:
    return sum(given.get("role") == "alert" for _, given in page.tags)
