"""Two aligned bodies → the longest passages they share.

In: the runs of an alignment. Out: passages in the spelling of the first body. Never: a passage
that is not in both.
"""

import numpy as np

from pipeline.dedup import align
from pipeline.dedup.body import Body
from pipeline.dedup.compiled import Runs

MOST = 10  # passages; they show why two pages are related, and are no copy of the page
LETTERS = 20  # a shorter passage may be a set phrase
LONGEST = 200  # letters; a longer one is cut


def passages(a: Body, b: Body, runs: Runs) -> tuple[str, ...]:
    """Return the longest passages of `a` that `b` holds too, figures and all, longest first."""
    spans = align.agreeing_spans(runs, a.masked.fields, b.masked.fields)
    spans = spans[np.argsort(-spans[:, 1], kind="stable")[:MOST]]
    edges = np.append(a.masked.starts, len(a.core))
    starts, ends = edges[spans[:, 0]].tolist(), edges[spans[:, 0] + spans[:, 1]].tolist()
    found = [(start - end, start, end) for start, end in zip(starts, ends, strict=True)]
    return tuple(
        a.spelled(start, min(end, start + LONGEST))
        for length, start, end in sorted(found)
        if -length >= LETTERS
    )


def opening(a: Body) -> tuple[str, ...]:
    """Return the beginning of a text that another page holds whole; () for a short one."""
    size = len(a.core)
    return (a.spelled(0, min(size, LONGEST)),) if size >= LETTERS else ()
