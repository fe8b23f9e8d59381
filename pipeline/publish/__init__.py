"""Pages → files, one module a format.

In: every page of the corpus in the order of its path in raw/, with what became of it. Out: the
files of CONTRACT.md in a new folder, each fsynced. Never: a page left out of the ledger; an output
that depends on the clock, the machine or the order of work.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

from pipeline.config import ArticleFormat
from pipeline.engines.forked import map_forked
from pipeline.errors import DamagedError
from pipeline.publish.bulk import BulkWriter
from pipeline.publish.carried import carry
from pipeline.publish.dropped import DroppedWriter
from pipeline.publish.entries import Corpus, Entry, Standings, Writer, join
from pipeline.publish.jsonl import JsonLinesWriter
from pipeline.publish.ledger import LedgerWriter
from pipeline.publish.libraries import check_outputs, releases
from pipeline.publish.matches import MatchesWriter
from pipeline.publish.parquet import ParquetWriter
from pipeline.publish.release import (
    CHECKSUMS,
    Checksums,
    damaged,
    earlier,
    is_published,
    is_whole,
    turn,
    unshown,
)
from pipeline.publish.rows import Row, Teller, told
from pipeline.publish.sqlite import SqliteWriter
from pipeline.publish.summary import SummaryWriter
from pipeline.publish.tables import TablesWriter, ToldDoubt, told_doubts, write_tables
from pipeline.publish.tables.cases import try_rule
from pipeline.publish.text import TextWriter
from pipeline.store import make_folder

__all__ = [
    "CHECKSUMS",
    "WRITERS",
    "Checksums",
    "Corpus",
    "Entry",
    "Row",
    "Standings",
    "Teller",
    "ToldDoubt",
    "carry",
    "check_outputs",
    "damaged",
    "earlier",
    "is_published",
    "is_whole",
    "join",
    "publish",
    "publish_rows",
    "read_summary",
    "releases",
    "told",
    "told_doubts",
    "try_rule",
    "turn",
    "unshown",
    "write_report",
    "write_tables",
]

WRITERS: Mapping[str, Callable[[Path, Corpus], Writer[Row]]] = {
    "ledger.csv": LedgerWriter,
    "jsonl": JsonLinesWriter,
    "parquet": ParquetWriter,
    "text": TextWriter,
    "sqlite": SqliteWriter,
    "bulk": BulkWriter,
    "matches.csv": MatchesWriter,
    "dropped.jsonl": DroppedWriter,
    "tables": TablesWriter,
    "summary.json": SummaryWriter,
}
# What other processes write beside the rest; together it takes them as long. A file for each
# article, columns of all, an index of every word.
_BESIDE = (("text", "parquet"), ("sqlite",))
# Written where `outputs.articles` of config.toml names them; all others always are.
CHOSEN = frozenset(get_args(ArticleFormat))


def publish(entries: Iterable[Entry], corpus: Corpus, folder: Path) -> None:
    """Write every format that is wanted into the new folder."""
    publish_rows(lambda: told(entries, corpus), corpus, folder)


def publish_rows(
    rows: Callable[[], Iterable[Row]], corpus: Corpus, folder: Path, workers: int = 1
) -> None:
    """Do what `publish` does, with the rows of the entries at hand.

    `rows` opens them: there are up to `workers` processes, and each goes over them in one pass.
    """

    def write(some: Iterable[str]) -> None:
        writers = [WRITERS[name](folder, corpus) for name in some]
        for row in rows():
            for one in writers:
                one.add(row)
        for one in writers:
            one.close()

    make_folder(folder)
    left_out = CHOSEN.difference(corpus.outputs.articles)
    wanted = [name for name in WRITERS if name not in left_out]
    shares = [[name for name in some if name in wanted] for some in _BESIDE if workers > 1]
    shares.append([name for name in wanted if not any(name in some for some in shares)])
    for _ in map_forked(write, list(filter(None, shares)), workers):
        pass


def write_report(entries: Iterable[Entry], corpus: Corpus, folder: Path) -> None:
    """Write the report on `entries`, in their order, into `folder`/report."""
    from pipeline.publish import report
    from pipeline.publish.telling import Telling

    telling = Telling(corpus)
    stories = list(telling.stories(entries, []))
    chapter = telling.chapter()
    figures = report.Figures(chapter.indicators)
    told = report.Told(lambda: chapter, lambda: iter(stories), lambda: figures)
    report.write([told], ((0, at) for at in range(len(stories))), corpus, folder)


def read_summary(folder: Path) -> dict[str, Any]:
    """Return the numbers that a run ended with."""
    file = folder / "summary.json"
    try:
        summary: dict[str, Any] = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise DamagedError(file, str(error)) from error
    return summary
