"""Some pages → their chapter of the report: a story each, and what all of them come to.

In: the entries of a chunk. Out: the story of each page, packed, and a `Chapter`, which a run keeps
beside the results of the chunk. Never: anything that another chunk could change.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec

from pipeline.fingerprint import fingerprint
from pipeline.publish.entries import Corpus, Entry
from pipeline.publish.report.budget import MOST
from pipeline.publish.report.indicators import Indicators, Measured
from pipeline.publish.report.lookalikes import Collector, Lines
from pipeline.publish.report.pieces import packed
from pipeline.publish.report.story import caption, cut, story
from pipeline.publish.report.tally import STATUSES, Place, Tally, place_of
from pipeline.publish.tables import ToldDoubt, Values, told_doubts
from pipeline.records import Aside, Page, TakenOut

# A person reads so many in index.html; the rest is found by search, and in the files.
SHOWN = 50


class Head(msgspec.Struct, frozen=True, array_like=True):
    """What is known of a page without its story: `size` and `name` of that, `row` of the search.

    To the row is added what other pages have to do with it.
    """

    id: str
    size: int
    name: str
    row: bytes


class Doubtful(msgspec.Struct, frozen=True, array_like=True):
    """A table with doubtful cells: the first of them, and how many there are."""

    place: Place
    page: str
    raw: str
    number: int
    title: str
    doubts: tuple[ToldDoubt, ...]
    count: int


class SetAside(msgspec.Struct, frozen=True, array_like=True):
    """A page that was set aside."""

    place: Place
    id: str
    raw: str
    reason: str
    message: str


class Chapter(msgspec.Struct, frozen=True, array_like=True):
    """What the report says of some pages; `heads` are in the order of the pages."""

    indicators: Measured
    heads: tuple[Head, ...]
    tally: Tally
    lines: Lines
    doubtful: tuple[Doubtful, ...]
    aside: tuple[SetAside, ...]


class Figures(msgspec.Struct, frozen=True, array_like=True):
    """What a chapter begins with; what follows is passed over."""

    indicators: Measured


@dataclass
class ChapterTeller:
    """Tells the pages of one chapter, in their order."""

    corpus: Corpus
    _heads: list[Head] = field(default_factory=list)
    _tally: Tally = field(default_factory=Tally)
    _lines: Collector = field(default_factory=Collector)
    _indicators: Indicators = field(default_factory=Indicators)
    _doubtful: list[Doubtful] = field(default_factory=list)
    _aside: list[SetAside] = field(default_factory=list)

    def add(self, entry: Entry, values: Values, dropped: Sequence[TakenOut]) -> bytes:
        """Return the story of a page; `values` are those of its tables, where it is kept."""
        told = story(entry, self.corpus.text_of(entry), values)
        data = packed(told)
        if len(data) > MOST:
            data = packed(cut(told, MOST))
        row = packed(self._row(entry, dropped))
        self._heads.append(Head(entry.outcome.id, len(data), fingerprint(data), row))
        if entry.kept is not None:
            self._note_tables(entry, entry.kept, values)
        elif isinstance(entry.outcome, Aside) and len(self._aside) < SHOWN:
            one = entry.outcome
            self._aside.append(
                SetAside(place_of(entry), one.id, entry.raw, one.reason, one.message)
            )
        return data

    def chapter(self) -> Chapter:
        """Return what the pages come to."""
        return Chapter(
            self._indicators.measured(),
            tuple(self._heads),
            self._tally,
            self._lines.lines(),
            tuple(self._doubtful),
            tuple(self._aside),
        )

    def _row(self, entry: Entry, dropped: Sequence[TakenOut]) -> list[Any]:
        """Return the row of the search, and count the page."""
        outcome = entry.outcome
        site, month, rules = self._tally.add(entry, dropped)
        self._lines.add(entry, site, dropped)
        tables = entry.kept.tables if entry.kept else ()
        return [
            outcome.id,
            outcome.title if isinstance(outcome, Page) else "",
            entry.raw,
            STATUSES.index(entry.status),
            site,
            month,
            "" if entry.canonical == outcome.id else entry.canonical,
            len(entry.cluster.members) if entry.cluster else 0,
            len(tables),
            sum(len(table.doubts) for table in tables),
            len(dropped),
            [self._numbers.get(rule, rule) for rule in rules],
            entry.reason,
        ]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        """Return the rules by their names; `report.js` numbers them as they stand in `names`."""
        return {rule: number for number, rule in enumerate(sorted(self.corpus.reasons))}

    def _note_tables(self, entry: Entry, page: Page, values: Values) -> None:
        place = place_of(entry)
        for number, (table, own) in enumerate(zip(page.tables, values, strict=True), 1):
            self._indicators.add(place, page.title or entry.raw, f"{page.id}/{number}", own)
            if table.doubts and len(self._doubtful) < SHOWN:
                doubts = told_doubts(table)
                title = caption(page, table)
                first = tuple(doubts[:SHOWN])
                self._doubtful.append(
                    Doubtful(place, page.id, entry.raw, number, title, first, len(doubts))
                )
