"""articles/00000.parquet and so on: one row for each article kept, typed, packed with zstd.

In: articles in the order of raw/. Out: files of one or more row groups, all of one schema; a first
file even when there is no article, for its schema. A file of the version before that holds the
same articles is taken over. Never: more articles in memory than one file holds; bytes that depend
on more than the articles and the release of pyarrow.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pipeline.publish.articles import FIELDS, read_article
from pipeline.publish.entries import Corpus
from pipeline.publish.libraries import releases
from pipeline.publish.made import Made
from pipeline.publish.rows import Row
from pipeline.store import NewFiles, SyncedFile

# A row group is the unit that tools read: some 50 MB of UTF-8, less for thousands of short pages.
GROUP_CHARACTERS = 16 * 2**20
GROUP_ROWS = 20_000
# Some 200 MB packed, so that tools that take a file a worker have several.
FILE_GROUPS = 16
# Where nothing is to change but what is new, a file ends behind an article whose id ends so: one in
# 2,048. An article more or less changes one file, not all that come after it.
_ENDS = ("3a7", "b5c")
_MOST_ROWS, _MOST_BYTES = 8_192, 64 * 2**20


class ParquetWriter:
    """Writes articles/."""

    def __init__(self, folder: Path, corpus: Corpus) -> None:
        self._folder = folder
        self._files = NewFiles(folder, corpus.before)
        self._made = Made("articles", self._files, corpus.before)
        self._release = " ".join(releases(corpus.outputs))
        self._articles: list[bytes] = []
        self._seals: list[str] = []
        self._bytes = self._count = 0

    def add(self, row: Row) -> None:
        """Take one article, and write the file that it ends."""
        if not row.article:
            return
        self._articles.append(row.article)
        self._seals.append(row.seal)
        self._bytes += len(row.article)
        full = len(self._articles) == _MOST_ROWS or self._bytes > _MOST_BYTES
        if full or row.id.endswith(_ENDS):
            self._write()

    def close(self) -> None:
        """Write the last file."""
        if self._articles or not self._count:
            self._write()
        self._made.close()
        self._files.close()

    def _write(self) -> None:
        name = f"articles/{file_name(self._count)}"
        if not self._made.again(name, self._release, *self._seals):
            _write_part(self._folder / name, self._articles)
        self._count += 1
        self._articles, self._seals, self._bytes = [], [], 0


def _write_part(path: Path, articles: Iterable[bytes]) -> None:
    """Write one file of articles; it has no row group where there are none."""
    part = _Part(path, schema())
    for group in _groups(articles):
        part.add(group)
    part.close()


def _groups(articles: Iterable[bytes]) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of each row group, and one without rows where there is no article."""
    rows: list[dict[str, Any]] = []
    characters = groups = 0
    for article in articles:
        rows.append(read_article(article))
        characters += rows[-1]["chars"]
        if characters >= GROUP_CHARACTERS or len(rows) == GROUP_ROWS:
            yield rows
            rows, characters, groups = [], 0, groups + 1
    if rows or not groups:
        yield rows


def file_name(number: int) -> str:
    """Return the name of the file of that rank, from 0 on."""
    return f"{number:05}.parquet"


class ArticleFiles:
    """Files of articles in one folder; `count` is how many were begun."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._schema = schema()
        self._part: _Part | None = None
        self.count = self._characters = 0
        self._rows: list[dict[str, Any]] = []

    def add(self, article: bytes) -> None:
        """Take one article as articles.jsonl has it, and write the row group that it fills."""
        self._rows.append(read_article(article))
        self._characters += self._rows[-1]["chars"]
        if self._characters >= GROUP_CHARACTERS or len(self._rows) == GROUP_ROWS:
            self._write()

    def close(self) -> None:
        """Write what is left, and finish the last file."""
        if self._rows or not self.count:
            self._write()
        if self._part:
            self._part.close()

    def _write(self) -> None:
        if self._part and self._part.groups == FILE_GROUPS:
            self._part.close()
            self._part = None
        if self._part is None:
            self._part = _Part(self._folder / file_name(self.count), self._schema)
            self.count += 1
        self._part.add(self._rows)
        self._rows = []
        self._characters = 0


class _Part:
    """One file."""

    def __init__(self, path: Path, schema: Any) -> None:
        from pyarrow import parquet

        self.groups = 0
        self._schema = schema
        self._file = SyncedFile(path)
        # What is the default today is said all the same: another default is other bytes.
        self._writer = parquet.ParquetWriter(
            self._file,
            schema,
            version="2.6",
            data_page_version="1.0",
            compression="zstd",
            compression_level=3,
            use_dictionary=True,
            write_statistics=True,
        )

    def add(self, rows: list[dict[str, Any]]) -> None:
        """Write a row group; none for no rows."""
        import pyarrow

        table = pyarrow.Table.from_pylist(rows, schema=self._schema)
        self._writer.write_table(table, row_group_size=GROUP_ROWS)
        self.groups += 1

    def close(self) -> None:
        """Write the footer, and make the file outlast a power cut."""
        self._writer.close()
        self._file.close()


def schema() -> Any:
    """Return the Arrow schema of articles; the columns are those of `FIELDS`, in their order."""
    import pyarrow as pa

    string, number, share = pa.string(), pa.int32(), pa.float64()
    strings = pa.list_(string)
    at = [("row", number), ("column", number)]
    nested = {
        "origins": [("field", string), ("rule", string), ("text", string), ("line", number)],
        "tables": [
            ("title", string),
            ("header", strings),
            ("rows", pa.list_(strings)),
            ("notes", strings),
            (
                "doubts",
                pa.list_(
                    pa.struct(
                        [*at, ("readings", strings), ("why", string), ("shares", pa.list_(share))]
                    )
                ),
            ),
            ("unit", string),
            ("block", number),
            ("lines", pa.list_(number)),
            ("confidence", pa.list_(pa.struct([*at, ("share", share)]))),
        ],
    }
    plain = {
        "word": string,
        "prose": string,
        "day": pa.date32(),
        "count": number,
        "words": strings,
    }
    return pa.schema(
        (name, pa.list_(pa.struct(nested[name])) if kind == "nested" else plain[kind])
        for name, kind in FIELDS.items()
    )
