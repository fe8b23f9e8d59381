"""Pages → what is told of them, for the outputs and for the report, in one look at each.

In: the entries of a chunk, each with its page as it was parsed. Out: rows, stories and a chapter,
which a run keeps beside the results of the chunk. Never: a table read twice.
"""

from collections.abc import Iterable, Iterator

from pipeline.publish.entries import Corpus, Entry
from pipeline.publish.report.chapter import Chapter, ChapterTeller
from pipeline.publish.rows import Row, Teller


class Telling:
    """Tells the pages of one chunk, in their order."""

    def __init__(self, corpus: Corpus) -> None:
        self._teller = Teller(corpus.rules, corpus.tables, corpus.outputs)
        self._chapter = ChapterTeller(corpus)

    def stories(self, entries: Iterable[Entry], rows: list[Row]) -> Iterator[bytes]:
        """Yield the story of each page; its row is added to `rows`."""
        for entry in entries:
            values, dropped = self._teller.values(entry), entry.dropped
            rows.append(self._teller.row(entry, values, dropped))
            yield self._chapter.add(entry, values, dropped)

    def chapter(self) -> Chapter:
        """Return what the pages told so far come to."""
        return self._chapter.chapter()
