"""Bodies → pairs where one may stand inside the other, whatever their lengths.

In: bodies, and which of them are known to be copies of each other. Out: pairs of places. Never:
a pair because of a phrase that runs through many unrelated pages.

A FracMinHash sketch (Irber et al. 2022, https://doi.org/10.1101/2022.01.11.475838) keeps the
hashes below a bound, so that an excerpt's sketch lies in that of its source; signatures of two
texts of different length have little in common.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from pipeline.alike import alike, buckets, ranges
from pipeline.dedup import kernel
from pipeline.dedup.candidates import Pairs, all_pairs, distinct, pack, unpack
from pipeline.dedup.compiled import Counts, Hashes
from pipeline.dedup.fold import Folded

GRAM = 8  # characters; a shared run of eight is a phrase
SCALE = 32  # one hash in so many is kept
LEAST = 32  # but at least so many of a body
COMMON = 24  # clusters; a hash that more of them hold belongs to a set phrase
SHARED = 3  # hashes; fewer in common are a coincidence
MEMBERS = 64  # pages of a cluster that are compared with an excerpt
AT_ONCE = 1 << 21  # hashes that are sorted together
_MOST_PARTS = 128
_OWNER, _OWNERS = np.uint64(32), np.uint64(2**32 - 1)

BOUND = np.uint64(2**64 // SCALE)


@dataclass(frozen=True)
class Sketches:
    """Sketches of bodies, one behind the other in `hashes`; `sizes` says how long each is."""

    hashes: Hashes
    sizes: Counts

    @cached_property
    def starts(self) -> Counts:
        """Return where each begins."""
        starts: Counts = np.cumsum(self.sizes) - self.sizes
        return starts

    def __getitem__(self, place: int) -> Hashes:
        """Return the sketch of one body."""
        start = self.starts[place]
        return self.hashes[start : start + self.sizes[place]]


@dataclass(frozen=True, slots=True)
class Index:
    """Sketches of bodies, and the hashes that many clusters hold."""

    sketches: Sketches
    common: Hashes
    counted: dict[int, Hashes] = field(default_factory=dict)

    def telling(self, i: int, j: int) -> float:
        """Return the share of the lesser sketch found in the other, common hashes left out.

        0.0 for a coincidence, 1.0 where no hash is common: then there are too few pages to know.
        Hashes above the bound are left out, for long pages do not keep them: how common they are
        was not counted.
        """
        if not len(self.common):
            return 1.0
        return share_told(*(self._counted(k) for k in (i, j)))

    def _counted(self, place: int) -> Hashes:
        if place not in self.counted:
            self.counted[place] = kernel.telling(self.sketches[place], self.common, BOUND)
        return self.counted[place]


def share_told(x: Hashes, y: Hashes) -> float:
    """Return the share of the lesser set of telling hashes in the other, 0.0 for a coincidence."""
    shared = kernel.count_shared(x, y)
    return shared / min(len(x), len(y)) if shared >= SHARED else 0.0


def sketch(folded: Folded) -> Hashes:
    """Return the sketch of a body, sorted."""
    hashes = kernel.gram_hashes(folded.codes, GRAM)
    kept = kernel.distinct(hashes[hashes < BOUND])
    return kept if len(kept) >= LEAST else kernel.distinct(hashes)[:LEAST]


def propose(sketches: Sketches, clusters: Pairs) -> tuple[Index, Pairs]:
    """Return the index of `sketches`, and pairs of places (i, j), i < j, worth comparing.

    `clusters` holds the cluster of each place. Pairs inside a cluster are left out.
    """
    names, clusters = np.unique(clusters, return_inverse=True)
    common, found = [np.empty(0, np.uint64)], [np.empty(0, np.uint64)]
    for hashes, owners in _postings(sketches, clusters):
        starts, sizes = buckets(hashes)
        common.append(hashes[starts[sizes > COMMON]])
        found += [pack(pairs, len(names)) for pairs in all_pairs(owners, starts, sizes, COMMON)]
    index = Index(sketches, np.sort(np.concatenate(common)))
    related = unpack(_often(found, SHARED), len(names))
    return index, _member_pairs(clusters, related)


def _often(found: list[Hashes], least: int) -> Hashes:
    """Return what stands at `least` so often in all of `found`, which is emptied, sorted.

    There are forty pairs a page: what is not needed twice is not in memory twice.
    """
    keys = np.concatenate(found)
    found.clear()
    keys.sort()
    return kernel.distinct(keys[least - 1 :][keys[least - 1 :] == keys[: len(keys) - least + 1]])


def _postings(sketches: Sketches, clusters: Pairs) -> Iterator[tuple[Hashes, Pairs]]:
    """Yield each hash that comes again with each cluster that holds it, once, sorted by both.

    A part of all hashes at a time, by their last byte: sorting takes several times their memory.
    """
    holders = np.repeat(clusters.astype(np.int32), sketches.sizes)
    last = sketches.hashes.astype("<u8", copy=False).view(np.uint8)[:: sketches.hashes.itemsize]
    parts = min(_MOST_PARTS, 1 + len(last) // AT_ONCE)
    for part in range(parts):
        chosen = np.flatnonzero(last % parts == part)
        hashes, owners = sketches.hashes[chosen], holders[chosen].astype(np.uint64)
        order = alike(hashes)
        starts, sizes = buckets(hashes[order])
        # Numbers are sorted in a tenth of the time that two columns take.
        ranks = np.repeat(np.arange(len(starts), dtype=np.uint64), sizes)
        pairs = kernel.distinct((ranks << _OWNER) | owners[order])
        firsts = order[starts]
        yield hashes[firsts[(pairs >> _OWNER).astype(np.int64)]], (pairs & _OWNERS).astype(np.int64)


def _member_pairs(clusters: Pairs, related: Pairs) -> Pairs:
    """Return the first page of each cluster with those of the other, for related clusters."""
    order = np.argsort(clusters, kind="stable")
    bounds = np.searchsorted(clusters[order], np.arange(clusters.max(initial=-1) + 2))
    sizes = np.diff(bounds).clip(max=MEMBERS)
    found = [np.empty((0, 2), np.int64)]
    for one, other in (related.T, related.T[::-1]):
        firsts = np.repeat(order[bounds[one]], sizes[other])
        found.append(np.stack((firsts, order[ranges(bounds[other], sizes[other])]), axis=1))
    return distinct(np.concatenate(found), len(clusters))
