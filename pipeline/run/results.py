"""Where the results of a run lie: each in a file whose name holds all that shaped it.

In: the chunks that raw/ is cut into, the rules and the settings. Out: the file of each result, and
what there is to do where one is not there. Never: one name for two results that could differ.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path

from pipeline.config import Config
from pipeline.errors import DamagedError
from pipeline.fingerprint import fingerprint
from pipeline.paths import Paths
from pipeline.publish import made, releases
from pipeline.records import Found
from pipeline.rules import Rules
from pipeline.run import stages
from pipeline.run.chunks import Work
from pipeline.run.learning import Recurring
from pipeline.run.merged import Part, values
from pipeline.run.plan import Chunk
from pipeline.run.stages import Stage
from pipeline.store import names_in, read_records, remove

# What a stage makes beside its result.
_BESIDE = {stages.STRIP.name: stages.OUTLINE, stages.SIGN.name: stages.BRIEF}

# What each stage of chunks reads.
_SOURCES = {
    stages.TABLES.name: stages.STRIP,
    stages.NORMALIZE.name: stages.TABLES,
    stages.SIGN.name: stages.NORMALIZE,
}


class Results:
    """The results of a run, by stage and chunk.

    `shapes` names for each stage, and for what is published, all that shapes it but raw/;
    `version` names what is published.
    """

    def __init__(
        self, paths: Paths, shapes: Mapping[str, str], content: str, chunks: Sequence[Chunk]
    ) -> None:
        self.paths, self.shapes, self.chunks = paths, shapes, chunks
        self.version = fingerprint(shapes["publish"], content)

    @property
    def pages(self) -> Iterator[Found]:
        """Yield all pages that lie in raw/, in the order of their paths."""
        return values(Part(chunk.left, partial(iter, chunk.left)) for chunk in self.chunks)

    def segment(self, stage: Stage, chunk: Chunk | None = None) -> Path:
        """Return the file of a stage's result for one chunk, or for the whole corpus.

        What follows from all pages has a name when `LearnSites` is done, not before.
        """
        name = chunk.name if chunk else self.version
        shape = self.shapes[stage.name]
        if chunk and stage in stages.LEARNT and (lost := self.lost_names.get(chunk.name)):
            shape = fingerprint(shape, lost)
        return self.paths.segment(stage.name, f"{name}-{shape}")

    def segments(self, stage: Stage) -> Iterator[Path]:
        """Yield the file of a stage's result for each chunk."""
        return (self.segment(stage, chunk) for chunk in self.chunks)

    @property
    def is_learnt(self) -> bool:
        """Return whether `LearnSites` is done; where it is not, the state may have been deleted."""
        return self.segment(stages.LEARN).exists()

    @cached_property
    def recurring(self) -> Recurring:
        """Return what `LearnSites` stored."""
        return next(read_records(self.segment(stages.LEARN), Recurring))

    @cached_property
    def lost_names(self) -> dict[str, str]:
        """Return for each chunk that loses lines what names all that it loses."""
        lost = self.recurring.lost
        return {name: fingerprint(repr(sorted(pages.items()))) for name, pages in lost.items()}

    @property
    def learned_before(self) -> Recurring:
        """Return what a run before found in pages that the same rules shaped; nothing, if none."""
        for file in self._learnt(f"*-{self.shapes[stages.LEARN.name]}"):
            with suppress(DamagedError):
                return next(read_records(file, Recurring))
        return Recurring()

    def _learnt(self, pattern: str) -> Iterable[Path]:
        """Return the files in which runs stored what they learnt."""
        return self.paths.segment(stages.LEARN.name, "").glob(pattern)

    def recut(self, chunks: Sequence[Chunk], recurring: Recurring) -> None:
        """Go on with other chunks of the same pages, and what was learnt of those."""
        self.chunks, self.recurring = chunks, recurring
        self.__dict__.pop("lost_names", None)

    def work(self, stage: Stage, chunk: Chunk) -> Work:
        """Return what there is to do for a stage of one chunk; what it reads need not be there."""
        before = _SOURCES.get(stage.name)
        return Work(
            stage.name,
            chunk,
            self.segment(stage, chunk),
            self.segment(before, chunk) if before else None,
            self.segment(_BESIDE[stage.name], chunk) if stage.name in _BESIDE else None,
            self.recurring.lost.get(chunk.name, {}) if stage is stages.TABLES else {},
        )

    def lacking(self, stage: Stage) -> list[Chunk]:
        """Return the chunks that have no result of `stage` yet; all, where nothing was learnt."""
        if self._has_no_name(stage):
            return list(self.chunks)
        made = [one for one in (stage, _BESIDE.get(stage.name)) if one]
        there = {one.name: names_in(self.paths.segment(one.name, "")) for one in made}
        return [
            chunk
            for chunk in self.chunks
            if not all(self.segment(one, chunk).name in there[one.name] for one in made)
        ]

    def undone(self, stage: Stage) -> list[Work]:
        """Return the work of a stage that is left; bare, where nothing was learnt yet."""
        if self._has_no_name(stage):
            return [Work(stage.name, chunk, Path()) for chunk in self.chunks]
        return [self.work(stage, chunk) for chunk in self.lacking(stage)]

    def to_do(self, wanted: Iterable[Stage]) -> dict[str, int]:
        """Return, for each stage of chunks, how many pages it has to work on."""
        return {
            stage.name: sum(len(chunk.members) for chunk in self.lacking(stage)) for stage in wanted
        }

    def _has_no_name(self, stage: Stage) -> bool:
        """Return whether results of `stage` are named by what was not learnt yet."""
        return stage in stages.LEARNT and not self.is_learnt

    def forget(self, again: Collection[tuple[str, str]]) -> None:
        """Remove the results of pages that are tried again, and what follows from all.

        They are named by their paths in raw/ and their members.
        """
        for chunk in self.chunks:
            if any((page.file, page.member) in again for page in chunk.members):
                for stage in (*stages.ALONE, *stages.LEARNT, *stages.TOLD):
                    for file in self.paths.segment(stage.name, "").glob(f"{chunk.name}-*"):
                        remove(file)
        for file in (*self._learnt("*"), self.segment(stages.DUPLICATES)):
            remove(file)


def shapes_of(rules: Rules, config: Config) -> dict[str, str]:
    """Return, for each stage and for "publish", what names everything but raw/ that shapes it."""
    shapes: dict[str, str] = {}
    before = fingerprint(config.parser, str(config.how.max_page_bytes), str(config.how.max_ratio))
    for stage in stages.STAGES:
        if stage is stages.DUPLICATES:
            before = fingerprint(before, *config.dedup.preferred_hosts)
        before = shapes[stage.name] = stage.shape(rules, before)
    reasons = [f"{rule} {reason}" for rule, reason in sorted(rules.reasons.items())]
    tables = (rules.fingerprints["values"], repr(config.tables))
    outputs = (repr(config.outputs), *releases(config.outputs))
    shapes["publish"] = fingerprint(before, made.code(), *tables, *outputs, *reasons)
    return shapes
