"""What the service's own hooks add to each request that Flask answers."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from itertools import cycle
from statistics import median
from typing import Any

from flask import Flask

_REPEATS = 5
_KINDS = {
    "before": "before_request_funcs",
    "after": "after_request_funcs",
    "teardown": "teardown_request_funcs",
}


def costs(
    app: Flask, ask: Callable[[Any], object], inputs: list[Any], times: int
) -> dict[str, float]:
    """Return what each hook costs a request in CPU seconds, by name.

    The hooks are timed where they are called, by ``ask``; what it costs to
    look at the clock is taken off.
    """
    clocked = _clock()
    found: dict[str, list[float]] = {}
    for _ in range(_REPEATS):
        with _watched(app) as spent:
            turn = cycle(inputs)
            for _ in range(times):
                ask(next(turn))
        for name, seconds in spent.items():
            each = max(0.0, seconds / times - clocked)
            found.setdefault(name, []).append(each)
    return {name: median(every) for name, every in found.items()}


def _clock() -> float:
    """Return what a timed call of nothing seems to take."""
    spent, times = 0.0, 20_000
    for _ in range(times):
        began = time.thread_time()
        spent += time.thread_time() - began
    return spent / times


@contextmanager
def _watched(app: Flask) -> Iterator[dict[str, float]]:
    """Time every hook while the block lasts."""
    spent: dict[str, float] = {}

    def timed(name: str, hook: Callable[..., Any]) -> Callable[..., Any]:
        spent[name] = 0.0

        @wraps(hook)
        def act(*given: Any) -> Any:
            began = time.thread_time()
            try:
                return hook(*given)
            finally:
                spent[name] += time.thread_time() - began

        return act

    held = [
        hooks
        for kind in _KINDS.values()
        for hooks in getattr(app, kind).values()
    ]
    before = [list(hooks) for hooks in held]
    for when, kind in _KINDS.items():
        for hooks in getattr(app, kind).values():
            hooks[:] = [timed(f"hook {when}: {_name(h)}", h) for h in hooks]
    try:
        yield spent
    finally:
        for hooks, own in zip(held, before, strict=True):
            hooks[:] = own


def _name(hook: Callable[..., Any]) -> str:
    inner = getattr(hook, "func", hook)
    place = getattr(inner, "__module__", "").removeprefix("bienvenue.")
    return f"{place}.{getattr(inner, '__qualname__', type(inner).__name__)}"
