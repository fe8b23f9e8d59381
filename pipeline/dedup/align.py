"""Two masked texts → the runs they share, and what those say about their origin. Compiled.

In: masked codes (every number one code) and hashes of all their grams of `SEED` codes. Out: runs
and counts. Never: time that grows with the product of two lengths.
"""

import numpy as np

from pipeline.dedup.compiled import Codes, Counts, Hashes, Places, Runs, compiled
from pipeline.dedup.kernel import NUMBER

SEED = 8  # codes; two texts that share so many in a row share a phrase, not a word
REACH = 12  # codes; the longest name that another may stand in for
CONTEXT = 6  # letters before a number that must agree before two numbers are compared
TRIES = 8  # places looked at for each gram; a phrase more common than that says little
BRIDGE = 60  # codes; a shorter gap is a misread word or a rewritten sentence


@compiled("i8(i8)")
def table_size(count: int) -> int:
    """Return a power of two with room for `count` entries."""
    size = 16
    while size < 2 * count:
        size *= 2
    return size


@compiled("UniTuple(i4[::1], 2)(u8[::1], i8)")
def chain_grams(hashes: Hashes, size: int) -> tuple[Places, Places]:
    """Return the head of each of `size` buckets, and the next place in the same bucket or -1."""
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
    length = 0
    while i + length < len(a) and j + length < len(b) and a[i + length] == b[j + length]:
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


@compiled("UniTuple(i8, 2)(u4[::1], i8, u4[::1], i4, i4[::1])")
def longest_run(a: Codes, i: int, b: Codes, head: int, nexts: Places) -> tuple[int, int]:
    """Return where in `b`, of the places chained to `head`, `a[i:]` goes on longest; how long."""
    best, place, tries = 0, -1, 0
    j = head
    while j >= 0 and tries < TRIES:
        length = run_length(a, i, b, j)
        if length > best:
            best, place = length, j
        tries += 1
        j = nexts[j]
    return place, best


@compiled("i4[:,::1](u4[::1], u8[::1], u4[::1], u8[::1])")
def align(a: Codes, a_seeds: Hashes, b: Codes, b_seeds: Hashes) -> Runs:
    """Return the runs that `a` shares with `b`, in the order of `a`, none overlapping another.

    A row is: start in a, start in b, length, and 1 where it resumes the run before it after at
    most `REACH` codes on either side, else 0. Runs have `SEED` codes or more.
    """
    size = table_size(len(b_seeds))
    heads, nexts = chain_grams(b_seeds, size)
    runs = np.empty((len(a) // SEED + 1, 4), np.int32)
    count = i = end = 0
    while i < len(a_seeds):
        j, length = longest_run(a, i, b, heads[np.int64(a_seeds[i] & np.uint64(size - 1))], nexts)
        if length < SEED:
            i += 1
            continue
        while i > end and j > 0 and a[i - 1] == b[j - 1]:
            i, j, length = i - 1, j - 1, length + 1
        linked = 0
        while length >= SEED:
            runs[count, 0], runs[count, 1], runs[count, 2] = i, j, length
            runs[count, 3] = linked
            count, linked = count + 1, 1
            i, j = i + length, j + length
            end = i
            step, other = resume(a, i, b, j)
            if step < 0:
                break
            i, j = i + step, j + other
            length = run_length(a, i, b, j)
    return runs[:count].copy()


@compiled("UniTuple(i8, 2)(u8[::1], u8[::1])")
def missing(seeds: Hashes, others: Hashes) -> tuple[int, int]:
    """Return how many codes of a text another lacks, all in all and in the longest stretch.

    `seeds` are those of the text, `others` those of the other one. Stretches of at most `BRIDGE`
    codes do not count.
    """
    size = table_size(len(others))
    heads, nexts = chain_grams(others, size)
    total = longest = end = 0
    for i in range(len(seeds) + 1):
        start = i
        if i == len(seeds):
            start += SEED - 1  # the end of the text closes the last stretch
        else:
            j = heads[np.int64(seeds[i] & np.uint64(size - 1))]
            while j >= 0 and others[j] != seeds[i]:
                j = nexts[j]
            if j < 0:
                continue
        if start - end > BRIDGE:
            total += start - end
            longest = max(longest, start - end)
        end = max(end, i + SEED)
    return total, longest


@compiled("b1(u4[::1], u4[::1])")
def is_exchange(a: Codes, b: Codes) -> bool:
    """Return whether one short word stands in for another, as a place's name does for a place's.

    Misread letters come one by one, so two words that share some are no such pair: of the
    shorter one at most a quarter may be found in the other.
    """
    found = 0
    for x in a:
        if x == NUMBER:
            return False
        for y in b:
            if y == NUMBER:
                return False
            if x == y:
                found += 1
                break
    shorter = min(len(a), len(b))
    return shorter >= 2 and 4 * found <= shorter


@compiled("UniTuple(i8, 2)(u4[::1], u8[::1], u8[::1])")
def weigh_numbers(codes: Codes, values: Hashes, others: Hashes) -> tuple[int, int]:
    """Return how many numbers of a run agree and how many differ.

    `codes` are the run's, `values` and `others` those of its numbers in the two texts. A number
    counts only after `CONTEXT` letters of the run.
    """
    agree = differ = letters = 0
    for p in range(len(codes)):
        if codes[p] != NUMBER:
            letters += 1
            continue
        if letters >= CONTEXT:
            agree += values[p] == others[p]
            differ += values[p] != others[p]
        letters = 0
    return agree, differ


@compiled("i8[::1](i4[:,::1], u4[::1], u8[::1], u4[::1], u8[::1])")
def weigh(runs: Runs, a: Codes, a_values: Hashes, b: Codes, b_values: Hashes) -> Counts:
    """Return five counts that speak for or against one origin of two aligned texts.

    Codes in shared runs; numbers in shared contexts that agree, and that differ; words exchanged
    between two runs; other small gaps between runs.
    """
    counts = np.zeros(5, np.int64)
    for n in range(len(runs)):
        i, j, length = runs[n, 0], runs[n, 1], runs[n, 2]
        counts[0] += length
        agree, differ = weigh_numbers(
            a[i : i + length], a_values[i : i + length], b_values[j : j + length]
        )
        counts[1] += agree
        counts[2] += differ
        if runs[n, 3]:
            i_end, j_end = runs[n - 1, 0] + runs[n - 1, 2], runs[n - 1, 1] + runs[n - 1, 2]
            counts[3 if is_exchange(a[i_end:i], b[j_end:j]) else 4] += 1
    return counts


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
            length = min(run_length(codes, j, codes, i), i - j)
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
