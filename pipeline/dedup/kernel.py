"""Code points → folded code points, hashes, signatures. Compiled.

In: numpy arrays. Out: numpy arrays and counts. Never: anything that depends on more than the
arguments.
"""

import numpy as np

from pipeline.dedup.compiled import (
    FNV_BASIS,
    FNV_PRIME,
    Codes,
    Counts,
    Hashes,
    Places,
    Runs,
    compiled,
)

NUMBER = np.uint32(ord("#"))  # stands for a whole number in masked codes; no letter folds to it

_BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no power of it vanishes

_POINT, _ZERO, _NINE, _COMMA = np.uint32(0x2E), np.uint32(0x30), np.uint32(0x39), np.uint32(0x2C)
_NO_SPACE, _LINE_END, _NO_LATIN = np.uint32(0x200B), np.uint32(0x0A), np.uint32(0x85)
_WIDE_POINT, _WIDE_ZERO, _WIDE_NINE = np.uint32(0xFF0E), np.uint32(0xFF10), np.uint32(0xFF19)
_SPACE, _PER_MILLE = np.uint32(0x20), np.uint32(0x2030)
_PERCENT, _WIDE_PERCENT = np.uint32(0x25), np.uint32(0xFF05)
_HYPHEN, _MINUS, _WIDE_MINUS = np.uint32(0x2D), np.uint32(0x2212), np.uint32(0xFF0D)


@compiled("b1(u4)")
def is_digit(code: np.uint32) -> bool:
    """Return whether a folded code point is a digit."""
    return bool(_ZERO <= code <= _NINE)


@compiled("b1(u4[::1], u4[::1], i8)")
def is_point(raw: Codes, table: Codes, i: int) -> bool:
    """Return whether `raw[i]` is a point between two digits."""
    if raw[i] != _POINT and raw[i] != _WIDE_POINT:
        return False
    if i == 0 or i + 1 == len(raw):
        return False
    return is_digit(table[raw[i - 1]]) and is_digit(table[raw[i + 1]])


@compiled("i8(u4[::1], u4[::1], u4[::1], i4[::1])")
def fold_codes(raw: Codes, table: Codes, codes: Codes, offsets: Places) -> int:
    """Write the folded code points of `raw` and where each one stood; return how many.

    A point stays only between two digits: 3.15 is another number than 315.
    """
    count = 0
    for i in range(len(raw)):
        code = table[raw[i]]
        if (raw[i] == _POINT or raw[i] == _WIDE_POINT) and is_point(raw, table, i):
            code = _POINT
        # Written either way: a mark among letters comes too often to branch for, and too seldom.
        codes[count] = code
        offsets[count] = i
        count += code != 0
    return count


@compiled("i8(u4[::1], u4[::1])")
def most_gaps(raw: Codes, blanks: Codes) -> int:
    """Return how many runs of `blanks`, which are sorted, the line holds that has most of them."""
    most = count = 0
    inside = False
    for code in raw:
        if code == _LINE_END:
            count = 0
        blank = (code <= _SPACE or _NO_LATIN <= code <= blanks[-1]) and code != _LINE_END
        if blank:
            place = np.searchsorted(blanks, code)
            blank = blanks[place] == code
        count += blank and not inside
        inside = blank
        most = max(most, count)
    return most


