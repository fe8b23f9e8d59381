"""What pages have to do with each other: newer crawls, copies, and what is told of a page for that.

In: the results of chunks, which lie where `Results` says. Out: which articles are compared, what
becomes of each page, and what names all that is told of a chunk. Never: a page's text read.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property, partial
from itertools import compress
from pathlib import Path

from pipeline import dedup, read, versions
from pipeline.brief import Brief, read_briefs
from pipeline.fingerprint import fingerprint
from pipeline.publish import Standings
from pipeline.run import stages
from pipeline.run.duplicates import Duplicates, Place
from pipeline.run.merged import Part, kept, merged
from pipeline.run.plan import Chunk, is_left, key
from pipeline.run.results import Results
from pipeline.run.stages import Stage
from pipeline.shuffled import Bodies
from pipeline.store import read_records
from pipeline.versions import Replaced


class Related:
    """The relations of all pages of a run; each is read when it is asked for."""

    def __init__(self, results: Results) -> None:
        self._results = results

    @cached_property
    def replaced(self) -> dict[str, Replaced]:
        """Return by their names the articles that a newer crawl of their address stands for."""
        names = versions.shared(self._results.pages)
        if not names:
            return {}
        briefs = merged(
            Part(chunk.left, partial(self._briefs, chunk)) for chunk in self._results.chunks
        )
        return versions.replaced(
            (page, brief.id) for page, brief in briefs if page.name in names and brief.is_article
        )

    def _briefs(self, chunk: Chunk) -> Iterable[Brief]:
        """Return what is known of the pages that are left of a chunk."""
        return kept(chunk, read_briefs(self._results.segment(stages.BRIEF, chunk)))

    @property
    def gists(self) -> "Iterator[dedup.Gists]":
        """Yield the gists of all chunks."""
        for file in self._results.segments(stages.SIGN):
            yield from read_records(file, dedup.Gists)

    def places(self) -> Iterator[Place]:
        """Yield where the articles lie that no newer crawl stands for."""
        replaced, segment = self.replaced, self._results.segment
        for chunk in self._results.chunks:
            stand: Iterable[bool] = chunk.lefts
            if replaced:
                stand = (is_left(page) and page.name not in replaced for page in chunk.members)
            text = segment(stages.NORMALIZE, chunk)
            briefs = enumerate(read_briefs(segment(stages.BRIEF, chunk)))
            for at, brief in compress(briefs, stand):
                if brief.is_article:
                    yield Place(brief, text, at)

    def bodies(self) -> list[Bodies]:
        """Return the same for a cluster, which asks each chunk for its articles itself."""
        results = self._results
        ranks = {name: rank for rank, name in enumerate(dict.fromkeys(map(key, results.pages)))}
        return [
            Bodies(
                results.segment(stages.NORMALIZE, chunk),
                results.segment(stages.SIGN, chunk),
                tuple(-1 if name in self.replaced else ranks.get(name, -1) for name in chunk.keys),
            )
            for chunk in results.chunks
        ]

    @cached_property
    def duplicates(self) -> Duplicates:
        """Return what `DetectDuplicates` stored."""
        return Duplicates.joined(read_records(self._results.segment(stages.DUPLICATES), Duplicates))

    @cached_property
    def standings(self) -> Standings:
        """Return what becomes of each page."""
        found = self.duplicates
        return Standings(found.matches, found.clusters, self.replaced)

    def told(self, stage: Stage, chunk: Chunk) -> Path:
        """Return the file of what is told of a chunk; its name holds all that it follows from."""
        return self._results.paths.segment(stage.name, self._follows[0][chunk.name])

    @property
    def raw(self) -> dict[str, str]:
        """Return where pages lie that others are related to, by their ids."""
        return self._follows[1]

    @cached_property
    def _follows(self) -> tuple[dict[str, str], dict[str, str]]:
        """Return for each chunk what names all that is told of it, and where related pages lie.

        Of few pages something follows from others.
        """
        matched = {page for match in self.duplicates.matches for page in (match.a, match.b)}
        told, raw, results = dict[str, str](), dict[str, str](), self._results
        for chunk in results.chunks:
            briefs, names = read_briefs(results.segment(stages.BRIEF, chunk)), list[str]()
            for at, (page, brief) in enumerate(zip(chunk.members, briefs, strict=True)):
                replaced = page.name in self.replaced
                if is_left(page) and (brief.id in matched or replaced):
                    names.append(f"{at} {self.standings.of(page, brief).name}")
                    if not replaced:
                        raw[brief.id] = read.named(page)
            lost = results.lost_names.get(chunk.name, "")
            shape = fingerprint(results.shapes["publish"], lost, *map(str, chunk.gone), "", *names)
            told[chunk.name] = f"{chunk.name}-{shape}"
        return told, raw

    def recut(self) -> None:
        """Go on with other chunks of the same pages."""
        self.__dict__.pop("_follows", None)
