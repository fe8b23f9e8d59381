"""TOML files read with the care that a user's file needs: where it is wrong, and the mend."""

import difflib
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError
from pipeline.kept import remember

_PACKAGE = Path(__file__).parent


def read_toml(file: Path) -> dict[str, Any]:
    """Return the content of `file`; `ConfigError` with line and column when it is not TOML."""
    try:
        text = file.read_text("utf-8")
        return _parsed(text) if file.parent.is_relative_to(_PACKAGE) else _parse(text)
    except OSError as error:
        message = f"{file}: {error.strerror}. Name another file, or leave it out for the defaults"
        raise ConfigError(message) from error
    except ValueError as error:
        message = f"{file}: is not TOML: {error}. Mend that line"
        raise ConfigError(message) from error


def _parsed(text: str) -> dict[str, Any]:
    """Return the content of a file of the package; rules hold no dates, which are not kept."""
    name = hashlib.sha256(text.encode()).hexdigest()
    return remember("toml", name, lambda: _parse(text))


def _parse(text: str) -> dict[str, Any]:
    import tomllib  # what the package brings was parsed before

    return tomllib.loads(text)


def check_keys(found: Iterable[str], known: Iterable[str], where: str) -> None:
    """Refuse the first unknown key, naming the nearest known one."""
    names = sorted(known)
    for key in found:
        if key in names:
            continue
        near = difflib.get_close_matches(key, names, 3, 0.5) or names
        message = f"{where}{key}: is not a setting. Use one of: {', '.join(near)}"
        raise ConfigError(message)
