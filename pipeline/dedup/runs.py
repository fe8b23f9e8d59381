"""The runs of an alignment → what they say about the origin of two texts. Compiled.

In: two masked texts and the runs they share. Out: counts, places, passages. Never: time that
grows with the product of two lengths.
"""

import numpy as np

from pipeline.dedup.align import (
    CHAINS,
    FIELDS,
    SEED,
    Chains,
    Fields,
    align,
)
from pipeline.dedup.compiled import Codes, Hashes, Places, Runs, compiled
from pipeline.dedup.kernel import NUMBER

CONTEXT = 6  # letters beside a number that must agree before two numbers are compared
PHRASE = 5  # seeds in a row: twelve codes, more than two unrelated texts share by chance
BRIDGE = 60  # codes; a shorter gap is a misread word or a rewritten sentence
MOST = 10  # passages; they show why two pages are related, and are no copy of the page
LETTERS = 20  # a shorter passage may be a set phrase

Counts = tuple[int, int, int, int, int, int]
"""Letters in runs, codes in small gaps; numbers that agree, that differ; words exchanged, not."""
_FOUND = "Tuple((i4[:,::1], i4[:,::1], i4[:,::1], UniTuple(i8, 6)))"


@compiled("b1(u4[::1], u4[::1])")
def is_exchange(a: Codes, b: Codes) -> bool:
    """Return whether one short word stands in for another, as a place's name does for a place's.

    Misread letters come one by one, and those between them stay where they were: of the shorter
    word at most a quarter may be, counted from either end.
    """
    shorter = min(len(a), len(b))
    from_start = from_end = 0
    for k in range(shorter):
        if a[k] == NUMBER or b[k] == NUMBER:
            return False
        from_start += a[k] == b[k]
        from_end += a[len(a) - 1 - k] == b[len(b) - 1 - k]
    return shorter >= 2 and 4 * max(from_start, from_end) <= shorter


@compiled("b1(u4[::1], i8, u4[::1], i8)")
def is_cut(a: Codes, i: int, b: Codes, j: int) -> bool:
    """Return whether another number stands beside `a[i]`, but none beside `b[j]`, or the reverse.

    Then one of them is a piece of a number.
    """
    for step in (-1, 1):
        x = 0 <= i + step < len(a) and a[i + step] == NUMBER
        y = 0 <= j + step < len(b) and b[j + step] == NUMBER
        if x != y:
            return True
    return False


@compiled("i8(i4[:,::1], i8, i8)")
def first_number(numbers: Runs, place: int, start: int) -> int:
    """Return which of `numbers`, from `start` on, is the first at `place` or behind it."""
    end = len(numbers)
    while start < end:
        middle = (start + end) // 2
        if numbers[middle, 0] < place:
            start = middle + 1
        else:
            end = middle
    return start


@compiled(f"i4[:,::1](i4[:,::1], {FIELDS}, {FIELDS})")
def pair_numbers(runs: Runs, a: Fields, b: Fields) -> Places:
    """Return the numbers that stand at the same place of a run in both texts, one pair a row.

    A row is: place in a, place in b, 1 where they agree, and its context: the letters before it
    or after it, whichever are more, in the run and on its line and up to the next number. What
    ends the line before says nothing about a number. The context of a number that a line break
    cut in two, in one text only, is -1.
    """
    x, y = a[2], b[2]
    pairs = np.empty((len(x), 4), np.int32)
    count = k = 0
    for n in range(len(runs)):
        i, j, length = runs[n, 0], runs[n, 1], runs[n, 2]
        k, m, last = first_number(x, i, k), first_number(y, j, 0), 0
        while k < len(x) and x[k, 0] < i + length:
            place = x[k, 0] - i
            pairs[count, 0], pairs[count, 1] = i + place, j + place
            pairs[count, 2] = a[1][i + place] == b[1][j + place]
            end = min(length, x[k + 1, 0] - i) if k + 1 < len(x) else length
            before = place - max(last, x[k, 1] - i, y[m, 1] - j)
            after = min(end, x[k, 2] - i, y[m, 2] - j) - place - 1
            pairs[count, 3] = max(before, after)
            if is_cut(a[0], i + place, b[0], j + place):
                pairs[count, 3] = -1
            last = place + 1
            count, k, m = count + 1, k + 1, m + 1
    return pairs[:count].copy()


@compiled("UniTuple(i8, 2)(i4[:,::1], i8)")
def tally(numbers: Places, least: int) -> tuple[int, int]:
    """Return how many `numbers` agree and how many differ that have so much context at least."""
    agree = differ = 0
    for k in range(len(numbers)):
        if numbers[k, 3] >= least:
            agree += numbers[k, 2]
            differ += 1 - numbers[k, 2]
    return agree, differ


