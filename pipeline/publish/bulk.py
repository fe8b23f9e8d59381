"""bulk/: articles as the _bulk endpoint of Elasticsearch and OpenSearch reads them.

In: articles. Out: bulk/00000.ndjson and so on, two lines an article (what to do, the document),
each file small enough for one request; bulk/mapping.json, how the fields are indexed. Never: a
field whose type is left to what the first document happens to hold.
"""

from pathlib import Path
from typing import Any

from pipeline.publish.articles import FIELDS, Kind
from pipeline.publish.entries import Corpus
from pipeline.publish.rows import Row
from pipeline.publish.sinks import json_bytes
from pipeline.store import SyncedFile, write_bytes

# Servers refuse requests above 100 MB, and do best with some 10 MB.
REQUEST_BYTES = 10 * 2**20

# `cjk` comes with both servers and finds Chinese by pairs of characters. A keyword longer than
# Lucene's 32,766 bytes would have the document refused.
_TYPES: dict[Kind, dict[str, Any]] = {
    "word": {"type": "keyword", "ignore_above": 8191},
    "words": {"type": "keyword", "ignore_above": 8191},
    "prose": {"type": "text", "analyzer": "cjk"},
    "day": {"type": "date", "format": "strict_date"},
    "count": {"type": "integer"},
    # A cell may look like a day on one page and like words on the next: kept, not indexed.
    "nested": {"type": "object", "enabled": False},
}


class BulkWriter:
    """Writes bulk/."""

    def __init__(self, folder: Path, _corpus: Corpus) -> None:
        self._folder = folder / "bulk"
        self._parts = 0
        self._room = 0
        self._file: SyncedFile | None = None

    def add(self, row: Row) -> None:
        """Write the two lines of one article, into a new file where the last one is full."""
        if not row.article:
            return
        action = {"index": {"_id": row.id}}
        lines = json_bytes(action) + b"\n" + row.article + b"\n"
        file = self._file if self._file and len(lines) <= self._room else self._next()
        file.write(lines)
        self._room -= len(lines)

    def close(self) -> None:
        """Finish the last file, and write the mapping."""
        if self._file:
            self._file.close()
        fields = {name: _TYPES[kind] for name, kind in FIELDS.items()}
        mapping = {"mappings": {"dynamic": False, "properties": fields}}
        write_bytes(self._folder / "mapping.json", [json_bytes(mapping, indent=2), b"\n"])

    def _next(self) -> SyncedFile:
        if self._file:
            self._file.close()
        self._file = SyncedFile(self._folder / f"{self._parts:05}.ndjson")
        self._parts += 1
        self._room = REQUEST_BYTES
        return self._file
