"""Two bodies → the longest passages they share, and those that only one of them holds.

In: bodies, and the runs of an alignment. Out: passages in the spelling of the first body. Never:
a shared passage that is not in both, or a lacking one that stands elsewhere in the other.
"""

import numpy as np

from pipeline.dedup import align
from pipeline.dedup.body import Body
from pipeline.dedup.compiled import Places, Runs, compiled

MOST = 10  # passages; they show why two pages are related, and are no copy of the page
LETTERS = 20  # a shorter passage may be a set phrase
ONLY = 4  # letters; what is shorter is a word that was exchanged
COVERED = 0.5  # of a clause's letters in runs; it was edited then, and is not lacking
LONGEST = 200  # letters; a longer one is cut


@compiled("i4[:,::1](i4[:,::1], i4[::1], i8)")
def longest(spans: Places, starts: Places, size: int) -> Places:
    """Return where the longest `spans` of masked codes start and end in the core, longest first.

    `starts` is the place of each masked code among the core's, of which there are `size`.
    """
    chosen = np.argsort(-spans[:, 1], kind="mergesort")[:MOST]
    found = np.empty((len(chosen), 2), np.int32)
    count = 0
    for n in chosen:
        start, end = spans[n, 0], spans[n, 0] + spans[n, 1]
        first, last = starts[start], starts[end] if end < len(starts) else np.int32(size)
        if last - first < LETTERS:
            continue
        place = count
        while place and (
            found[place - 1, 1] - found[place - 1, 0] < last - first
            or (
                found[place - 1, 1] - found[place - 1, 0] == last - first
                and found[place - 1, 0] > first
            )
        ):
            found[place] = found[place - 1]
            place -= 1
        found[place, 0], found[place, 1] = first, last
        count += 1
    return found[:count].copy()


def passages(a: Body, b: Body, runs: Runs) -> tuple[str, ...]:
    """Return the longest passages of `a` that `b` holds too, figures and all, longest first."""
    spans = align.agreeing_spans(runs, a.masked.fields, b.masked.fields)
    found = longest(spans, a.masked.starts, len(a.core)).tolist()
    return tuple(a.spelled(start, min(end, start + LONGEST)) for start, end in found)


def opening(a: Body) -> tuple[str, ...]:
    """Return the beginning of a text that another page holds whole; () for a short one."""
    size = len(a.core)
    return (a.spelled(0, min(size, LONGEST)),) if size >= LETTERS else ()


def only_in(text: str, other: str) -> tuple[str, ...]:
    """Return the passages of `text` that `other` lacks, () where either has no letters."""
    a, b = Body(text), Body(other)
    return lacking(a, b) if len(a.core) and len(b.core) else ()


def lacking(a: Body, b: Body) -> tuple[str, ...]:
    """Return the passages of `a` that `b` lacks, whole clauses, in the order of `a`.

    Clauses that follow one another are one passage.
    """
    found, starts = list[tuple[int, int]](), a.clause_edges[0]
    for place in _lacking_clauses(a, b):
        if found and found[-1][1] == place:
            found[-1] = found[-1][0], place + 1
        else:
            found.append((place, place + 1))
    spans = ((starts[first], starts[last]) for first, last in found)
    return tuple(a.spelled(start, end) for start, end in spans if end - start >= ONLY)


def _lacking_clauses(a: Body, b: Body) -> list[int]:
    """Return the clauses of `a` that no run covers, and whose letters are nowhere in `b`."""
    x, y = a.masked, b.masked
    covered = np.zeros(len(x.codes), np.bool_)
    for start, _, length, _ in align.align(x.fields, x.seeds, y.fields, y.seeds).tolist():
        covered[start : start + length] = True
    sizes = np.bincount(a.clause_of)
    shares = np.bincount(a.clause_of, covered) / sizes
    return [
        place
        for place in np.flatnonzero(shares < COVERED).tolist()
        if a.clause(place) not in b.letters
    ]
