"""Where settings come from: a TOML file, the environment, the caller.

A misspelt name is an error that names the nearest one.  A setting that is
silently ignored is worse than a service that does not start: an operator
believes it is in force.
"""

import difflib
import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bienvenue.errors import ConfigurationError

PREFIX = "BIENVENUE_"
FILE_VARIABLE = PREFIX + "CONFIG"
DEFAULT_FILE = "bienvenue.toml"

_NO_BOOL = frozenset({"bool_parsing", "bool_type"})
_NO_NUMBER = frozenset({"int_parsing", "int_type", "int_from_float"})
_TOO_SHORT = frozenset({"string_too_short", "too_short"})


class SettingError(ConfigurationError):
    """One setting is wrong; ``name`` is the one."""

    def __init__(self, name: str, reason: str) -> None:
        """Name the setting and say what is wrong with it."""
        super().__init__(f"{name}: {reason}")
        self.name = name


def gather(
    names: Sequence[str],
    overrides: Mapping[str, object],
    environ: Mapping[str, str] | None,
    file: Path | None,
) -> tuple[dict[str, object], dict[str, str]]:
    """Merge all sources; return the values and where each came from.

    ``names`` are the settings there are.  An override of None counts as
    not given.  Raises ``ConfigurationError``.
    """
    environ = os.environ if environ is None else environ
    path = file or file_of(environ)
    layers: list[tuple[str, Mapping[str, object]]] = [
        (str(path), _read_toml(path, names) if path else {}),
        ("environment", _read_environment(environ, names)),
        ("command line", _given(overrides)),
    ]
    values: dict[str, object] = {}
    sources: dict[str, str] = {}
    for label, layer in layers:
        values.update(layer)
        sources.update(dict.fromkeys(layer, label))
    return values, sources


def explain(
    error: ValidationError, fields: Mapping[str, FieldInfo]
) -> ConfigurationError:
    """Turn the first of pydantic's complaints into one clear sentence."""
    first = error.errors(include_input=False, include_url=False)[0]
    name = str(first["loc"][0]) if first["loc"] else "settings"
    if first["type"] == "extra_forbidden":
        return _unknown(name, name, list(fields))
    examples = fields[name].examples if name in fields else None
    return SettingError(name, _in_words(first, examples))


def _in_words(error: ErrorDetails, examples: Sequence[str] | None) -> str:
    """Return what to write, or what is wrong where that is all one knows."""
    told = error.get("ctx", {})
    match error["type"]:
        case kind if kind in _NO_BOOL:
            return "write true or false"
        case kind if kind in _NO_NUMBER:
            return "write a whole number"
        case "literal_error":
            return f"write {told['expected']}"
        case "string_pattern_mismatch" if examples:
            return f"write it as in: {examples[0]}"
        case "value_error":
            return str(told["error"])
        case kind if kind in _TOO_SHORT and "min_length" in told:
            return f"at least {told['min_length']} characters are needed"
    return error["msg"][:1].lower() + error["msg"][1:]


def with_source(
    error: ConfigurationError, sources: Mapping[str, str]
) -> ConfigurationError:
    """Add to a setting's error where the wrong value stands."""
    source = sources.get(getattr(error, "name", ""))
    return ConfigurationError(f"{error} (from {source})") if source else error


def _given(overrides: Mapping[str, object]) -> dict[str, object]:
    return {name: v for name, v in overrides.items() if v is not None}


def file_of(environ: Mapping[str, str]) -> Path | None:
    """Return the file that settings are read from, if there is one."""
    named = environ.get(FILE_VARIABLE)
    if named:
        return Path(named)
    default = Path(DEFAULT_FILE)
    return default if default.is_file() else None


def _read_toml(path: Path, names: Sequence[str]) -> dict[str, object]:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise ConfigurationError(f"{path}: {reason}") from None
    except ValueError as error:  # of TOML, of UTF-8, of a path
        raise ConfigurationError(f"{path} is not TOML: {error}") from None
    for name, value in values.items():
        if isinstance(value, dict) and name not in names:
            raise ConfigurationError(
                f"{path}: [{name}] is a table; settings stand at the top"
                " level, without one"
            )
        if name not in names:
            raise _unknown(name, f"{path}: {name}", names)
    return values


def _read_environment(
    environ: Mapping[str, str], names: Sequence[str]
) -> dict[str, object]:
    values: dict[str, object] = {}
    for variable, value in environ.items():
        ours = variable.upper().startswith(PREFIX)
        if not ours or variable == FILE_VARIABLE:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in names or variable != variable.upper():
            known = [PREFIX + each.upper() for each in names]
            raise _unknown(variable.upper(), variable, known)
        values[name] = value
    return values


def _unknown(
    word: str, shown: str, names: Sequence[str]
) -> ConfigurationError:
    near = difflib.get_close_matches(word, names, 1, 0.0)
    hint = f"; did you mean {near[0]}?" if near else ""
    return ConfigurationError(f"{shown} is not a setting{hint}")
