"""report/: the run, to look at. A static page and what it loads from beside it; nothing fetched.

In: chapters, each of some pages, and the order of all pages. Out: index.html, which tells the run;
scripts under data/, which tell each page, each pair of related pages and what to search, loaded
when a reader asks for them; and `report.js`, which shows them. Never: a string from a page that is
not escaped; more in memory than the counts of the run, the names of all stories and some thirty
bytes a short line; a file that says what the version before says, written again.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import groupby, islice
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec
import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from pipeline.engines.forked import map_forked
from pipeline.publish.entries import Corpus
from pipeline.publish.made import Made
from pipeline.publish.report import budget
from pipeline.publish.report.chapter import (
    SHOWN,
    Chapter,
    ChapterTeller,
    Doubtful,
    Figures,
    Head,
    SetAside,
)
from pipeline.publish.report.indicators import Counted, Shared
from pipeline.publish.report.lookalikes import Lines, Lookalikes
from pipeline.publish.report.pieces import (
    ENDS,
    LONGEST,
    bits,
    bucket,
    packed,
    script,
    stretches,
    value,
)
from pipeline.publish.report.story import cut, drawing
from pipeline.publish.report.tally import STATUSES, Place, Tally, by_status, most_first
from pipeline.publish.report.tongues import code, said, tongue, translated, word, words_script
from pipeline.publish.report.words import clear, clear_blanks
from pipeline.records import Match
from pipeline.store import NewFiles

__all__ = ["Chapter", "ChapterTeller", "Figures", "Told", "write"]

# Rows a file: of pairs about so many, of the search, all of which a reader waits for, exactly.
MATCHES, INDEX = 50, 5000
_SHARED = 60
# A page tells so many of its relatives.
_RELATIVES = 200
# Chunks whose stories are open: those of a folder, and of the days that brought more for it.
_OPEN = 64
# Files of stories that a process writes: it comes to have a copy of what it knows of their pages.
_STRETCHES = 512
_STATIC = ("report.css", "report.js")
_DATA = "report/data"


class Told(NamedTuple):
    """What is kept of a chunk for the report: its chapter, and the stories of its pages.

    `figures` opens of the chapter what it has of indicators, and no more.
    """

    chapter: Callable[[], Chapter]
    stories: Callable[[], Iterator[bytes]]
    figures: Callable[[], Figures]


class _Placed(Protocol):
    @property
    def place(self) -> Place: ...


T = TypeVar("T", bound=_Placed)

# A page: the number of what is told of its chunk, and its place in that.
Which = tuple[int, int]


def write(
    told: Sequence[Told],
    order: Iterable[Which],
    corpus: Corpus,
    folder: Path,
    workers: int = 1,
) -> None:
    """Write `folder`/report; `order` has every page, in the order of the paths.

    Stories are written by `workers` processes.
    """
    files = NewFiles(folder, corpus.before)
    report = _Report(told, corpus, files)
    report.write_index(order)
    report.write_stories(partial(NewFiles, folder, corpus.before), workers)
    report.write_rest()
    files.close()


@dataclass
class _Report:
    """The report while it is written."""

    told: Sequence[Told]
    corpus: Corpus
    files: NewFiles
    tally: Tally = field(default_factory=Tally)
    doubtful: list[Doubtful] = field(default_factory=list)
    aside: list[SetAside] = field(default_factory=list)
    indicators: Counted = field(default_factory=Counted)
    lookalikes: Lookalikes = field(default_factory=Lookalikes)
    numbers: list[int] = field(default_factory=list)  # of chapters, in the order they came
    ids: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    sizes: "array[int]" = field(default_factory=partial(array, "I"))
    places: "array[int]" = field(default_factory=partial(array, "I"))

    @cached_property
    def related(self) -> Mapping[str, list[Match]]:
        """Return the matches of each page that has any."""
        found: dict[str, list[Match]] = {}
        for match in self.corpus.matches:
            for page in (match.a, match.b):
                found.setdefault(page, []).append(match)
        return found

    def write_index(self, order: Iterable[Which]) -> None:
        """Write what is searched, and note of each page what its story is."""
        rows: list[bytes] = []
        count = 0
        for number, at, head in self._heads(order):
            self.ids.append(head.id)
            self.names.append(head.name)
            self.sizes.append(head.size)
            self.places.extend((number, at))
            related = self.related.get(head.id, ())
            differing = sum(len(match.disagreements) for match in related)
            rows.append(b"%b,%d,%d]" % (head.row[:-1], len(related), differing))
            if len(rows) == INDEX:
                self._script(f"index{count}", rows)
                rows, count = [], count + 1
        if rows:
            self._script(f"index{count}", rows)

    def _heads(self, order: Iterable[Which]) -> Iterator[tuple[int, int, Head]]:
        """Yield the heads of the pages; chapters are open from their first page to their last."""
        opened: dict[int, tuple[Head, ...]] = {}
        for number, at in order:
            if number not in opened:
                opened[number] = self._fold(number).heads
            yield number, at, opened[number][at]
            if at + 1 == len(opened[number]):
                del opened[number]

    def _fold(self, number: int) -> Chapter:
        """Return a chapter, and add what its pages come to to what all of them do."""
        chapter = self.told[number].chapter()
        self.tally.take(chapter.tally)
        self.doubtful = _first([*self.doubtful, *chapter.doubtful])
        self.aside = _first([*self.aside, *chapter.aside])
        self.indicators.add(chapter.indicators)
        self.numbers.append(number)
        self.lookalikes.add(chapter.lines)
        return chapter

    def write_stories(self, opened: Callable[[], NewFiles], workers: int) -> None:
        """Write the stories, a stretch of pages a file, but those that stand as they were."""
        room = budget.room(np.frombuffer(self.sizes, np.uint32))
        files = list(stretches(self.ids))
        rounds = -(-len(files) // (workers * _STRETCHES)) or 1
        share = -(-len(files) // (workers * rounds)) or 1
        shares = [files[start : start + share] for start in range(0, len(files), share)]
        made = Made("report", self.files, self.corpus.before)
        write = partial(self._write_stretches, opened, room)
        for some in map_forked(write, shares, workers, workers):
            made.take(some)
        made.close()

    def _write_stretches(
        self, opened: Callable[[], NewFiles], room: int, some: Iterable[tuple[str, range]]
    ) -> Mapping[str, str]:
        """Write the files of some stretches; return what each was made of."""
        files = opened()
        made = Made("report", files, self.corpus.before)
        shelf = _Shelf(self.told)
        for name, pages in some:
            related = [packed(self._relatives(self.ids[at])) for at in pages]
            rooms = [str(room) if self.sizes[at] > room else "" for at in pages]
            stories = (self.names[at] for at in pages)
            if made.again(f"{_DATA}/{name}.js", *stories, *related, *rooms):
                continue
            told = (shelf.take(*self.places[2 * at : 2 * at + 2]) for at in pages)
            rows = map(partial(_within, room), told, related)
            files.add(f"{_DATA}/{name}.js", script(name, rows))
        files.close()
        return made.parts

    def _relatives(self, page: str) -> list[list[object]]:
        matches = self.related.get(page, [])
        return [
            [
                match.b if match.a == page else match.a,
                match.relation,
                match.a == page,
                len(match.disagreements),
            ]
            for match in matches[:_RELATIVES]
        ]

    def write_rest(self) -> None:
        """Write what all pages share, and the page that a reader opens."""
        wide = bits(len(self.corpus.matches), MATCHES)
        self._write_pairs(lambda match: bucket(match.a, wide))
        plots = [drawing(one.plot) | {"documents": one.documents} for one in self._shared]
        self._value("indicators", plots)
        self._value("names", self._names(wide))
        for name in _STATIC:
            self.files.add(f"report/{name}", Path(__file__).with_name(name).read_bytes())
        self.files.add("report/words.js", words_script())
        self.files.add("report/index.html", self._html(len(plots)).encode("utf-8"))

    def _write_pairs(self, number: Callable[[Match], str]) -> None:
        for name, matches in groupby(sorted(self.corpus.matches, key=number), number):
            self._script(f"match-{name}", (packed(_match(match)) for match in matches))

    @cached_property
    def _shared(self) -> list[Shared]:
        return self.indicators.shared(
            _SHARED, lambda number: self.told[self.numbers[number]].figures().indicators
        )

    def _script(self, name: str, rows: Iterable[bytes]) -> None:
        self.files.add(f"{_DATA}/{name}.js", script(name, rows))

    def _value(self, name: str, told: object) -> None:
        self.files.add(f"{_DATA}/{name}.js", value(name, told))

    def _names(self, wide: int) -> dict[str, Any]:
        """Return what `report.js` must know before anything else."""
        return {
            "rows": {"page": LONGEST, "ends": ENDS, "index": INDEX},
            "bits": wide,
            "pages": len(self.ids),
            "sites": sorted({site for site, _ in self.tally.sites}),
            "rules": sorted(self.tally.rules),
            "reasons": dict(sorted(self.corpus.reasons.items())),
        }

    def _html(self, indicators: int) -> str:
        environment = Environment(
            loader=PackageLoader("pipeline.publish", "report"),
            autoescape=select_autoescape(["html", "j2"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters |= {"clear": clear, "clear_blanks": clear_blanks}
        tally, corpus = self.tally, self.corpus
        environment.globals |= {
            "word": word,
            "said": said,
            "code": code,
            "translated": translated,
            "tongue": tongue,
            "because": lambda rule: translated("rule", corpus.reasons.get(rule, ""), rule),
        }
        rules = sorted(tally.rules.items(), key=lambda item: (-item[1].times, item[0]))
        return environment.get_template("index.html.j2").render(
            total=len(self.ids),
            status={status: tally.status.get(status, 0) for status in STATUSES},
            statuses=STATUSES,
            why=sorted(tally.reasons.items(), key=lambda item: (-item[1], item[0])),
            sites=most_first(by_status(tally.sites)),
            months=sorted(by_status(tally.months).items()),
            differing=list(islice(_differing(corpus), SHOWN)),
            differences=sum(len(match.disagreements) for match in corpus.matches),
            doubtful=self.doubtful,
            aside=self.aside,
            most_taken=tally.most_taken,
            lookalikes=self.lookalikes.found(SHOWN, self._lines),
            rules=rules,
            silent=tally.silent(corpus.reasons),
            others=corpus.others,
            raw=corpus.raw,
            indicators=indicators,
        )

    def _lines(self, number: int) -> Lines:
        return self.told[self.numbers[number]].chapter().lines


@dataclass
class _Shelf:
    """The stories of all chunks, asked for in the order of the pages; few are open at a time."""

    told: Sequence[Told]
    _open: dict[int, tuple[Iterator[bytes], int]] = field(default_factory=dict)

    def take(self, number: int, at: int) -> bytes:
        """Return the story of one page."""
        stories, next_one = self._open.pop(number, (None, 0))
        if stories is None:
            stories = self.told[number].stories()
        story = next(islice(stories, at - next_one, None))
        self._open[number] = stories, at + 1
        if len(self._open) > _OPEN:
            del self._open[next(iter(self._open))]
        return story


def _within(room: int, story: bytes, related: bytes) -> bytes:
    """Return a story as it is written: cut where it is long, and with its relatives."""
    if len(story) > room:
        story = packed(cut(msgspec.json.decode(story), room))
    return b'%b,"related":%b}' % (story[:-1], related)


def _first(rows: list[T]) -> list[T]:
    return sorted(rows, key=lambda row: row.place)[:SHOWN]


def _match(match: Match) -> list[object]:
    shares = [round(share, 4) for share in (match.jaccard, *match.containment, match.figures)]
    differing = [
        [one.sentence_a, one.sentence_b, one.figures_a, one.figures_b]
        for one in match.disagreements
    ]
    return [match.a, match.b, match.relation, *shares, match.passages, differing]


def _differing(corpus: Corpus) -> Iterable[dict[str, Any]]:
    """Yield each disagreement once: which pair holds it, both sayings, and how many pairs do.

    Ten copies of a report disagree with its digest as the report itself does.
    """
    found: dict[frozenset[tuple[tuple[str, ...], str]], dict[str, Any]] = {}
    for match in corpus.matches:
        for one in match.disagreements:
            first = (one.figures_a, one.sentence_a)
            second = (one.figures_b, one.sentence_b)
            known = found.setdefault(
                frozenset((first, second)),
                {"match": match, "sides": (first, second), "pairs": 0},
            )
            known["pairs"] += 1
    return found.values()