@compiled("i4[:,::1](i4[:,::1], i4[:,::1])")
def agreeing_parts(runs: Runs, numbers: Places) -> Places:
    """Return the parts of runs without a differing number: start in a, length; in order."""
    parts = np.empty((len(runs) + len(numbers), 2), np.int32)
    count = k = 0
    for n in range(len(runs)):
        start, end = runs[n, 0], runs[n, 0] + runs[n, 2]
        while k < len(numbers) and numbers[k, 0] < end:
            if not numbers[k, 2]:
                parts[count, 0], parts[count, 1] = start, numbers[k, 0] - start
                count += parts[count, 1] > 0
                start = numbers[k, 0] + 1
            k += 1
        parts[count, 0], parts[count, 1] = start, end - start
        count += end > start
    return parts[:count].copy()


@compiled("UniTuple(i8, 3)(i4[:,::1], u4[::1], u4[::1])")
def weigh_gaps(runs: Runs, a: Codes, b: Codes) -> tuple[int, int, int]:
    """Return how many gaps between linked runs exchange a word, how many do not; their codes."""
    exchanged = small = size = 0
    for n in range(1, len(runs)):
        if runs[n, 3]:
            i_end, j_end = runs[n - 1, 0] + runs[n - 1, 2], runs[n - 1, 1] + runs[n - 1, 2]
            exchange = is_exchange(a[i_end : runs[n, 0]], b[j_end : runs[n, 1]])
            exchanged += exchange
            small += not exchange
            size += max(runs[n, 0] - i_end, runs[n, 1] - j_end)
    return exchanged, small, size


@compiled("i4[:,::1](i4[:,::1], i4[::1], i8)")
def longest(parts: Places, starts: Places, size: int) -> Places:
    """Return where the longest `parts` start and end in the core, longest first.

    `starts` is the place of each masked code among the core's, of which there are `size`.
    """
    chosen, size_chosen = np.empty(MOST, np.int64), 0
    for n in range(len(parts)):
        if size_chosen == MOST and parts[n, 1] <= parts[chosen[-1], 1]:
            continue
        size_chosen = min(size_chosen + 1, MOST)
        place = size_chosen - 1
        while place and parts[chosen[place - 1], 1] < parts[n, 1]:
            chosen[place] = chosen[place - 1]
            place -= 1
        chosen[place] = n
    found = np.empty((MOST, 2), np.int32)
    count = 0
    for n in chosen[:size_chosen]:
        start, end = parts[n, 0], parts[n, 0] + parts[n, 1]
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


@compiled(f"{_FOUND}({FIELDS}, {FIELDS}, {CHAINS}, i8)")
def gather(a: Fields, b: Fields, chains: Chains, least: int) -> tuple[Runs, Places, Places, Counts]:
    """Return the runs that `a` shares with `b`, the pairs of numbers, the agreeing parts, counts.

    `chains` are those of `b`; numbers with less context than `least` letters are not counted.
    """
    runs = align(a, b, chains)
    numbers = pair_numbers(runs, a, b)
    agree, differ = tally(numbers, least)
    exchanged, small, gaps = weigh_gaps(runs, a[0], b[0])
    counts = (runs[:, 2].sum(), gaps, agree, differ, exchanged, small)
    return runs, numbers, agreeing_parts(runs, numbers), counts


@compiled("UniTuple(i8, 2)(u8[::1], u8[::1], UniTuple(i4[::1], 2))")
def missing(seeds: Hashes, others: Hashes, chains: Chains) -> tuple[int, int]:
    """Return how many codes of a text another lacks, all in all and in the longest stretch.

    `seeds` are those of the text, `others` and `chains` those of the other one. Stretches of at
    most `BRIDGE` codes do not count.
    """
    heads, nexts = chains
    buckets = np.uint64(len(heads) - 1)
    total = longest = end = streak = 0
    for i in range(len(seeds)):
        j = heads[np.int64(seeds[i] & buckets)]
        while j >= 0 and others[j] != seeds[i]:
            j = nexts[j]
        streak = streak + 1 if j >= 0 else 0
        if streak < PHRASE:
            continue
        gap = i - streak + 1 - end
        if gap > BRIDGE:
            total += gap
            longest = max(longest, gap)
        end = i + SEED
    gap = len(seeds) + SEED - 1 - end
    if gap > BRIDGE:
        total += gap
        longest = max(longest, gap)
    return total, longest


@compiled("b1(i4[:,::1], i8, i8)")
def bridges(runs: Runs, side: int, size: int) -> bool:
    """Return whether runs leave no gap above `BRIDGE` in a text of `size` codes.

    Then `missing` finds nothing: a run is there, seed for seed. `side` is 0 for the first text, 1
    for the second, whose runs come in any order.
    """
    end = 0
    order = np.argsort(runs[:, side]) if side else np.arange(len(runs))
    for n in order:
        if runs[n, 2] < SEED + PHRASE - 1:
            continue
        if runs[n, side] - end > BRIDGE:
            return False
        end = max(end, runs[n, side] + runs[n, 2])
    return size - end <= BRIDGE
