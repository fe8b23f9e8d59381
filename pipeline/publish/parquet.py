"""articles/00000.parquet and so on: one row for each article kept, typed, packed with zstd.

In: articles in the order of raw/, as articles.jsonl has them. Out: files of one row group, all of
one schema; a first file even when there is no article, for its schema. A file of the version before
that holds the same articles is taken over. Never: more articles in memory than one file holds;
bytes that depend on more than the articles and the release of pyarrow.
"""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipeline.publish.articles import FIELDS
from pipeline.publish.entries import Corpus
from pipeline.publish.libraries import releases
from pipeline.publish.made import Made
from pipeline.publish.rows import Row
from pipeline.store import NewFiles, SyncedFile

# A row group is the unit that tools read, and here a file. While Arrow makes it of its articles it
# takes four times their bytes of memory.
GROUP_ROWS, GROUP_BYTES = 8_192, 24 * 2**20
# A file ends behind an article whose id ends so, one in 2,048, where it is not full before. So an
# article more or less changes one file, not all that come after it.
_ENDS = ("3a7", "b5c")


class ParquetWriter:
    """Writes articles/."""

    def __init__(self, folder: Path, corpus: Corpus) -> None:
        self._folder = folder
        self._files = NewFiles(folder, corpus.before)
        self._made = Made("articles", self._files, corpus.before)
        self._release = " ".join(releases(corpus.outputs))
        self._group = Group()
        self._seals: list[str] = []
        self._count = 0

    def add(self, row: Row) -> None:
        """Take one article, and write the file that it ends."""
        if not row.article:
            return
        self._seals.append(row.seal)
        if self._group.add(row.article) or row.id.endswith(_ENDS):
            self._write()

    def close(self) -> None:
        """Write the last file."""
        if self._seals or not self._count:
            self._write()
        self._made.close()
        self._files.close()

    def _write(self) -> None:
        name = f"articles/{file_name(self._count)}"
        articles = self._group.take()
        if not self._made.again(name, self._release, *self._seals):
            write_file(self._folder / name, articles)
        self._count += 1
        self._seals = []


class Group:
    """Articles, as articles.jsonl has them, up to as many as one file holds."""

    def __init__(self) -> None:
        self._articles: list[bytes] = []
        self._bytes = 0

    def add(self, article: bytes) -> bool:
        """Take one article; return whether there is no room for more."""
        self._articles.append(article)
        self._bytes += len(article)
        return len(self._articles) == GROUP_ROWS or self._bytes >= GROUP_BYTES

    def take(self) -> list[bytes]:
        """Return all articles, and begin anew."""
        articles, self._articles, self._bytes = self._articles, [], 0
        return articles


def file_name(number: int) -> str:
    """Return the name of the file of that rank, from 0 on."""
    return f"{number:05}.parquet"


def write_file(path: Path, articles: Sequence[bytes]) -> None:
    """Write a file that outlasts a power cut; without articles it says of what columns they are."""
    from pyarrow import parquet

    file = SyncedFile(path)
    # What is the default today is said all the same: another default is other bytes.
    writer = parquet.ParquetWriter(
        file,
        schema(),
        version="2.6",
        data_page_version="1.0",
        compression="zstd",
        compression_level=3,
        use_dictionary=True,
        write_statistics=True,
    )
    writer.write_table(table(articles), row_group_size=GROUP_ROWS)
    writer.close()
    file.close()


def table(articles: Sequence[bytes]) -> Any:
    """Return articles as articles.jsonl has them as an Arrow table, of one piece."""
    import pyarrow as pa
    from pyarrow import json

    typed = schema()
    if not articles:
        return typed.empty_table()
    # The reader of JSON knows no days; it may not part its input, nor guess what a field is.
    days = [
        pa.field(one.name, pa.string() if one.type == pa.date32() else one.type) for one in typed
    ]
    lines = b"\n".join(articles)
    return json.read_json(
        io.BytesIO(lines),
        json.ReadOptions(use_threads=False, block_size=len(lines) + 1),
        json.ParseOptions(explicit_schema=pa.schema(days), unexpected_field_behavior="error"),
    ).cast(typed)


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
