"""ledger.csv: one row for each page in raw/, always."""

from pathlib import Path

from pipeline.publish.entries import Corpus, Entry
from pipeline.publish.sinks import CsvSink
from pipeline.records import Aside

COLUMNS = (
    "page",
    "raw",
    "member",
    "url",
    "bytes",
    "sha256",
    "status",
    "reason",
    "canonical",
    "relation",
    "text",
)


class LedgerWriter:
    """Writes ledger.csv."""

    def __init__(self, folder: Path, corpus: Corpus) -> None:
        self._corpus = corpus
        self._sink = CsvSink(folder / "ledger.csv", COLUMNS)

    def add(self, entry: Entry) -> None:
        """Write the row of one page."""
        outcome = entry.outcome
        self._sink.add(
            (
                outcome.id,
                entry.raw,
                entry.found.member,
                entry.found.url if isinstance(outcome, Aside) else outcome.url,
                entry.found.size,
                entry.found.sha256,
                entry.status,
                entry.reason,
                entry.canonical,
                entry.relation,
                self._corpus.text_of(entry),
            )
        )

    def close(self) -> None:
        """Finish the file."""
        self._sink.close()
