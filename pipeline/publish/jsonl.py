"""articles.jsonl: one object for each article kept."""

from pathlib import Path

from pipeline.publish.articles import article
from pipeline.publish.entries import Corpus, Entry
from pipeline.publish.sinks import JsonLinesSink


class JsonLinesWriter:
    """Writes articles.jsonl."""

    def __init__(self, folder: Path, _corpus: Corpus) -> None:
        self._sink = JsonLinesSink(folder / "articles.jsonl")

    def add(self, entry: Entry) -> None:
        """Write one article; other pages are in the ledger alone."""
        if row := article(entry):
            self._sink.add(row)

    def close(self) -> None:
        """Finish the file."""
        self._sink.close()
