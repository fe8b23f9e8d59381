"""An array of keys → which of them are the same.

In: numbers, in any order. Out: places, in an order that follows from the numbers alone. Never:
anything that takes half a second to load: what recurs is looked for in every run.
"""

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Places = NDArray[np.int64]


def alike(keys: Keys) -> Places:
    """Return the places of the `keys` that come more than once, sorted by key and place.

    Among them may be a few that come once, as most do: what is sorted first is a number, the upper
    bits of the key and then its place.
    """
    low = np.uint64((1 << max(1, len(keys) - 1).bit_length()) - 1)
    packed = np.sort((keys & ~low) | np.arange(len(keys), dtype=np.uint64))
    sizes = buckets(packed & ~low)[1]
    order: Places = (packed[np.repeat(sizes > 1, sizes)] & low).astype(np.int64)
    # By now equal keys lie nearly side by side, by their places: a stable sort has little to do.
    return order[np.argsort(keys[order], kind="stable")]


def buckets(keys: Keys | Places) -> tuple[Places, Places]:
    """Return where each run of equal `keys` starts, and its length."""
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else np.empty(0, int)
    return starts, np.diff(np.r_[starts, len(keys)])


def ranges(starts: Places, sizes: Places) -> Places:
    """Return the numbers from each of `starts` on, so many as its size says, one after another."""
    ends = np.cumsum(sizes)
    numbers: Places = np.repeat(starts - ends + sizes, sizes) + np.arange(sizes.sum())
    return numbers
