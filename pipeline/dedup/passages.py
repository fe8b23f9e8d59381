"""Two aligned bodies → the longest passages they share.

In: the runs of an alignment. Out: passages in the spelling of the first body. Never: a passage
that is not in both.
"""

from itertools import pairwise

import numpy as np

from pipeline.dedup.body import Body
from pipeline.dedup.compiled import Runs

MOST = 10  # passages; they show why two pages are related, and are no copy of the page
LETTERS = 20  # a shorter passage may be a set phrase
LONGEST = 200  # letters; a longer one is cut


def passages(a: Body, b: Body, runs: Runs) -> tuple[str, ...]:
    """Return the longest passages of `a` that `b` holds too, figures and all, longest first."""
    long = runs[np.argsort(-runs[:, 2], kind="stable")[: 2 * MOST]]
    found = [span for run in long.tolist() for span in _agreeing(a, b, run)]
    found.sort(key=lambda span: (span[0] - span[1], span))
    spans = [(start, min(end, start + LONGEST)) for start, end in found[:MOST]]
    return tuple(a.spelled(start, end) for start, end in spans)


def opening(a: Body) -> tuple[str, ...]:
    """Return the beginning of a text that another page holds whole; () for a short one."""
    size = len(a.core)
    return (a.spelled(0, min(size, LONGEST)),) if size >= LETTERS else ()


def _agreeing(a: Body, b: Body, run: list[int]) -> list[tuple[int, int]]:
    """Return the parts of a run without a differing number, as places in the core's codes."""
    i, j, length, _ = run
    x, y = a.masked, b.masked
    differing = np.flatnonzero(x.values[i : i + length] != y.values[j : j + length])
    edges = [-1, *differing.tolist(), length]
    ends = [*x.starts[i : i + length].tolist(), x.end(i + length - 1, len(a.core))]
    spans = [(ends[left + 1], ends[right]) for left, right in pairwise(edges)]
    return [(start, end) for start, end in spans if end - start >= LETTERS]
