"""The bodies of a run → what is related, and whose copy is kept.

In: what is known of articles, their gists, and the verdicts that earlier runs left in .work. Out:
`Duplicates`, and the verdicts for the next run. Never: two texts compared that a run compared
before, or a result that it could be seen in; a text read that is compared with none.

Verdicts go by the content of two texts: they outlast edited rules,
pages that move and pages that vanish, and may be deleted.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import msgspec

from pipeline import dedup, flow
from pipeline.brief import Brief
from pipeline.config import Config
from pipeline.paths import Paths
from pipeline.records import Cluster, Match, Outcome, Page, Verdict
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

T = TypeVar("T")

# Of verdicts, and of pairs that are not related, in one record.
_AT_ONCE, _BYTES = 1000, 2**20


class _Piece(msgspec.Struct, array_like=True):
    """A piece of `dedup.Verdicts`, as it is stored."""

    related: tuple[tuple[bytes, Verdict], ...] = ()
    unrelated: bytes = b""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What `DetectDuplicates` found."""

    matches: tuple[Match, ...]
    clusters: tuple[Cluster, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of an article, the segment that holds its text, and its place there."""

    brief: Brief
    segment: Path
    at: int


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

    def __init__(self, folder: Path, places: Mapping[str, Place]) -> None:
        self._folder = folder
        self._places = places
        self._kept: dict[Path, _Kept] = {}
        self._own: tuple[int, BytesFile] | None = None

    def __getitem__(self, page: str) -> str:
        place = self._places[page]
        if place.segment not in self._kept:  # most of its pages are never unpacked
            self._keep(place.segment, read_packed(place.segment), packed=True)
        kept = self._kept[place.segment]
        data = kept.file[kept.first + place.at]
        return _text(read_outcome(place.segment, data)) if kept.packed else _decoded(data)

    def gather(self) -> None:
        """Read all texts, which processes forked after this have too."""
        for segment in dict.fromkeys(place.segment for place in self._places.values()):
            texts = map(_text, read_outcomes(segment))
            self._keep(segment, map(_encoded, texts), packed=False)

    def _keep(self, segment: Path, pages: Iterable[bytes], *, packed: bool) -> None:
        if self._own is None or self._own[0] != os.getpid():
            self._own = os.getpid(), BytesFile(self._folder)
        file = self._own[1]
        first = len(file)
        for page in pages:
            file.put(page)
        self._kept[segment] = _Kept(file, first, packed)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

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
    bodies: Mapping[str, Place],
    gists: Iterable["dedup.Gists"],
    paths: Paths,
    config: Config,
    rules: Rules,
) -> Duplicates:
    """Return what is related among `bodies`, by page; only pairs that no run compared are compared.

    A text is read only where it is compared.
    """
    known = _read(verdicts(paths, rules))
    memory = dedup.Memory(dedup.Gists.joined(gists), known, _Names(bodies), lasting=False)
    with closing(Bodies(paths.work, bodies)) as texts:
        if not len(known):  # all are compared: read once, before there are several processes
            texts.gather()
        matches = flow.find_matches(texts, memory, config.run.workers, rules)
    if memory.verdicts != known:
        write_records(verdicts(paths, rules), _pieces(memory.verdicts))
    clusters = flow.choose_copies(matches, _Facts(bodies), rules, config.dedup.preferred_hosts)
    return Duplicates(matches, clusters)


class _Known(Mapping[str, T]):
    """Something that is known of articles, by page."""

    def __init__(self, bodies: Mapping[str, Place]) -> None:
        self._bodies = bodies

    def __iter__(self) -> Iterator[str]:
        return iter(self._bodies)

    def __len__(self) -> int:
        return len(self._bodies)


class _Names(_Known[bytes]):
    """The names of texts."""

    def __getitem__(self, page: str) -> bytes:
        return self._bodies[page].brief.body


class _Facts(_Known["dedup.PageFacts"]):
    """What the choice between copies looks at; it looks at few of them."""

    def __getitem__(self, page: str) -> "dedup.PageFacts":
        return flow.facts(self._bodies[page].brief)


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
