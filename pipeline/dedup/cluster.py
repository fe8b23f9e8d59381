"""Matches → clusters of pages that carry one body, and the copy of each to keep.

In: verified matches and a few facts about each page. Out: every page in exactly one cluster.
Never: two pages joined through anything but `same` and `near` matches.
"""

import numpy as np

from pipeline.dedup.candidates import Pairs


def components(size: int, pairs: Pairs) -> Pairs:
    """Return, for each of `size` places, the least place that `pairs` lead to."""
    parents = list(range(size))

    def root(place: int) -> int:
        while parents[place] != place:
            parents[place] = parents[parents[place]]
            place = parents[place]
        return place

    for i, j in pairs.tolist():
        left, right = sorted((root(i), root(j)))
        parents[right] = left
    return np.array([root(place) for place in range(size)], np.int64)
