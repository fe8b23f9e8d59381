"""Two masked texts → the runs they share, and what those say about their origin. Compiled.

In: masked codes (every number one code) and hashes of all their grams of `SEED` codes. Out: runs
and counts. Never: time that grows with the product of two lengths.
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

Fields = tuple[Codes, Hashes, Places]  # masked codes, what tells numbers apart, lines
_FIELDS = "Tuple((u4[::1], u8[::1], i4[::1]))"

SEED = 8  # codes; two texts that share so many in a row share a phrase, not a word
CHAIN = 20  # codes; texts of one kind share shorter phrases by chance
REACH = 12  # codes; the longest name that another may stand in for
CONTEXT = 6  # letters beside a number that must agree before two numbers are compared
TRIES = 16  # places looked at for each gram; a phrase more common than that says little
PHRASE = 5  # seeds in a row: twelve codes, more than two unrelated texts share by chance
BESIDE = 2  # codes; a figure so near to a gap may have got another unit or another bound
REWORDED = 40  # codes; a longer gap between two runs is another sentence
NEARBY = 80  # codes; a clause moves so far inside its sentence
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


@compiled(f"UniTuple(i8, 2)({_FIELDS}, i8, {_FIELDS}, i4, i4[::1])")
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


@compiled(f"i4[:,::1]({_FIELDS}, u8[::1], {_FIELDS}, u8[::1])")
def align(a: Fields, a_seeds: Hashes, b: Fields, b_seeds: Hashes) -> Runs:
    """Return the runs that `a` shares with `b`, in the order of `a`, none overlapping another.

    A row is: start in a, start in b, length, and 1 where it resumes the run before it after at
    most `REACH` codes on either side, else 0. Runs have `SEED` codes or more; those that resume
    one another have `CHAIN` codes or more together.
    """
    size = table_size(len(b_seeds))
    heads, nexts = chain_grams(b_seeds, size)
    x, y = a[0], b[0]
    runs = np.empty((len(x) // SEED + 1, 4), np.int32)
    count = i = end = 0
    while i < len(a_seeds):
        j, length = best_run(a, i, b, heads[np.int64(a_seeds[i] & np.uint64(size - 1))], nexts)
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


@compiled("UniTuple(i8, 2)(u8[::1], u8[::1])")
def missing(seeds: Hashes, others: Hashes) -> tuple[int, int]:
    """Return how many codes of a text another lacks, all in all and in the longest stretch.

    `seeds` are those of the text, `others` those of the other one. Stretches of at most `BRIDGE`
    codes do not count.
    """
    size = table_size(len(others))
    heads, nexts = chain_grams(others, size)
    total = longest = end = streak = 0
    for i in range(len(seeds)):
        j = heads[np.int64(seeds[i] & np.uint64(size - 1))]
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


@compiled(f"i4[:,::1](i4[:,::1], {_FIELDS}, {_FIELDS})")
def pair_numbers(runs: Runs, a: Fields, b: Fields) -> Places:
    """Return the numbers that stand at the same place of a run in both texts, one pair a row.

    A row is: place in a, place in b, 1 where they agree, and its context: the letters before it
    or after it, whichever are more, in the run and on its line and up to the next number. What
    ends the line before says nothing about a number. A number that a line break cut in two, in
    one text only, is left out.
    """
    codes, values, lines = a
    other_codes, other_values, other_lines = b
    pairs = np.empty((len(codes), 4), np.int32)
    count = 0
    for n in range(len(runs)):
        letters, open_pair = 0, -1
        for p in range(runs[n, 2]):
            i, j = runs[n, 0] + p, runs[n, 1] + p
            if p and (lines[i] != lines[i - 1] or other_lines[j] != other_lines[j - 1]):
                letters, open_pair = 0, -1
            if codes[i] != NUMBER:
                letters += 1
                if open_pair >= 0:
                    pairs[open_pair, 3] = max(pairs[open_pair, 3], letters)
                continue
            if is_cut(codes, i, other_codes, j):
                letters, open_pair = 0, -1
                continue
            pairs[count, 0], pairs[count, 1], pairs[count, 3] = i, j, letters
            pairs[count, 2] = values[i] == other_values[j]
            open_pair, letters = count, 0
            count += 1
    return pairs[:count].copy()


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


@compiled("UniTuple(i4[::1], 2)(i4[::1])")
def rank(parts: Places) -> tuple[Places, Places]:
    """Return the place of each of `parts` among them, and where each starts; they never fall."""
    ranks, firsts = np.empty(len(parts), np.int32), np.empty(len(parts), np.int32)
    count = 0
    for k in range(len(parts)):
        if not k or parts[k] != parts[k - 1]:
            firsts[count] = k
            count += 1
        ranks[k] = count - 1
    return ranks, firsts[:count].copy()


@compiled("Tuple((u8[::1], i4[::1]))(u4[::1], i4[::1])")
def lone_clauses(codes: Codes, clauses: Places) -> tuple[Hashes, Places]:
    """Return a hash of each clause with a number whose words come once, and its first number.

    They are sorted by hash.
    """
    hashes = np.empty(len(codes), np.uint64)
    firsts = np.empty(len(codes), np.int32)
    count = start = 0
    while start < len(codes):
        value, first, end = FNV_BASIS, -1, start
        while end < len(codes) and clauses[end] == clauses[start]:
            value = (value ^ np.uint64(codes[end])) * FNV_PRIME
            if first < 0 and codes[end] == NUMBER:
                first = end
            end += 1
        if first >= 0:
            hashes[count], firsts[count] = value, first
            count += 1
        start = end
    order = np.argsort(hashes[:count])
    hashes, firsts = hashes[order], firsts[order]
    once = np.ones(count, np.bool_)
    for n in range(1, count):
        if hashes[n] == hashes[n - 1]:
            once[n] = once[n - 1] = False
    return hashes[once], firsts[once]


@compiled("u8[::1](u4[::1], i4[::1], b1[::1])")
def bare_clauses(codes: Codes, clauses: Places, drawn: Flags) -> Hashes:
    """Return a hash of each clause without the codes that are `drawn`.

    `clauses` are counted from 0, none is left out.
    """
    hashes = np.full(clauses[-1] + 1 if len(clauses) else 0, FNV_BASIS, np.uint64)
    for k in range(len(codes)):
        if codes[k] >= len(drawn) or not drawn[codes[k]]:
            n = clauses[k]
            hashes[n] = (hashes[n] ^ np.uint64(codes[k])) * FNV_PRIME
    return hashes


@compiled("b1(i4[:,::1], i8, i8)")
def is_moved(runs: Runs, i: int, j: int) -> bool:
    """Return whether no run covers `i` or `j`, but one lies within `NEARBY` codes of both."""
    near = False
    for n in range(len(runs)):
        x, y, length = runs[n, 0], runs[n, 1], runs[n, 2]
        if x <= i < x + length or y <= j < y + length:
            return False
        near = near or max(abs(x - i), abs(y - j)) <= NEARBY
    return near


@compiled("i4[:,::1](i4[:,::1], u8[::1], i4[::1], u8[::1], i4[::1])")
def moved_clauses(
    runs: Runs, hashes: Hashes, firsts: Places, others: Hashes, other_firsts: Places
) -> Places:
    """Return the first numbers of lone clauses that moved in their sentence: in a, in b.

    The clauses of either text are those of `lone_clauses`.
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
"""Masked codes, the clause of each, `bare_clauses`, and the two of `lone_clauses`."""
_CLAUSES = "Tuple((u4[::1], i4[::1], u8[::1], u8[::1], i4[::1]))"


