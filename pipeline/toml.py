"""TOML files read with the care that a user's file needs: where it is wrong, and the mend."""

import difflib
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipeline.errors import ConfigError


def read_toml(file: Path) -> dict[str, Any]:
    """Return the content of `file`; `ConfigError` with line and column when it is not TOML."""
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        message = f"{file}: {error.strerror}. Name another file, or leave it out for the defaults"
        raise ConfigError(message) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"{file}: is not TOML: {error}. Mend that line"
        raise ConfigError(message) from error


def check_keys(found: Iterable[str], known: Iterable[str], where: str) -> None:
    """Refuse the first unknown key, naming the nearest known one."""
    names = sorted(known)
    for key in found:
        if key in names:
            continue
        near = difflib.get_close_matches(key, names, 3, 0.5) or names
        message = f"{where}{key}: is not a setting. Use one of: {', '.join(near)}"
        raise ConfigError(message)
