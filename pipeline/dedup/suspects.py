"""Two aligned texts → the clauses that may disagree in their figures. Compiled.

In: runs, the numbers in them, and the clauses of either text. Out: pairs of clauses
to be read. Never: a pair whose words differ once figures and what is said beside them are taken
out.
"""

import numpy as np

from pipeline.dedup.compiled import (
    FNV_BASIS,
    FNV_PRIME,
    Codes,
    Flags,
    Hashes,
    Places,
    Runs,
    compiled,
)
from pipeline.dedup.kernel import NUMBER

BESIDE = 2  # codes; a figure so near to a gap may have got another unit or another bound
REWORDED = 40  # codes; a longer gap between two runs is another sentence
NEARBY = 80  # codes; a clause moves so far inside its sentence


@compiled("i8(u4[::1], i8, i8, u4[::1])")
def figure_beside(codes: Codes, start: int, end: int, numerals: Codes) -> int:
    """Return the first figure in `codes` from `start` to `end`, or `BESIDE` away; -1 for none.

    A figure is a number, or one of the Chinese `numerals`, which are sorted.
    """
    for k in range(max(0, start - BESIDE), min(len(codes), end + BESIDE)):
        place = np.searchsorted(numerals, codes[k])
        if codes[k] == NUMBER or (place < len(numerals) and numerals[place] == codes[k]):
            return k
    return -1


@compiled("i4[:,::1](i4[:,::1], u4[::1], u4[::1], u4[::1])")
def changed_figures(runs: Runs, a: Codes, b: Codes, numerals: Codes) -> Places:
    """Return the figures in gaps between two runs or right beside them: place in a, place in b.

    There a unit, a qualifier or a number in words may have changed. Gaps are those of at most
    `REWORDED` codes in either text.
    """
    found = np.empty((len(runs), 2), np.int32)
    count = 0
    for n in range(1, len(runs)):
        i, j = runs[n - 1, 0] + runs[n - 1, 2], runs[n - 1, 1] + runs[n - 1, 2]
        if not (0 <= runs[n, 0] - i <= REWORDED and 0 <= runs[n, 1] - j <= REWORDED):
            continue
        x = figure_beside(a, i, runs[n, 0], numerals)
        y = figure_beside(b, j, runs[n, 1], numerals) if x >= 0 else -1
        if y >= 0:
            found[count, 0], found[count, 1] = x, y
            count += 1
    return found[:count].copy()


@compiled("Tuple((u8[::1], u8[::1], i4[::1]))(u4[::1], i4[::1], b1[::1])")
def read_clauses(codes: Codes, starts: Places, drawn: Flags) -> tuple[Hashes, Hashes, Places]:
    """Return a hash of each clause without the codes that are `drawn`; then its lone clauses.

    Those are the clauses with a number whose words come once: a hash of each, sorted, and the
    place of its first number.
    """
    size = len(starts)
    bare, hashes = np.empty(size, np.uint64), np.empty(size, np.uint64)
    firsts = np.empty(size, np.int32)
    count = 0
    for n in range(size):
        value = rest = FNV_BASIS
        first = -1
        for k in range(starts[n], starts[n + 1] if n + 1 < size else len(codes)):
            code = codes[k]
            value = (value ^ np.uint64(code)) * FNV_PRIME
            if code >= len(drawn) or not drawn[code]:
                rest = (rest ^ np.uint64(code)) * FNV_PRIME
            elif first < 0 and code == NUMBER:
                first = k
        bare[n] = rest
        if first >= 0:
            hashes[count], firsts[count] = value, first
            count += 1
    order = np.argsort(hashes[:count])
    hashes, firsts = hashes[order], firsts[order]
    once = np.ones(count, np.bool_)
    for n in range(1, count):
        if hashes[n] == hashes[n - 1]:
            once[n] = once[n - 1] = False
    return bare, hashes[once], firsts[once]


@compiled("b1(i4[:,::1], i8, i8)")
def is_moved(runs: Runs, i: int, j: int) -> bool:
    """Return whether no run covers `i` or `j`, but one lies within `NEARBY` codes of both."""
    before = np.searchsorted(runs[:, 0], i, "right") - 1  # in most texts this one covers it
    if before >= 0 and i < runs[before, 0] + runs[before, 2]:
        return False
    near = False
    for n in range(len(runs)):
        x, y = runs[n, 0], runs[n, 1]
        if y <= j < y + runs[n, 2]:
            return False
        near = near or max(abs(x - i), abs(y - j)) <= NEARBY
    return near


@compiled("i4[:,::1](i4[:,::1], u8[::1], i4[::1], u8[::1], i4[::1])")
def moved_clauses(
    runs: Runs, hashes: Hashes, firsts: Places, others: Hashes, other_firsts: Places
) -> Places:
    """Return the first numbers of lone clauses that moved in their sentence: in a, in b.

    The clauses of either text are those of `read_clauses`.
    """
    found = np.empty((min(len(hashes), len(others)), 2), np.int32)
    n = m = count = 0
    while n < len(hashes) and m < len(others):
        x, y = hashes[n], others[m]
        if x == y and is_moved(runs, firsts[n], other_firsts[m]):
            found[count, 0], found[count, 1] = firsts[n], other_firsts[m]
            count += 1
        n += x <= y
        m += y <= x
    return found[:count].copy()


Clauses = tuple[Codes, Places, Hashes, Hashes, Places]
"""Masked codes, the clause of each, and what `read_clauses` says of the clauses."""
_CLAUSES = "Tuple((u4[::1], i4[::1], u8[::1], u8[::1], i4[::1]))"


@compiled(f"i4[:,::1](i4[:,::1], i4[:,::1], {_CLAUSES}, {_CLAUSES}, u4[::1])")
def suspects(runs: Runs, numbers: Places, a: Clauses, b: Clauses, numerals: Codes) -> Places:
    """Return the clauses that may disagree: place in a, place in b, and 1 where it moved.

    They hold `numbers` of a run that differ, or changed figures, or moved. Their bare words are
    the same. Each pair comes once.
    """
    changed = changed_figures(runs, a[0], b[0], numerals)
    moved = moved_clauses(runs, a[3], a[4], b[3], b[4])
    places = np.concatenate((numbers[:, :2], changed, moved))
    found = np.empty((len(places), 3), np.int32)
    count = 0
    for k in range(len(places)):
        i, j = a[1][places[k, 0]], b[1][places[k, 1]]
        agrees = k < len(numbers) and (numbers[k, 2] != 0 or numbers[k, 3] < 0)
        known = agrees or a[2][i] != b[2][j]
        for n in range(count):
            known = known or (found[n, 0] == i and found[n, 1] == j)
        if not known:
            found[count, 0], found[count, 1] = i, j
            found[count, 2] = k >= len(numbers) + len(changed)
            count += 1
    return found[:count].copy()
