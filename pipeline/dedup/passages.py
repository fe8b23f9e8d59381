"""Two bodies → the longest passages they share, and those that only one of them holds.

In: bodies, and where passages stand. Out: passages in the spelling of the first body. Never:
a shared passage that is not in both, or a lacking one that stands elsewhere in the other.
"""

import numpy as np

from pipeline.dedup.align import align
from pipeline.dedup.body import Body
from pipeline.dedup.compiled import Places
from pipeline.dedup.runs import LETTERS, longest

ONLY = 4  # letters; what is shorter is a word that was exchanged
COVERED = 0.5  # of a clause's letters in runs; it was edited then, and is not lacking
LONGEST = 200  # letters; a longer one is cut


def passages(a: Body, parts: Places) -> tuple[str, ...]:
    """Return the longest of the `parts` of `a` that another body holds too, longest first."""
    places = longest(parts, a.masked.starts, len(a.core)).tolist()
    return tuple(a.spelled(start, min(end, start + LONGEST)) for start, end in places)


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
    clauses = a.masked.clauses
    covered = np.zeros(len(clauses), np.bool_)
    for start, _, length, _ in align(a.masked.fields, b.masked.fields, b.chains).tolist():
        covered[start : start + length] = True
    shares = np.bincount(clauses, covered) / np.bincount(clauses)
    return [
        place
        for place in np.flatnonzero(shares < COVERED).tolist()
        if a.clause(place) not in b.letters
    ]
