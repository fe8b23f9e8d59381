"""One page → what every output says of it, as bytes.

In: the entry of a page. Out: its `Row`, which a run keeps beside the results of its chunk, so that
a page is told once and not again with every page that comes after it. Never: anything of another
page but what the entry says of its cluster; a number of the page among all pages.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from pipeline.config import OutputsConfig, TablesConfig
from pipeline.fingerprint import digest_of, fingerprint
from pipeline.publish.articles import article
from pipeline.publish.dropped import dropped_lines
from pipeline.publish.entries import Corpus, Entry
from pipeline.publish.ledger import ledger_line
from pipeline.publish.sinks import json_bytes
from pipeline.publish.tables import TableTeller, Told, Values
from pipeline.publish.text import text_of_row
from pipeline.records import Aside, Status, TakenOut
from pipeline.rules import Rules


class Row(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """What is told of one page; what is of an article only, its `id` too, is empty for any other.

    `ledger` and `dropped` are lines, `article` is the object of articles.jsonl, which `seal` names.
    `text` is where its text lies, `digest` and `size` are those of that file. `message` is of one
    set aside.
    """

    raw: str
    status: Status
    reason: str
    ledger: bytes
    message: str = ""
    dropped: bytes = b""
    article: bytes = b""
    seal: str = ""
    id: str = ""
    text: str = ""
    digest: str = ""
    size: int = 0
    tables: Told = Told()


class Teller:
    """Makes rows of entries."""

    def __init__(self, rules: Rules, tables: TablesConfig, outputs: OutputsConfig) -> None:
        self._tables = TableTeller(rules, tables)
        self._outputs = outputs

    def values(self, entry: Entry) -> Values:
        """Return the values of each table of a page that is kept."""
        return self._tables.values(entry.kept) if entry.kept else []

    def row(self, entry: Entry, values: Values, dropped: Sequence[TakenOut]) -> Row:
        """Return the row of a page."""
        text = entry.text_path if "text" in self._outputs.articles else ""
        message = entry.outcome.message if isinstance(entry.outcome, Aside) else ""
        ledger, lines = ledger_line(entry, text), dropped_lines(entry.outcome.id, dropped)
        told = article(entry)
        if told is None or entry.kept is None:
            return Row(entry.raw, entry.status, entry.reason, ledger, message, lines)
        packed = json_bytes(told)
        written = text_of_row(told, front_matter=self._outputs.front_matter) if text else b""
        return Row(
            entry.raw,
            entry.status,
            entry.reason,
            ledger,
            dropped=lines,
            article=packed,
            seal=fingerprint(packed),
            id=entry.kept.id,
            text=text,
            digest=digest_of(written) if text else "",
            size=len(written),
            tables=self._tables.tell(entry.kept, entry.kept.id, values),
        )


def told(entries: Iterable[Entry], corpus: Corpus) -> Iterator[Row]:
    """Yield the rows of `entries`."""
    teller = Teller(corpus.rules, corpus.tables, corpus.outputs)
    return (teller.row(one, teller.values(one), one.dropped) for one in entries)
