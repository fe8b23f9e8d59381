"""Signatures → pairs worth comparing, by their bands.

In: signatures. Out: pairs of places, each once. Never: a number of pairs that grows with the
square of a bucket, or an order that depends on the order of arrival.
"""

import numpy as np

from pipeline.alike import alike, buckets
from pipeline.dedup import kernel
from pipeline.dedup.compiled import Codes, Counts, Hashes
from pipeline.dedup.signature import PERMUTATIONS, bands

Pairs = Counts  # of places; two columns, or one array of places

FULL = 32  # pages; in a fuller bucket not every pair is proposed
CROWD = 24  # candidates of a page that are kept, the likest; form letters have thousands
NEIGHBOURS = 2  # in a full bucket a page meets so many of the pages that follow it in the order
FULL_BANDS = 8  # and only in so many bands
AT_ONCE = 1 << 22  # pairs; more are made distinct before the next band is looked at


def propose(values: Codes) -> Pairs:
    """Return pairs (i, j), i < j, of rows of `values` that share a band, sorted.

    The rows must be in an order that does not depend on arrival. They must hold no two equal
    texts and no text without a gram: those need no comparison. `values` may be a map of a file:
    beside it a page takes some hundred bytes, and so does a pair.
    """
    size = len(values)
    found, waiting = [np.empty(0, np.uint64)], 0
    full_bands = np.zeros(size, np.int64)
    slices = bands()
    for n, band in enumerate(slices):
        pairs = _sharing(values, band, slices[(n + 1) % len(slices)], full_bands)
        found.append(pack(pairs, size))
        waiting += len(pairs)
        if waiting > AT_ONCE:
            found, waiting = [kernel.distinct(np.concatenate(found))], 0
    return _likest(unpack(kernel.distinct(np.concatenate(found)), size), values)


def _sharing(
    values: Codes, band: tuple[int, int], next_band: tuple[int, int], full_bands: Pairs
) -> Pairs:
    """Return pairs of rows that are equal in `band`; of full buckets not every pair."""
    keys = kernel.mix(values, *band)
    order = alike(keys)
    starts, sizes = buckets(keys[order])
    found = all_pairs(order, starts, sizes, FULL)
    for first, size in zip(starts[sizes > FULL], sizes[sizes > FULL], strict=True):
        members = order[first : first + size]
        beside = np.argsort(kernel.mix(values[members], *next_band), kind="stable")
        found.append(_some_pairs(members[beside], full_bands))
    return np.concatenate([*found, np.empty((0, 2), np.int64)])


def _likest(pairs: Pairs, values: Codes) -> Pairs:
    """Return the pairs that are among the `CROWD` likest of one of their two pages.

    Most pages have fewer candidates: what is ranked are those of the others.
    """
    kept = np.zeros(len(pairs), np.bool_)
    for side in (0, 1):
        crowds = np.bincount(pairs[:, side], minlength=len(values)) > CROWD
        crowded = crowds[pairs[:, side]]
        kept |= ~crowded
        ranked = np.flatnonzero(crowded)
        some = pairs[ranked]
        unlike = PERMUTATIONS - kernel.count_equal(values, some)
        # By this side, then how unlike, then the other: one number is sorted sooner than three.
        keys = (some[:, side] * (PERMUTATIONS + 1) + unlike) * len(values) + some[:, 1 - side]
        order = np.argsort(keys)
        starts, sizes = buckets(some[order, side])
        ranks = np.arange(len(some)) - np.repeat(starts, sizes)
        kept[ranked[order[ranks < CROWD]]] = True
    return pairs[kept]


def distinct(pairs: Pairs, size: int) -> Pairs:
    """Return each pair of places below `size` once, the lesser place first, sorted."""
    return unpack(kernel.distinct(pack(pairs, size)), size)


def pack(pairs: Pairs, size: int) -> Hashes:
    """Return one number for each pair of places below `size`; they sort as pairs do."""
    one, other = pairs.T  # column by column, which takes a tenth of what row by row does
    packed: Pairs = np.minimum(one, other) * size + np.maximum(one, other)
    return packed.view(np.uint64)


def unpack(packed: Hashes, size: int) -> Pairs:
    """Return the pairs that `pack` packed."""
    return np.stack(np.divmod(packed.astype(np.int64), max(1, size)), axis=1)


def all_pairs(order: Pairs, starts: Pairs, sizes: Pairs, most: int) -> list[Pairs]:
    """Return every pair of each bucket of at most `most`, one array for each size."""
    found = []
    for size in np.unique(sizes[(sizes > 1) & (sizes <= most)]):
        members = order[starts[sizes == size][:, None] + np.arange(size)]
        left, right = np.triu_indices(size, 1)
        found.append(np.stack((members[:, left].ravel(), members[:, right].ravel()), axis=1))
    return found


def _some_pairs(members: Pairs, full_bands: Pairs) -> Pairs:
    """Return pairs of a full bucket: each page with its neighbours and with one page for all.

    `members` are sorted by their next band, so that neighbours share two more often than not.
    """
    members = members[full_bands[members] < FULL_BANDS]
    full_bands[members] += 1
    pairs = [np.stack((members[:-k], members[k:]), axis=1) for k in range(1, NEIGHBOURS + 1)]
    star = np.full(len(members), members.min(initial=len(full_bands)))
    pairs.append(np.stack((star, members), axis=1)[star != members])
    return np.concatenate(pairs)
