"""A ``bienvenue.toml`` with everything in it that there is to set.

What was chosen stands there as it is; every other setting is a comment
with its default, so that nobody has to look up what there is.
"""

import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import wrap

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from bienvenue.config import Settings
from bienvenue.config_fields.group import Group
from bienvenue.errors import ConfigurationError

_HEAD = """\
# The settings of Bienvenue. An environment variable BIENVENUE_<NAME> wins
# over what stands here; `bienvenue config` shows what is in force.
#
# There are secrets in this file: only its owner may read it. Keep it out of
# version control, and a copy of secret_key where backups are.
"""
_WIDTH = 79


def text(chosen: Mapping[str, object]) -> str:
    """Return the file; what has no choice is a comment."""
    groups = [
        each
        for each in reversed(Settings.__bases__)
        if issubclass(each, Group)
    ]
    return "\n".join([_HEAD, *("".join(_group(g, chosen)) for g in groups)])


def create(path: Path, content: str) -> None:
    """Write a new file that its owner alone may read.

    Raises ``ConfigurationError`` where there is one already, and where none
    can be made.
    """
    try:
        number = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        raise taken(path) from None
    except OSError as error:
        raise _cannot(path, error) from None
    try:
        _fill(number, content)
    except OSError as error:
        path.unlink()
        raise _cannot(path, error) from None


def read_back(path: Path, content: str) -> Settings:
    """Return the settings as a start with this file would read them.

    The file itself is not made yet.  Raises ``ConfigurationError`` as that
    start would, or where no file can be made.
    """
    try:
        # Of mode 0600, and where the file will be: there it must be possible.
        number, name = tempfile.mkstemp(
            ".draft", f"{path.name}.", path.absolute().parent
        )
    except OSError as error:
        raise _cannot(path, error) from None
    draft = Path(name)
    try:
        _fill(number, content)
        return Settings.load(file=draft)
    except ConfigurationError as error:
        said = str(error).replace(str(draft), path.name)
        raise ConfigurationError(said) from None
    except OSError as error:
        raise _cannot(path, error) from None
    finally:
        draft.unlink()


def taken(path: Path) -> ConfigurationError:
    """Return the refusal to write over a file."""
    return ConfigurationError(
        f"{path}: is there already, and is left alone; name another by --file"
    )


def _fill(number: int, content: str) -> None:
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(number)


def _cannot(path: Path, error: OSError) -> ConfigurationError:
    reason = error.strerror or "cannot be made"
    return ConfigurationError(f"{path}: {reason}")


def _group(
    group: type[Group], chosen: Mapping[str, object]
) -> Iterator[str]:
    title = (group.__doc__ or "").partition("\n")[0]
    yield f"# -- {title} ".ljust(_WIDTH, "-") + "\n"
    for name, field in group.model_fields.items():
        yield "\n"
        for line in wrap(field.description or "", _WIDTH - 2):
            yield f"# {line}\n"
        if name in chosen:
            yield f"{name} = {_value(chosen[name])}\n"
        else:
            yield f"# {name} = {_default(field)}\n"


def _default(field: FieldInfo) -> str:
    return '""' if field.default is None else _value(field.default)


def _value(value: object) -> str:
    """Return a value as TOML writes it."""
    match value:
        case bool():
            return str(value).lower()
        case int():
            return str(value)
        case SecretStr():
            return _value(value.get_secret_value())
        case _:
            # JSON's escapes are TOML's; TOML wants one more.
            quoted = json.dumps(str(value), ensure_ascii=False)
            return quoted.replace("\x7f", "\\u007f")
