"""ledger.csv: one row for each page in raw/, always."""

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.publish.entries import Corpus, Entry
from pipeline.publish.sinks import CsvSink, csv_line
from pipeline.records import Aside

if TYPE_CHECKING:
    from pipeline.publish.rows import Row

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

    def __init__(self, folder: Path, _corpus: Corpus) -> None:
        self._sink = CsvSink(folder / "ledger.csv", COLUMNS)

    def add(self, row: "Row") -> None:
        """Write the row of one page."""
        self._sink.put(row.ledger)

    def close(self) -> None:
        """Finish the file."""
        self._sink.close()


def ledger_line(entry: Entry, text: str) -> bytes:
    """Return the row of one page; `text` is where its text lies."""
    outcome = entry.outcome
    return csv_line(
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
            text,
        )
    )
