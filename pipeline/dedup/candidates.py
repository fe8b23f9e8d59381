"""Signatures → pairs worth comparing, by their bands.

In: signatures. Out: pairs of places, each once. Never: a number of pairs that grows with the
square of a bucket, or an order that depends on the order of arrival.
"""

from collections.abc import Sequence

import numpy as np

from pipeline.dedup import kernel
from pipeline.dedup.compiled import Codes, Counts, Hashes
from pipeline.dedup.signature import PERMUTATIONS, bands
from pipeline.records import Gist, Signature

Pairs = Counts  # of places; two columns, or one array of places

FULL = 32  # pages; in a fuller bucket not every pair is proposed
CROWD = 24  # candidates of a page that are kept, the likest; form letters have thousands
NEIGHBOURS = 2  # in a full bucket a page meets so many of the pages that follow it in the order
FULL_BANDS = 8  # and only in so many bands


def stack(signatures: Sequence[Signature | Gist]) -> Codes:
    """Return the values of `signatures`, one row each."""
    joined = bytearray().join(signature.values for signature in signatures)
    return np.frombuffer(joined, "<u4").reshape(-1, PERMUTATIONS)


def propose(values: Codes) -> Pairs:
    """Return pairs (i, j), i < j, of rows of `values` that share a band, sorted.

    The rows must be in an order that does not depend on arrival. They must hold no two equal
    texts and no text without a gram: those need no comparison.
    """
    found = [np.empty((0, 2), np.int64)]
    full_bands = np.zeros(len(values), np.int64)
    band_keys = [_mix(values[:, start:end]) for start, end in bands()]
    for keys, next_keys in zip(band_keys, band_keys[1:] + band_keys[:1], strict=True):
        order = np.lexsort((next_keys, keys))
        starts, sizes = buckets(keys[order])
        found += all_pairs(order, starts, sizes, FULL)
        for first, size in zip(starts[sizes > FULL], sizes[sizes > FULL], strict=True):
            found.append(_some_pairs(order[first : first + size], full_bands))
    return _likest(distinct(np.concatenate(found), len(values)), values)


def _likest(pairs: Pairs, values: Codes) -> Pairs:
    """Return the pairs that are among the `CROWD` likest of one of their two pages."""
    equal = kernel.count_equal(values, pairs)
    kept = np.zeros(len(pairs), np.bool_)
    for side in (0, 1):
        order = np.lexsort((pairs[:, 1 - side], -equal, pairs[:, side]))
        starts, sizes = buckets(pairs[order, side])
        ranks = np.arange(len(pairs)) - np.repeat(starts, sizes)
        kept[order[ranks < CROWD]] = True
    return pairs[kept]


def distinct(pairs: Pairs, size: int) -> Pairs:
    """Return each pair of places below `size` once, the lesser place first, sorted."""
    keys = np.unique(pairs.min(axis=1) * size + pairs.max(axis=1))
    return np.stack(np.divmod(keys, max(1, size)), axis=1)


def _mix(columns: Codes) -> Hashes:
    """Return one 64-bit key for each row."""
    keys = np.full(len(columns), 0xCBF29CE484222325, np.uint64)
    for column in columns.T:
        keys = (keys ^ column.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        keys ^= keys >> np.uint64(32)
    return keys


def buckets(keys: Hashes | Pairs) -> tuple[Pairs, Pairs]:
    """Return where each run of equal `keys` starts, and its length."""
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else np.empty(0, int)
    return starts, np.diff(np.r_[starts, len(keys)])


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
    star = np.full(len(members), members.min(initial=0))
    pairs.append(np.stack((star, members), axis=1)[star != members])
    return np.concatenate(pairs)
