"""The bodies of a run → what is related, and whose copy is kept.

In: what is known of articles, their gists, and the verdicts that earlier runs left in .work. Out:
`Duplicates`, and the verdicts for the next run. Never: two texts compared that a run compared
before, or a result that it could be seen in; a text read that is compared with none.

Verdicts go by the content of two texts: they outlast edited rules,
pages that move and pages that vanish, and may be deleted.
"""

import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import msgspec

from pipeline import dedup, flow
from pipeline.brief import Brief
from pipeline.config import Config
from pipeline.paths import Paths
from pipeline.records import NAME, Cluster, Match, Outcome, Page, Verdict
from pipeline.rules import Rules
from pipeline.run import stages
from pipeline.store import (
    BytesFile,
    read_outcome,
    read_outcomes,
    read_packed,
    read_records,
    write_records,
)

# Of matches, verdicts, and pairs that are not related, in one record.
_AT_ONCE, _BYTES = 1000, 2**20


class _Piece(msgspec.Struct, array_like=True):
    """A piece of `dedup.Verdicts`, as it is stored."""

    related: tuple[tuple[bytes, Verdict], ...] = ()
    unrelated: bytes = b""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What `DetectDuplicates` found, or a part of it."""

    matches: tuple[Match, ...]
    clusters: tuple[Cluster, ...]

    @property
    def parts(self) -> "Iterator[Duplicates]":
        """Yield it in parts that can be stored and read one after another."""
        for start in range(0, len(self.matches), _AT_ONCE):
            yield Duplicates(self.matches[start : start + _AT_ONCE], ())
        yield Duplicates((), self.clusters)

    @classmethod
    def joined(cls, parts: "Iterable[Duplicates]") -> "Duplicates":
        """Return what has these parts."""
        matches, clusters = list[Match](), list[Cluster]()
        for part in parts:
            matches += part.matches
            clusters += part.clusters
        return cls(tuple(matches), tuple(clusters))


class Place(NamedTuple):
    """What is known of an article, the segment that holds its text, and its place there."""

    brief: Brief
    segment: Path
    at: int


class Articles(Mapping[str, bytes]):
    """The names of texts, 16 bytes each, by the page that carries them; and where each lies.

    In columns: a process that compares comes to have a copy of every object it looks at.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        self._rows: dict[str, int] = {}
        self._names = bytearray()
        self._numbers: dict[Path, int] = {}
        self._segments, self._places = array("I"), array("I")
        for brief, segment, at in places:
            self._rows[brief.id] = len(self._places)
            self._names += brief.body.ljust(NAME, b"\0")
            self._segments.append(self._numbers.setdefault(segment, len(self._numbers)))
            self._places.append(at)
        self.segments = tuple(self._numbers)

    def __getitem__(self, page: str) -> bytes:
        start = self._rows[page] * NAME
        return bytes(self._names[start : start + NAME])

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def lies(self, page: str) -> tuple[int, int]:
        """Return where the text of a page lies: the number of its segment, the place there."""
        row = self._rows[page]
        return self._segments[row], self._places[row]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was read of a segment: its pages lie in `file` from `first` on, as texts or `packed`."""

    file: BytesFile
    first: int
    packed: bool


class Bodies(Mapping[str, str]):
    """Texts of articles by page; where one is wanted, its segment is read whole, but once.

    What was read lies in files without names. A process forked from this one goes on with one of
    its own: two that write to one file would not know where.
    """

    def __init__(self, folder: Path, articles: Articles) -> None:
        self._folder = folder
        self._articles = articles
        self._kept: dict[int, _Kept] = {}
        self._own: tuple[int, BytesFile] | None = None

    def __getitem__(self, page: str) -> str:
        number, at = self._articles.lies(page)
        segment = self._articles.segments[number]
        if number not in self._kept:  # most of its pages are never unpacked
            self._keep(number, read_packed(segment), packed=True)
        kept = self._kept[number]
        data = kept.file[kept.first + at]
        return _text(read_outcome(segment, data)) if kept.packed else _decoded(data)

    def gather(self) -> None:
        """Read all texts, which processes forked after this have too."""
        for number, segment in enumerate(self._articles.segments):
            texts = map(_text, read_outcomes(segment))
            self._keep(number, map(_encoded, texts), packed=False)

    def _keep(self, number: int, pages: Iterable[bytes], *, packed: bool) -> None:
        if self._own is None or self._own[0] != os.getpid():
            self._own = os.getpid(), BytesFile(self._folder)
        file = self._own[1]
        first = len(file)
        for page in pages:
            file.put(page)
        self._kept[number] = _Kept(file, first, packed)

    def __iter__(self) -> Iterator[str]:
        return iter(self._articles)

    def __len__(self) -> int:
        return len(self._articles)

    def close(self) -> None:
        """Let go of the files and their space."""
        for file in {id(kept.file): kept.file for kept in self._kept.values()}.values():
            file.close()


def _text(outcome: Outcome) -> str:
    return outcome.text if isinstance(outcome, Page) and outcome.is_article else ""


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")


def detect(
    places: Callable[[], Iterable[Place]],
    gists: Iterable["dedup.Gists"],
    paths: Paths,
    config: Config,
    rules: Rules,
) -> Duplicates:
    """Return what is related among the articles at `places`, which are gone over twice.

    Only pairs that no run compared are compared, and a text is read only for that.
    """
    known, articles = _read(verdicts(paths, rules)), Articles(places())
    memory = dedup.Memory(dedup.Gists.joined(gists), known, articles, lasting=False)
    with closing(Bodies(paths.work, articles)) as texts:
        if not len(known):  # all are compared: read once, before there are several processes
            texts.gather()
        matches = flow.find_matches(texts, memory, config.run.workers, rules)
    if memory.verdicts != known:
        write_records(verdicts(paths, rules), _pieces(memory.verdicts))
    found = {page for match in matches for page in (match.a, match.b)}
    facts = {brief.id: flow.facts(brief) for brief, *_ in places() if brief.id in found}
    clusters = flow.choose_copies(matches, facts, rules, config.dedup.preferred_hosts)
    return Duplicates(matches, clusters)


def verdicts(paths: Paths, rules: Rules) -> Path:
    """Return the file that remembers what comparisons came to, as this code makes them."""
    return paths.segment(stages.VERDICTS.name, stages.VERDICTS.shape(rules, ""))


def _read(file: Path) -> "dedup.Verdicts":
    """Return what `_pieces` stored; nothing where no run did."""
    related, unrelated = dict[bytes, Verdict](), bytearray()
    if file.exists():
        for piece in read_records(file, _Piece):
            related.update(piece.related)
            unrelated += piece.unrelated
    return dedup.Verdicts(related, bytes(unrelated))


def _pieces(verdicts: "dedup.Verdicts") -> Iterator[_Piece]:
    rows = iter(verdicts.related.items())
    while some := tuple(islice(rows, _AT_ONCE)):
        yield _Piece(some)
    for start in range(0, len(verdicts.unrelated), _BYTES):
        yield _Piece(unrelated=verdicts.unrelated[start : start + _BYTES])
