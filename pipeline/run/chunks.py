"""A stage of one chunk, wherever it runs: what it reads, what it makes, where that lies.

In: a piece of work, which names its files. Out: the stage's result in them, whole or not at all.
Never: a choice of where it runs: the engine it is given decides how a page is watched, and any
process that sees the folders may do the work.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline import dedup
from pipeline.brief import Brief, write_briefs
from pipeline.engines import Engine
from pipeline.records import Gist
from pipeline.recurring import Outline, Taken
from pipeline.run import stages
from pipeline.run.plan import Chunk
from pipeline.run.stages import Settings
from pipeline.store import read_packed, write_packed, write_records

Counted = Callable[[Iterator[Any]], Iterator[Any]]


@dataclass(frozen=True, slots=True)
class Work:
    """One stage of one chunk; small, because it travels.

    `source` is the result it begins with, none where it reads raw/; `beside` the second file it
    makes, of outlines or briefs; `lost` what pages lose at head and tail, by their place in the
    chunk.
    """

    stage: str
    chunk: Chunk
    target: Path
    source: Path | None = None
    beside: Path | None = None
    lost: Mapping[int, Taken] = field(default_factory=dict)

    def resolved(self) -> "Work":
        """Return the same work for a process in another folder."""
        source, beside = (path and path.resolve() for path in (self.source, self.beside))
        return replace(self, target=self.target.resolve(), source=source, beside=beside)

    def under(self, ending: str) -> "Work":
        """Return the same work whose results have an ending behind their names."""
        beside = self.beside and self.beside.with_name(self.beside.name + ending)
        return replace(self, target=self.target.with_name(self.target.name + ending), beside=beside)

    @property
    def is_done(self) -> bool:
        """Return whether all that it makes is there."""
        return self.target.exists() and (self.beside is None or self.beside.exists())


def do(work: Work, settings: Settings, engine: Engine, counted: Counted) -> None:
    """Do a piece of work; `counted` passes on what each page came to."""
    _STEPS[work.stage](work, settings, engine, counted)


def _strip(work: Work, settings: Settings, engine: Engine, counted: Counted) -> None:
    step = stages.strip_step(settings)
    stripped = engine.map(step, tuple(work.chunk.members), stages.aside_found)
    seen: list[Outline] = []
    write_packed(work.target, counted(_noting(stripped, seen)))
    if work.beside:
        write_records(work.beside, seen)


def _noting(stripped: Iterable[stages.Stripped], seen: list[Outline]) -> Iterator[bytes]:
    """Yield the pages; their outlines are added to `seen`."""
    for page, outline in stripped:
        seen.append(outline)
        yield page


def _tables(work: Work, settings: Settings, engine: Engine, counted: Counted) -> None:
    pages = enumerate(_before(work))
    learnt = [(page, work.lost.get(place, (0, 0))) for place, page in pages]
    step = stages.tables_step(settings)
    write_packed(work.target, counted(engine.map(step, learnt, stages.aside_learnt)))


def _normalize(work: Work, settings: Settings, engine: Engine, counted: Counted) -> None:
    step = stages.normalize_step(settings)
    spelt = engine.map(step, list(_before(work)), stages.aside_outcome)
    write_packed(work.target, counted(spelt))


def _sign(work: Work, _settings: Settings, engine: Engine, counted: Counted) -> None:
    signed = engine.map(stages.sign_step(), list(_before(work)), stages.unsigned)
    seen: list[Brief] = []
    write_records(work.target, [dedup.Gists.of(_gists(counted(signed), seen))])
    if work.beside:
        write_briefs(work.beside, seen)


def _gists(signed: Iterable[stages.Signed], seen: list[Brief]) -> Iterator[Gist]:
    """Yield the gists of the articles; what is known of each page is added to `seen`."""
    for gist, brief in signed:
        seen.append(brief)
        if gist:
            yield gist


def _before(work: Work) -> Iterator[bytes]:
    return read_packed(work.source) if work.source else iter(())


_STEPS: Mapping[str, Callable[[Work, Settings, Engine, Counted], None]] = {
    stages.STRIP.name: _strip,
    stages.TABLES.name: _tables,
    stages.NORMALIZE.name: _normalize,
    stages.SIGN.name: _sign,
}
