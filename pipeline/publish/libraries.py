"""What the formats need beyond this package, and whether it is there.

In: the formats chosen. Out: the releases that shape their bytes, or the mend where one is missing.
Never: a run that finds out at its end that it cannot publish.
"""

import sqlite3
from importlib.metadata import PackageNotFoundError, version

from pipeline.config import OutputsConfig
from pipeline.errors import ConfigError
from pipeline.publish.sqlite import OLDEST

_NO_PARQUET = (
    'outputs.articles: "parquet" needs pyarrow, which is not installed. Run '
    "`.venv/bin/pip install pyarrow`, or leave it out"
)
_OLD_SQLITE = (
    'outputs.articles: "sqlite" needs SQLite {} or newer with FTS5; this Python has {}. '
    "Use another Python, or leave it out"
)


def check_outputs(outputs: OutputsConfig) -> None:
    """Refuse, with `ConfigError`, formats that cannot be written here."""
    if "parquet" in outputs.articles and not _pyarrow():
        raise ConfigError(_NO_PARQUET)
    if "sqlite" in outputs.articles and not _has_trigrams():
        oldest = ".".join(map(str, OLDEST))
        raise ConfigError(_OLD_SQLITE.format(oldest, sqlite3.sqlite_version))


def releases(outputs: OutputsConfig) -> list[str]:
    """Return the releases of libraries by which the bytes of the chosen formats may differ."""
    found = {"parquet": _pyarrow(), "sqlite": sqlite3.sqlite_version}
    return [f"{name} {release}" for name, release in found.items() if name in outputs.articles]


def _pyarrow() -> str:
    """Return the release of pyarrow, "" where there is none."""
    try:
        return version("pyarrow")
    except PackageNotFoundError:
        return ""


def _has_trigrams() -> bool:
    """Return whether SQLite indexes trigrams."""
    if sqlite3.sqlite_version_info < OLDEST:
        return False
    database = sqlite3.connect(":memory:")
    try:
        database.execute("CREATE VIRTUAL TABLE x USING fts5(y, tokenize='trigram')")
    except sqlite3.OperationalError:
        return False
    finally:
        database.close()
    return True
