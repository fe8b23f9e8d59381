"""articles.jsonl: one object for each article kept."""

from pathlib import Path

from pipeline.publish.entries import Corpus
from pipeline.publish.rows import Row
from pipeline.store import SyncedFile


class JsonLinesWriter:
    """Writes articles.jsonl."""

    def __init__(self, folder: Path, _corpus: Corpus) -> None:
        self._file = SyncedFile(folder / "articles.jsonl")

    def add(self, row: Row) -> None:
        """Write one article; other pages are in the ledger alone."""
        if row.article:
            self._file.write(row.article + b"\n")

    def close(self) -> None:
        """Finish the file."""
        self._file.close()