@compiled("u8[::1](u4[::1], i8)")
def gram_hashes(codes: Codes, size: int) -> Hashes:
    """Return the 64-bit hash of each run of `size` code points.

    It is their polynomial in `_BASE`, the last one lowest, modulo 2**64, then Murmur's finish:
    the next run's follows from the last one's, whatever the size.
    """
    hashes = np.empty(max(0, len(codes) - size + 1), np.uint64)
    power = np.uint64(1)
    for _ in range(size):
        power *= _BASE
    value = np.uint64(0)
    for i in range(min(size - 1, len(codes))):
        value = value * _BASE + np.uint64(codes[i])
    gone = np.uint64(0)
    for i in range(len(hashes)):
        value = value * _BASE + (np.uint64(codes[i + size - 1]) - gone * power)
        gone = np.uint64(codes[i])
        h = (value ^ (value >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
        h = (h ^ (h >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
        hashes[i] = h ^ (h >> np.uint64(33))
    return hashes


@compiled("u4[::1](u8[::1], u4[::1], u4[::1])")
def minima(hashes: Hashes, factors: Codes, terms: Codes) -> Codes:
    """Return, for each permutation, the least permuted upper half of `hashes`.

    This is datasketch's `affine32`: Murmur's 32-bit finish once, then `factor * h + term`. There
    are a multiple of four permutations.
    """
    values = np.full(len(factors), np.uint32(0xFFFFFFFF), np.uint32)
    mixed = np.empty(1024, np.uint32)  # small enough for the first-level cache
    for start in range(0, len(hashes), 1024):
        size = min(1024, len(hashes) - start)
        for i in range(size):
            h = np.uint32(hashes[start + i] >> np.uint64(32))
            h = np.uint32(np.uint32(h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B))
            h = np.uint32(np.uint32(h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35))
            mixed[i] = h ^ (h >> np.uint32(16))
        for k in range(0, len(factors), 4):  # so that what is read serves four of them
            a, b, c, d = values[k], values[k + 1], values[k + 2], values[k + 3]
            for i in range(size):
                a = min(a, np.uint32(np.uint32(factors[k] * mixed[i]) + terms[k]))
                b = min(b, np.uint32(np.uint32(factors[k + 1] * mixed[i]) + terms[k + 1]))
                c = min(c, np.uint32(np.uint32(factors[k + 2] * mixed[i]) + terms[k + 2]))
                d = min(d, np.uint32(np.uint32(factors[k + 3] * mixed[i]) + terms[k + 3]))
            values[k], values[k + 1], values[k + 2], values[k + 3] = a, b, c, d
    return values


def distinct(hashes: Hashes) -> Hashes:
    """Return the distinct `hashes`, sorted; several times faster than `numpy.unique`."""
    hashes = np.sort(hashes)
    return hashes[: squeeze(hashes)]


@compiled("i8(u8[::1])")
def squeeze(hashes: Hashes) -> int:
    """Move the first of each run of equal `hashes` to the front; return how many there are."""
    count = 0
    for i in range(len(hashes)):
        if i == 0 or hashes[i] != hashes[count - 1]:
            hashes[count] = hashes[i]
            count += 1
    return count


@compiled("u8[::1](u4[:,::1], i8, i8)")
def mix(values: Codes, start: int, end: int) -> Hashes:
    """Return one 64-bit key for the columns `start` to `end` of each row."""
    keys = np.empty(len(values), np.uint64)
    for n in range(len(values)):
        key = FNV_BASIS
        for k in range(start, end):
            key = (key ^ np.uint64(values[n, k])) * _BASE
            key ^= key >> np.uint64(32)
        keys[n] = key
    return keys


def checksums(names: Hashes) -> Hashes:
    """Return one 64-bit key for each row of `names`."""
    codes = np.require(names, requirements=("C", "W")).view("<u4")
    return mix(codes, 0, codes.shape[1])


@compiled("i8[::1](u4[:,::1], i8[:,::1])")
def count_equal(values: Codes, pairs: Counts) -> Counts:
    """Return for each pair of rows of `values` how many values are equal."""
    counts = np.zeros(len(pairs), np.int64)
    for n in range(len(pairs)):
        for k in range(values.shape[1]):
            counts[n] += values[pairs[n, 0], k] == values[pairs[n, 1], k]
    return counts


@compiled("i8[::1](i8, i8[:,::1])")
def components(size: int, pairs: Counts) -> Counts:
    """Return, for each of `size` places, the least place that `pairs` lead to."""
    parents = np.arange(size)
    for n in range(len(pairs)):
        i, j = pairs[n, 0], pairs[n, 1]
        while parents[i] != i:
            parents[i] = parents[parents[i]]
            i = parents[i]
        while parents[j] != j:
            parents[j] = parents[parents[j]]
            j = parents[j]
        parents[max(i, j)] = min(i, j)
    for place in range(size):
        parents[place] = parents[parents[place]]  # no parent lies above its child
    return parents


@compiled("i8[::1](i8[::1], i8[::1])")
def walk(starts: Counts, ends: Counts) -> Counts:
    """Return the rank of each node of a graph in a walk that goes deep before it goes wide.

    The neighbours of node n are `ends[starts[n]:starts[n + 1]]`. The walk begins anew, where it
    must, at the node of fewest neighbours: neighbours come to have ranks near each other.
    """
    size = len(starts) - 1
    ranks = np.full(size, -1, np.int64)
    waiting = np.empty(len(ends) + 1, np.int64)
    rank = 0
    for first in np.argsort(starts[1:] - starts[:-1], kind="mergesort"):
        waiting[0], count = first, 1
        while count:
            count -= 1
            node = waiting[count]
            if ranks[node] >= 0:
                continue
            ranks[node] = rank
            rank += 1
            for k in range(starts[node + 1] - 1, starts[node] - 1, -1):
                if ranks[ends[k]] < 0:
                    waiting[count] = ends[k]
                    count += 1
    return ranks


@compiled("i8(u8[::1], u8[::1])")
def merge(a: Hashes, b: Hashes) -> int:
    """Return what `count_shared` returns, step by step."""
    i = j = count = 0
    while i < len(a) and j < len(b):
        x, y = a[i], b[j]
        count += x == y
        i += x <= y
        j += y <= x
    return count


@compiled("i8(u8[::1], u8[::1])")
def count_shared(a: Hashes, b: Hashes) -> int:
    """Return how many values two sorted arrays of distinct values share.

    Each step waits for the one before it, so both halves are merged at a time.
    """
    a_end = len(a) // 2
    b_end = np.searchsorted(b, a[a_end]) if len(a) else 0
    i = j = count = 0
    k, m = a_end, b_end
    while i < a_end and j < b_end and k < len(a) and m < len(b):
        x, y, z, w = a[i], b[j], a[k], b[m]
        count += (x == y) + (z == w)
        i += x <= y
        j += y <= x
        k += z <= w
        m += w <= z
    return count + merge(a[i:a_end], b[j:b_end]) + merge(a[k:], b[m:])


@compiled("u8[::1](u8[::1], u8[::1], u8)")
def telling(hashes: Hashes, common: Hashes, bound: np.uint64) -> Hashes:
    """Return the `hashes` below `bound` that are not `common`; both are sorted."""
    kept = np.empty(len(hashes), np.uint64)
    count = 0
    for i in range(len(hashes)):
        if hashes[i] >= bound:
            break
        place = np.searchsorted(common, hashes[i])
        if place == len(common) or common[place] != hashes[i]:
            kept[count] = hashes[i]
            count += 1
    return kept[:count].copy()


@compiled("b1(u4[::1], u4[::1], i4[::1], i8)")
def joins(raw: Codes, codes: Codes, offsets: Places, i: int) -> bool:
    """Return whether folded digit `i` goes on with the number that holds digit `i - 1`.

    They stand side by side, or are parted by the comma before a group of three digits, or by a
    space without width.
    """
    gap = offsets[i] - offsets[i - 1]
    if gap == 2 and raw[offsets[i] - 1] == _NO_SPACE:
        return True
    if gap != 2 or raw[offsets[i] - 1] != _COMMA:
        return bool(gap == 1)
    digits = 1
    while i + digits < len(codes) and offsets[i + digits] - offsets[i] == digits:
        if not is_digit(codes[i + digits]):
            break
        digits += 1
    return digits == 3


@compiled("u8(u4[::1], u4[::1], i4[::1], i8, i8)")
def sign_of(raw: Codes, codes: Codes, offsets: Places, first: int, last: int) -> np.uint64:
    """Return what the signs of a number say that stands at `first` to `last` of `codes`.

    The sum of 1 for a minus, 2 for % and 4 for ‰: none of them is a letter, and -5.8% is another
    figure than 5.8. A hyphen behind a digit or a Latin letter is none: 5-8, COVID-19.
    """
    sign = np.uint64(0)
    before = offsets[first] - 1
    if before >= 0 and (
        raw[before] == _HYPHEN or raw[before] == _MINUS or raw[before] == _WIDE_MINUS
    ):
        joined = first > 0 and offsets[first - 1] == before - 1 and codes[first - 1] < 0x80
        if not joined:
            sign += np.uint64(1)
    after = offsets[last] + 1
    if after < len(raw) and raw[after] == _SPACE:
        after += 1
    if after < len(raw):
        if raw[after] == _PERCENT or raw[after] == _WIDE_PERCENT:
            sign += np.uint64(2)
        elif raw[after] == _PER_MILLE:
            sign += np.uint64(4)
    return sign


@compiled("Tuple((u4[::1], u8[::1], i4[::1]))(u4[::1], u4[::1], i4[::1])")
def mask_numbers(raw: Codes, codes: Codes, offsets: Places) -> tuple[Codes, Hashes, Places]:
    """Return folded codes with each number as one `NUMBER`, then two arrays of the same length.

    The first holds a hash of the number's digits and signs (0 for a letter), the second its place
    in `codes`.
    """
    masked = np.empty(len(codes), np.uint32)
    values = np.empty(len(codes), np.uint64)
    starts = np.empty(len(codes), np.int32)
    count = 0
    inside = False
    for i in range(len(codes)):
        digit = is_digit(codes[i])
        inside = inside and (digit or codes[i] == _POINT) and joins(raw, codes, offsets, i)
        if not inside:
            masked[count], values[count], starts[count] = codes[i], np.uint64(0), i
            if digit:
                masked[count], values[count] = NUMBER, FNV_BASIS
            inside = digit
            count += 1
        if inside and (values[count - 1] != FNV_BASIS or codes[i] != _ZERO):  # 05月 is 5月
            values[count - 1] = (values[count - 1] ^ np.uint64(codes[i])) * FNV_PRIME
    for n in range(count):
        if masked[n] == NUMBER:
            last = (starts[n + 1] if n + 1 < count else len(codes)) - 1
            sign = sign_of(raw, codes, offsets, starts[n], last)
            if sign:
                values[n] = (values[n] ^ sign) * FNV_PRIME
    return masked[:count], values[:count], starts[:count]


@compiled("b1(u4[::1], i8, u4[::1])")
def is_stop(raw: Codes, place: int, stops: Codes) -> bool:
    """Return whether `raw[place]` is one of `stops`, which are sorted, and not inside a number."""
    code = raw[place]
    found = np.searchsorted(stops, code)
    if found == len(stops) or stops[found] != code:
        return False
    if (code != _COMMA and code != _POINT) or place == 0 or place + 1 == len(raw):
        return True
    before, after = raw[place - 1], raw[place + 1]
    return not (
        (is_digit(before) or _WIDE_ZERO <= before <= _WIDE_NINE)
        and (is_digit(after) or _WIDE_ZERO <= after <= _WIDE_NINE)
    )


@compiled("Tuple((i4[::1], i4[::1], i4[:,::1]))(u4[::1], i4[::1], u4[::1], i4[::1], u4[::1])")
def lay_out(
    raw: Codes, offsets: Places, masked: Codes, starts: Places, stops: Codes
) -> tuple[Places, Places, Runs]:
    """Return the clause of each masked code, counted from 0; where each clause starts; the numbers.

    Clauses end at one of `stops`. Of each number there is its place, and where its line starts
    and ends.
    """
    clauses, firsts = np.empty(len(starts), np.int32), np.empty(len(starts), np.int32)
    numbers = np.empty(((masked == NUMBER).sum(), 3), np.int32)
    count = parts = line = waiting = 0
    for n in range(len(starts)):
        ends_clause, ends_line = n == 0, False
        for i in range(starts[n - 1] + 1 if n else 1, starts[n] + 1):
            for place in range(offsets[i - 1] + 1, offsets[i]):  # what was folded away
                ends_clause = ends_clause or is_stop(raw, place, stops)
                ends_line = ends_line or raw[place] == _LINE_END
        if ends_line:
            numbers[waiting:count, 2] = n
            line, waiting = n, count
        if ends_clause:
            firsts[parts] = n
            parts += 1
        clauses[n] = parts - 1
        if masked[n] == NUMBER:
            numbers[count, 0], numbers[count, 1] = n, line
            count += 1
    numbers[waiting:, 2] = len(starts)
    return clauses, firsts[:parts].copy(), numbers
