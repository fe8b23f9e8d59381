"""What is told of the pages of chunks: by processes, once; then put together for those who read.

In: chunks whose pages are cleaned, and what became of each page. Out: rows, stories and a chapter
beside the results of each chunk; from them the outputs and the report. Never: a page told again
because of pages that it has nothing to do with.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby, starmap
from pathlib import Path
from typing import TypeVar

from pipeline.brief import read_briefs
from pipeline.engines.forked import map_forked
from pipeline.publish import Corpus, Row
from pipeline.run import stages
from pipeline.run.merged import Part, kept, values
from pipeline.run.plan import Chunk
from pipeline.run.related import Related
from pipeline.run.results import Results
from pipeline.run.told import Untold, tell
from pipeline.shuffled.parts import Run
from pipeline.store import read_packed, read_records

# Chunks that are told before other processes take over: what is known of their pages is copied.
_RENEWED = 64

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Account:
    """The account of all pages that are left of the chunks of `results`."""

    results: Results
    related: Related
    corpus: Corpus

    def tell(self, workers: int) -> None:
        """Store what the outputs and the report say of each page, where it is not stored yet."""
        from pipeline.publish import telling  # loaded before the fork, once for all

        _ = telling
        for _ in map_forked(self._tell, self.new, workers, _RENEWED):
            pass

    @property
    def new(self) -> list[Chunk]:
        """Return the chunks of which something is not told yet."""
        return [
            chunk
            for chunk in self.results.chunks
            if not all(self.related.told(stage, chunk).exists() for stage in stages.TOLD)
        ]

    def _tell(self, chunk: Chunk) -> None:
        tell(self.untold(chunk), self.corpus)

    def untold(self, chunk: Chunk) -> Untold:
        """Return all that telling of a chunk takes."""
        briefs = kept(chunk, read_briefs(self.results.segment(stages.BRIEF, chunk)))
        return Untold(
            left := tuple(chunk.left),
            tuple(starmap(self.related.standings.of, zip(left, briefs, strict=True))),
            tuple(chunk.lefts),
            *(self.results.segment(stage, chunk) for stage in (stages.NORMALIZE, stages.STRIP)),
            *(self.related.told(stage, chunk) for stage in stages.TOLD),
        )

    def rows(self) -> Iterator[Row]:
        """Yield what the outputs say of each page of raw/, in the order of the paths."""
        told = (self.related.told(stages.ROWS, chunk) for chunk in self.results.chunks)
        return self._merged(partial(read_records, file, Row) for file in told)

    def write_report(self, folder: Path, workers: int = 1) -> None:
        """Write the report on all pages into `folder`; `workers` are processes."""
        from pipeline.publish import report

        told = [
            report.Told(
                partial(_one, self.related.told(stages.CHAPTERS, chunk), report.Chapter),
                partial(read_packed, self.related.told(stages.STORIES, chunk)),
                partial(_one, self.related.told(stages.CHAPTERS, chunk), report.Figures),
            )
            for chunk in self.results.chunks
        ]
        report.write(told, self._places(range(len(told))), self.corpus, folder, workers)

    def runs(self) -> Iterator[Run]:
        """Yield where the rows of all pages lie, in the order of the paths."""
        files = [self.related.told(stages.ROWS, chunk).resolve() for chunk in self.results.chunks]
        # What is the same for rows that follow one another is how far they are from the page.
        for (rows, _), some in groupby(
            enumerate(self._places(files)), key=lambda one: (one[1][0], one[0] - one[1][1])
        ):
            found = [at for _, (_, at) in some]
            yield Run(rows, found[0], found[-1] + 1)

    def _places(self, names: Sequence[T]) -> Iterator[tuple[T, int]]:
        """Yield the places of all pages: the name of the chunk, and the page's place in it."""
        pairs = zip(names, self.results.chunks, strict=True)
        return self._merged(partial(_counted, name, len(chunk.left)) for name, chunk in pairs)

    def _merged(self, read: Iterable[Callable[[], Iterable[T]]]) -> Iterator[T]:
        """Yield what is kept of each page, in the order of the paths."""
        pairs = zip(self.results.chunks, read, strict=True)
        parts = (Part(chunk.left, opened) for chunk, opened in pairs)
        return values(parts)


def _one(segment: Path, kind: type[T]) -> T:
    return next(read_records(segment, kind))


def _counted(name: T, count: int) -> Iterator[tuple[T, int]]:
    return ((name, at) for at in range(count))
