"""Two masked texts → the runs they share. Compiled.

In: masked codes (every number one code) and hashes of all their grams of `SEED` codes. Out: runs.
Never: time that grows with the product of two lengths.
"""

import numpy as np

from pipeline.dedup.compiled import Codes, Hashes, Places, Runs, compiled

Fields = tuple[Codes, Hashes, Runs, Hashes]
"""Masked codes, what tells numbers apart, the numbers and their lines, seeds: see `body.Masked`."""
FIELDS = "Tuple((u4[::1], u8[::1], i4[:,::1], u8[::1]))"

Chains = tuple[Places, Places]
"""The first place of each bucket of seeds, and of each place the next in the same bucket."""
CHAINS = "UniTuple(i4[::1], 2)"

SEED = 8  # codes; two texts that share so many in a row share a phrase, not a word
CHAIN = 20  # codes; texts of one kind share shorter phrases by chance
REACH = 12  # codes; the longest name that another may stand in for
TRIES = 16  # places looked at for each gram; a phrase more common than that says little


@compiled("i8(i8)")
def table_size(count: int) -> int:
    """Return a power of two with room for `count` entries."""
    size = 16
    while size < 2 * count:
        size *= 2
    return size


@compiled(f"{CHAINS}(u8[::1])")
def chain_grams(hashes: Hashes) -> Chains:
    """Return the head of each bucket of `hashes`, and the next place in the same bucket or -1."""
    size = table_size(len(hashes))
    heads = np.full(size, np.int32(-1), np.int32)
    nexts = np.empty(len(hashes), np.int32)
    for i in range(len(hashes) - 1, -1, -1):
        bucket = np.int64(hashes[i] & np.uint64(size - 1))
        nexts[i] = heads[bucket]
        heads[bucket] = i
    return heads, nexts


@compiled("i8(u4[::1], i8, u4[::1], i8)")
def run_length(a: Codes, i: int, b: Codes, j: int) -> int:
    """Return how many codes are equal from `a[i]` and `b[j]` on."""
    length, most = 0, min(len(a) - i, len(b) - j)
    while length < most and a[i + length] == b[j + length]:
        length += 1
    return length


@compiled("UniTuple(i8, 2)(u4[::1], i8, u4[::1], i8)")
def resume(a: Codes, i: int, b: Codes, j: int) -> tuple[int, int]:
    """Return the shortest jump from a[i], b[j] to where `SEED` codes are equal, or (-1, -1)."""
    for total in range(1, 2 * REACH + 1):
        for step in range(max(0, total - REACH), min(total, REACH) + 1):
            other = total - step
            if i + step + SEED > len(a) or j + other + SEED > len(b):
                continue
            equal = 0
            while equal < SEED and a[i + step + equal] == b[j + other + equal]:
                equal += 1
            if equal == SEED:
                return step, other
    return -1, -1


@compiled(f"UniTuple(i8, 2)({FIELDS}, i8, {FIELDS}, i4, i4[::1])")
def best_run(a: Fields, i: int, b: Fields, head: int, nexts: Places) -> tuple[int, int]:
    """Return where in `b`, of the places chained to `head`, `a[i:]` goes on best; how long.

    A number that differs outweighs `SEED` letters: in a list every line has the same words.
    """
    best, place, longest, tries = 0, -1, 0, 0
    j = head
    while j >= 0 and tries < TRIES:
        length = run_length(a[0], i, b[0], j)
        worth = length
        for p in range(length):
            if a[1][i + p] != b[1][j + p]:
                worth -= SEED
        if place < 0 or worth > best:
            best, place, longest = worth, j, length
        tries += 1
        j = nexts[j]
    return place, longest


@compiled(f"i4[:,::1]({FIELDS}, {FIELDS}, {CHAINS})")
def align(a: Fields, b: Fields, chains: Chains) -> Runs:
    """Return the runs that `a` shares with `b`, in the order of `a`, none overlapping another.

    A row is: start in a, start in b, length, and 1 where it resumes the run before it after at
    most `REACH` codes on either side, else 0. Runs have `SEED` codes or more; those that resume
    one another have `CHAIN` codes or more together. `chains` are those of the seeds of `b`.
    """
    heads, nexts = chains
    buckets = np.uint64(len(heads) - 1)
    x, y, seeds = a[0], b[0], a[3]
    runs = np.empty((len(x) // SEED + 1, 4), np.int32)
    count = i = end = 0
    while i < len(seeds):
        j, length = best_run(a, i, b, heads[np.int64(seeds[i] & buckets)], nexts)
        if length < SEED:
            i += 1
            continue
        while i > end and j > 0 and x[i - 1] == y[j - 1]:
            i, j, length = i - 1, j - 1, length + 1
        first, last, total = count, end, 0
        while length >= SEED:
            runs[count, 0], runs[count, 1], runs[count, 2] = i, j, length
            runs[count, 3] = count > first
            count, total = count + 1, total + length
            i, j = i + length, j + length
            end = i
            step, other = resume(x, i, y, j)
            if step < 0:
                break
            i, j = i + step, j + other
            length = run_length(x, i, y, j)
        if total < CHAIN:
            i, count, end = end, first, last
    return runs[:count].copy()


@compiled("i4[:,::1](u4[::1], u8[::1], i8)")
def repeats(codes: Codes, seeds: Hashes, seed: int) -> Runs:
    """Return the runs of a text that stood in it before, in order, none overlapping another.

    A row is: start of the earlier run, start of the later one, length. `seeds` hash all grams of
    `seed` codes. The earlier run ends before the later one starts.
    """
    size = table_size(len(seeds))
    heads = np.full(size, np.int32(-1), np.int32)
    nexts = np.empty(len(seeds), np.int32)
    runs = np.empty((len(codes) // seed + 1, 3), np.int32)
    count = i = known = 0
    while i < len(seeds):
        while known + seed <= i:
            bucket = np.int64(seeds[known] & np.uint64(size - 1))
            nexts[known] = heads[bucket]
            heads[bucket] = known
            known += 1
        best, place, tries = 0, 0, 0
        j = heads[np.int64(seeds[i] & np.uint64(size - 1))]
        while j >= 0 and tries < TRIES:
            length = run_length(codes[:i], j, codes, i)
            if length >= best:
                best, place = length, j
            tries += 1
            j = nexts[j]
        if best < seed:
            i += 1
            continue
        runs[count, 0], runs[count, 1], runs[count, 2] = place, i, best
        count += 1
        i += best
    return runs[:count].copy()
