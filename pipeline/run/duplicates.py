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

import msgspec

from pipeline import dedup, flow
from pipeline.brief import Brief
from pipeline.config import Config
from pipeline.paths import Paths
from pipeline.records import Cluster, Match, Verdict
from pipeline.rules import Rules
from pipeline.run import stages
from pipeline.store import TextFile, read_outcomes, read_records, write_records

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
    """What is known of an article, and the segment that holds its text."""

    brief: Brief
    segment: Path


class Bodies(Mapping[str, str]):
    """Texts of articles by page, each read from its segment with all beside it when one is wanted.

    They lie in files without names then. A process forked from this one goes on with one of its
    own: two that write to one file would not know where.
    """

    def __init__(self, folder: Path, segments: Mapping[str, Path]) -> None:
        self._folder = folder
        self._segments = segments
        self._files: dict[Path, TextFile] = {}
        self._own: tuple[int, TextFile] | None = None

    def __getitem__(self, page: str) -> str:
        segment = self._segments[page]
        if segment not in self._files:
            self._files[segment] = self._load(segment)
        return self._files[segment][page]

    def gather(self) -> None:
        """Read all texts, which processes forked after this have too."""
        for segment in dict.fromkeys(self._segments.values()):
            self._files[segment] = self._load(segment)

    def _load(self, segment: Path) -> TextFile:
        if self._own is None or self._own[0] != os.getpid():
            self._own = os.getpid(), TextFile(self._folder)
        file = self._own[1]
        for page in flow.bodies(read_outcomes(segment)):
            if self._segments.get(page.id) == segment:
                file.put(page.id, page.text)
        return file

    def __iter__(self) -> Iterator[str]:
        return iter(self._segments)

    def __len__(self) -> int:
        return len(self._segments)

    def close(self) -> None:
        """Let go of the files and their space."""
        for file in {id(file): file for file in self._files.values()}.values():
            file.close()


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
    names = {page: place.brief.body for page, place in bodies.items()}
    memory = dedup.Memory(dedup.Gists.joined(gists), known, names)
    segments = {page: place.segment for page, place in bodies.items()}
    with closing(Bodies(paths.work, segments)) as texts:
        if not len(known):  # all are compared: read once, before there are several processes
            texts.gather()
        matches = flow.find_matches(texts, memory, config.run.workers, rules)
    if memory.verdicts != known:
        write_records(verdicts(paths, rules), _pieces(memory.verdicts))
    clusters = flow.choose_copies(matches, _Facts(bodies), rules, config.dedup.preferred_hosts)
    return Duplicates(matches, clusters)


class _Facts(Mapping[str, "dedup.PageFacts"]):
    """What the choice between copies looks at, by page; it looks at few of them."""

    def __init__(self, bodies: Mapping[str, Place]) -> None:
        self._bodies = bodies

    def __getitem__(self, page: str) -> "dedup.PageFacts":
        return flow.facts(self._bodies[page].brief)

    def __iter__(self) -> Iterator[str]:
        return iter(self._bodies)

    def __len__(self) -> int:
        return len(self._bodies)


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
