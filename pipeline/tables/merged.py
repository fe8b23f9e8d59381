"""Two rows of header cells → columns: which cells of the upper row have those of the lower below.

In: the cells of both rows, or of both run together. Out: the columns with what their reading costs,
likeliest first. Never a cell left out, used twice, or moved to another place in its row.

One program over both rows: a cell of the upper row is a column by itself or lies over the next one
or more cells of the lower. What tells: cells that come again begin a group, years rise in a group,
a unit stands above or below, not in both, and a name without unit or year wants something below.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline import kept
from pipeline.rules.tables import Lexicon
from pipeline.tables.header import STUBS, role_of
from pipeline.tables.tokens import bare

_FEWEST_LEAVES = 2
_MOST_LEAVES = 12
_MOST_KEPT = 3
_YEAR = kept.pattern(r"(?:19|20)\d{2}")
_NEVER = 6.0
_LATE = 0.01
#: Words of so many characters are alike by the last one: 全自理, 半护理.
_SHORT = 4
#: A name that holds half of the characters below it is the one above them.
_KIN = 0.8
#: Groups of the same cells are groups; a cell of the upper row does not come again in the lower.
_SAME = 1.0
_TWICE = 1.5

#: The names above one column, outermost first.
Path = tuple[str, ...]
_Way = tuple[float, tuple[int, ...]]


def divide(
    cells: Sequence[str], width: int, words: Lexicon, worded: Sequence[int] = ()
) -> list[tuple[float, list[Path]]]:
    """Return the ways to read cells as two header rows run together, likeliest first.

    `worded` are the columns that hold words: merged cells stand above figures.
    """
    ways: list[tuple[float, list[Path]]] = []
    for end in range(2, len(cells) - _FEWEST_LEAVES + 1):
        if end <= width and len(cells) >= width:
            ways += two_rows(cells[:end], cells[end:], width, words, worded)
    return sorted(ways, key=lambda way: way[0])


def two_rows(
    first: Sequence[str],
    leaves: Sequence[str],
    width: int,
    words: Lexicon,
    worded: Sequence[int] = (),
) -> list[tuple[float, list[Path]]]:
    """Return the ways to put `leaves` below cells of `first` that make `width` columns."""
    groups = len(first) + len(leaves) - width
    if not 0 < groups <= len(first) or groups > len(leaves):
        return []
    base = _row_price(leaves, words) + 1.0 * _are_alike(first[-1], leaves[0])
    base += _TWICE * len(set(map(bare, first)) & set(map(bare, leaves)))
    ways = (
        (round(base + price - _likeness(leaves, sizes), 3), _columns(first, leaves, sizes))
        for price, sizes in _ways(first, leaves, groups, words, worded)
    )
    return sorted(ways, key=lambda way: way[0])


def _likeness(leaves: Sequence[str], sizes: Sequence[int]) -> float:
    """Return how alike the groups are: of the same cells, or at least beginning with the same."""
    below = iter(leaves)
    groups = [[bare(next(below)) for _ in range(size)] for size in sizes if size]
    if len(groups) < _FEWEST_LEAVES:
        return 0.0
    if all(group == groups[0] for group in groups):
        return _SAME if len(groups[0]) > 1 else 0.0
    return _SAME / 2 * all(group[0] == groups[0][0] and len(group) > 1 for group in groups)


def _ways(
    first: Sequence[str],
    leaves: Sequence[str],
    groups: int,
    words: Lexicon,
    worded: Sequence[int],
) -> Iterator[_Way]:
    """Return the cheapest ways as how many leaves lie below each cell, 0 for a column by itself."""
    reached: dict[tuple[int, int], list[_Way]] = {(0, 0): [(0.0, ())]}
    for place, cell in enumerate(first):
        after: dict[tuple[int, int], list[_Way]] = {}
        for (at, used), ways in reached.items():
            for size in range(min(len(leaves) - at, _MOST_LEAVES) + 1):
                if used + bool(size) > groups:
                    continue
                column = place - used + at
                words_below = any(at in worded for at in range(column, column + size))
                cost = _price(cell, leaves[at : at + size], words) - _LATE * place * bool(size)
                cost += _NEVER * (words_below or (not place and size > 0))
                if not size and (column in worded or not place):
                    cost = 0.0
                kept = after.setdefault((at + size, used + bool(size)), [])
                kept += [(price + cost, (*sizes, size)) for price, sizes in ways]
        reached = {key: sorted(ways)[:_MOST_KEPT] for key, ways in after.items()}
    yield from reached.get((len(leaves), groups), [])


def _columns(first: Sequence[str], leaves: Sequence[str], sizes: Sequence[int]) -> list[Path]:
    below = iter(leaves)
    columns: list[Path] = []
    for cell, size in zip(first, sizes, strict=True):
        columns += [(cell, next(below)) for _ in range(size)] if size else [(cell,)]
    return columns


def _price(cell: str, leaves: Sequence[str], words: Lexicon) -> float:
    """Return how odd it is that a cell lies over `leaves`, or over none."""
    role, unit = role_of(cell, words), bare(cell).endswith(")")
    dated = bool(_YEAR.search(cell))
    if role is None and (_is_unit(cell, words) or (not leaves and words.within.match(cell))):
        return _NEVER
    if not leaves:
        return 0.6 * (not unit and (role in (None, "group") or (role == "year" and not dated)))
    cost = _NEVER * (role in STUBS or role == "binding") + 3.0 * (role == "text")
    # One of the cells below may have a unit of its own: 本年, 距平百分率(%).
    united = sum(bare(leaf).endswith(")") for leaf in leaves)
    cost += unit * (1.5 if united == len(leaves) else 0.7 * (united > 0))
    # 元/吨, 元/升: units stand below what has none, and among themselves.
    bared = sum(_is_unit(leaf, words) for leaf in leaves)
    cost += 2.0 * (bared > 0) * (unit or bared < len(leaves))
    cost += 2.5 * (dated and any(_YEAR.search(leaf) for leaf in leaves))
    cost += _NEVER * any(words.within.match(leaf) for leaf in leaves)
    cost += {"measure": 0.4, "rate": 1.0}.get(role or "", 0.0) + 0.2 * dated
    cost += 2.0 * (len(leaves) - len(set(leaves)))
    own = [char for leaf in leaves for char in bare(leaf) if not char.isdigit()]
    kin = sum(char in cell for char in own) * 2 >= len(own) > 0
    cost -= _KIN * (kin and not _are_alike(cell, leaves[0]))
    if len(leaves) == 1:
        cost += 0.6 + 0.4 * (role_of(leaves[0], words) == "rate")
    cost += 1.0 * (dated and unit)
    years = [found[0] for leaf in leaves if (found := _YEAR.search(leaf))]
    falls = sum(before > after for before, after in pairwise(years))
    again = sum(before == after for before, after in pairwise(years))
    return cost + 1.0 * falls + 0.7 * again


def _is_unit(cell: str, words: Lexicon) -> bool:
    return words.units.fullmatch(bare(cell)) is not None


def _are_alike(one: str, other: str) -> bool:
    """Return whether two cells differ in a character or two, as those of one row do."""
    if one == other or len(one) != len(other):
        return False
    short = len(one) <= _SHORT
    plain = [re.sub(r"\d", "0", cell)[short - 2 :] for cell in (one, other)]
    return plain[0] == plain[1]


def _row_price(leaves: Sequence[str], words: Lexicon) -> float:
    """Return how odd the lower row is by itself: no stubs; one part again and again is usual."""
    roles = [role_of(leaf, words) for leaf in leaves]
    cost = _NEVER * sum(role in STUBS or role in ("binding", "text") for role in roles)
    units = {bare(leaf).endswith(")") for leaf in leaves}
    kinds = {"year" if role == "year" else "" for role in roles}
    repeats = any(
        len(leaves) % size == 0 and list(leaves) == list(leaves[:size]) * (len(leaves) // size)
        for size in range(1, len(leaves) // 2 + 1)
    )
    return cost - 1.0 * repeats + 0.3 * (len(units) > 1 and not repeats) - 0.3 * (len(kinds) == 1)
