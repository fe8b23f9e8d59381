"""articles.sqlite: a row for each article kept, and full-text search over Chinese.

In: articles. Out: one SQLite file with a table `articles`, its trigram index `search` and the
terms of that index. Never: bytes that depend on more than the articles and the release of SQLite.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from pipeline.errors import DiskError
from pipeline.publish.articles import FIELDS, Kind, read_article
from pipeline.publish.entries import Corpus
from pipeline.publish.rows import Row
from pipeline.publish.sinks import json_bytes
from pipeline.store import TEMPORARY, remove, sync_file

# The first release whose FTS5 has the trigram tokenizer.
OLDEST = (3, 34, 0)

_TYPES: dict[Kind, str] = {
    "word": "TEXT NOT NULL",
    "prose": "TEXT NOT NULL",
    "day": "TEXT",
    "count": "INTEGER NOT NULL",
    "words": "TEXT NOT NULL",
    "nested": "TEXT NOT NULL",
}
# The file is new and nobody reads it: what guards others, and a crash, only costs time.
_BEFORE = """
PRAGMA page_size = 4096;
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
"""
# A word of two characters has no trigram of its own: it is found by those that begin with it, which
# `terms` lists. Behind the last word of a text two line breaks stand in for what would follow.
_SEARCH = """
CREATE VIEW searched AS SELECT
    number, title || char(10, 10) AS title, text || char(10, 10) AS text FROM articles;
CREATE VIRTUAL TABLE search USING fts5(
    title, text, content='searched', content_rowid='number', tokenize='trigram'
);
CREATE VIRTUAL TABLE terms USING fts5vocab('search', 'row');
INSERT INTO search(search) VALUES ('rebuild');
INSERT INTO search(search) VALUES ('optimize');
CREATE INDEX articles_by_site ON articles (site);
CREATE INDEX articles_by_day ON articles (published);
"""


class SqliteWriter:
    """Writes articles.sqlite."""

    def __init__(self, folder: Path, _corpus: Corpus) -> None:
        self._path = folder / "articles.sqlite"
        self._draft = self._path.with_name(self._path.name + TEMPORARY)
        columns = ", ".join(f"{name} {_TYPES[kind]}" for name, kind in FIELDS.items())
        marks = ", ".join("?" * (len(FIELDS) + 1))
        self._insert = f"INSERT INTO articles VALUES ({marks})"
        self._number = 0
        with _disk(self._path):
            self._database = sqlite3.connect(self._draft)
            self._database.executescript(_BEFORE)
            self._database.execute(
                f"CREATE TABLE articles (number INTEGER PRIMARY KEY, {columns}, UNIQUE (id))"
            )

    def add(self, row: Row) -> None:
        """Write one article."""
        if row.article:
            self._number += 1
            values = map(_value, read_article(row.article).values())
            with _disk(self._path):
                self._database.execute(self._insert, (self._number, *values))

    def close(self) -> None:
        """Build the index, and leave a file without gaps."""
        with _disk(self._path):
            self._database.commit()
            self._database.executescript(_SEARCH)
            self._database.execute("VACUUM INTO ?", (str(self._path),))
            self._database.close()
        remove(self._draft)
        sync_file(self._path)


def _value(value: object) -> object:
    """Return what SQLite holds: lists and records as JSON, days as text."""
    if isinstance(value, list):
        return json_bytes(value).decode("utf-8")
    return value.isoformat() if isinstance(value, date) else value


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """Turn what SQLite says of a full or broken disk into a `DiskError`."""
    try:
        yield
    except sqlite3.OperationalError as error:
        message = f"{path}: {error}. Free some space, or look at the disk, and run again"
        raise DiskError(message) from error