@compiled(f"i4[:,::1](i4[:,::1], i4[:,::1], {_CLAUSES}, {_CLAUSES}, u4[::1])")
def suspects(runs: Runs, numbers: Places, a: Clauses, b: Clauses, numerals: Codes) -> Places:
    """Return the clauses that may disagree: place in a, place in b, and 1 where it moved.

    They hold `numbers` of a run that differ, or changed figures, or moved. Their bare words are
    the same, and not 0. Each pair comes once.
    """
    changed = changed_figures(runs, a[0], b[0], numerals)
    moved = moved_clauses(runs, a[3], a[4], b[3], b[4])
    places = np.concatenate((numbers[:, :2], changed, moved))
    found = np.empty((len(places), 3), np.int32)
    count = 0
    for k in range(len(places)):
        i, j = a[1][places[k, 0]], b[1][places[k, 1]]
        known = not a[2][i] or a[2][i] != b[2][j] or (k < len(numbers) and numbers[k, 2] != 0)
        for n in range(count):
            known = known or (found[n, 0] == i and found[n, 1] == j)
        if not known:
            found[count, 0], found[count, 1] = i, j
            found[count, 2] = k >= len(numbers) + len(changed)
            count += 1
    return found[:count].copy()


@compiled(f"i4[:,::1](i4[:,::1], {_FIELDS}, {_FIELDS})")
def agreeing_spans(runs: Runs, a: Fields, b: Fields) -> Places:
    """Return the parts of runs without a differing number: start in a, length; in order."""
    spans = np.empty((len(a[0]), 2), np.int32)
    count = 0
    for n in range(len(runs)):
        i, j, length = runs[n, 0], runs[n, 1], runs[n, 2]
        start = 0
        for p in range(length + 1):
            if p < length and a[1][i + p] == b[1][j + p]:
                continue
            if p > start:
                spans[count, 0], spans[count, 1] = i + start, p - start
                count += 1
            start = p + 1
    return spans[:count].copy()


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
