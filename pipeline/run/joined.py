"""Small chunks → fewer: the results of pages that came at many times, put together unchanged.

In: a run that has published. Out: the same results under other chunks, which the next run begins
with. Never: a page cleaned anew for it; a chunk named in the record of the scan before all of its
results are there, so that a run killed here costs nothing but what it had joined. What outputs
tell of the pages is no part of it: the next run tells it anew.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from pipeline import dedup, read
from pipeline.brief import Brief, read_briefs, write_briefs
from pipeline.records import Gist
from pipeline.recurring import Taken
from pipeline.run import stages
from pipeline.run.job import Job
from pipeline.run.plan import CHUNK_PAGES, Chunk, chunk_of, is_left
from pipeline.run.results import Results
from pipeline.store import read_packed, read_records, write_packed, write_records

# Pages. A chunk that has fewer left is joined with others.
SMALL = CHUNK_PAGES // 2

# So many small chunks are borne. Each run adds one, and joins them when they are more: that copies
# a page a few times in its life, and a run opens few files however often pages came.
MANY = 16

# What holds a record for each page of a chunk. BRIEF holds one of all, SIGN one of its articles.
_PAGED = (stages.STRIP, stages.OUTLINE, stages.TABLES, stages.NORMALIZE)
_ALL = (*_PAGED, stages.BRIEF, stages.SIGN)


def join_small(job: Job) -> None:
    """Join the small chunks of a run that is done, where they have become many."""
    results = job.results
    if not results.is_learnt:
        return  # the state was deleted: nothing has a name
    found = (_Joint(results, group) for group in grouped(job.whole))
    joints = [joint for joint in found if joint.is_whole]
    if not joints:
        return
    gone = {chunk.name for joint in joints for chunk in joint.parts}
    kept = [chunk for chunk in results.chunks if chunk.name not in gone]
    lost = {joint.chunk.name: joint.lost for joint in joints if joint.lost}
    parts = {joint.chunk.name: joint.parts for joint in joints}
    chunks = [*kept, *(joint.chunk for joint in joints)]
    job.recut(chunks, results.recurring.recut(parts, lost))
    write_records(results.segment(stages.LEARN), [results.recurring])
    for joint in joints:
        joint.write()
    job.store_scan()


def grouped(chunks: Iterable[Chunk]) -> list[list[Chunk]]:
    """Return which chunks are to be one: small ones, oldest first, when they are many."""
    small = [chunk for chunk in chunks if len(chunk.left) < SMALL]
    if len(small) <= MANY:
        return []
    groups: list[list[Chunk]] = [[]]
    room = CHUNK_PAGES
    for chunk in small:
        if len(chunk.left) > room:
            groups.append([])
            room = CHUNK_PAGES
        groups[-1].append(chunk)
        room -= len(chunk.left)
    return [group for group in groups if len(group) > 1]


class _Joint:
    """Chunks that become one; `chunk` holds the pages that are left of them, in order."""

    def __init__(self, results: Results, parts: Sequence[Chunk]) -> None:
        self._results, self.parts = results, parts
        self._sources = {s.name: [results.segment(s, part) for part in parts] for s in _ALL}
        members = [tuple(part.members) for part in parts]
        places = (
            (read.order(page), number, place)
            for number in range(len(parts))
            for place, page in enumerate(members[number])
            if is_left(page)
        )
        self._places = [(number, place) for _, number, place in sorted(places)]
        self.chunk = chunk_of([members[number][place] for number, place in self._places])

    @property
    def is_whole(self) -> bool:
        """Return whether all that is put together is there."""
        return all(file.exists() for file in chain(*self._sources.values()))

    @property
    def lost(self) -> dict[int, Taken]:
        """Return how many lines pages lose, by their places in the new chunk."""
        before = [self._results.recurring.lost.get(part.name, {}) for part in self.parts]
        return {
            new: before[number][place]
            for new, (number, place) in enumerate(self._places)
            if place in before[number]
        }

    def write(self) -> None:
        """Write what is kept of the new chunk."""
        for stage in _PAGED:
            parts = [list(read_packed(file)) for file in self._sources[stage.name]]
            pages = (parts[number][place] for number, place in self._places)
            write_packed(self._results.segment(stage, self.chunk), pages)
        known = [read_briefs(file) for file in self._sources[stages.BRIEF.name]]
        briefs = [known[number][place] for number, place in self._places]
        write_briefs(self._results.segment(stages.BRIEF, self.chunk), briefs)
        gists = dedup.Gists.of(self._gists(briefs))
        write_records(self._results.segment(stages.SIGN, self.chunk), [gists])

    def _gists(self, briefs: Iterable[Brief]) -> Iterator[Gist]:
        """Yield the gists of the articles that are left, which are told by the names of texts."""
        bodies = {brief.body for brief in briefs}
        for file in self._sources[stages.SIGN.name]:
            for gists in read_records(file, dedup.Gists):
                yield from (gist for gist in gists if gist.text in bodies)
