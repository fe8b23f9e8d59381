"""Header rows → columns: which cells are merged over which, from their numbers and words.

In: the cells of a header row by row, or run together, and how many columns the body has. Out: for
each column the names above it, outermost first. Never a column more or less than the body has, and
nothing where the cells can be spread in two ways that fit as well.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, pairwise

from pipeline.rules.tables import Lexicon
from pipeline.tables import merged
from pipeline.tables.header import FIGURE_ROLES, STUBS, Column, Layout, Role, role_of
from pipeline.tables.tokens import bare, squeeze

_MOST_GROUPS = 6
_MOST_ROWS = 3
_FEWEST_LEAVES = 2
#: A header that costs more to divide is none.
_DEAREST = 2.4
#: A name that holds half of the characters below it is the one above them.
_KIN = 0.5

#: The names above one column, outermost first.
Path = tuple[str, ...]


def spread(
    rows: Sequence[Sequence[str]],
    width: int,
    words: Lexicon,
    *,
    below: bool = False,
    worded: Sequence[int] = (),
) -> list[Path]:
    """Return the columns of a header whose rows are known; [] where they do not make `width`.

    `below` says that they stand under merged cells, where no column of names stands; `worded` are
    the columns that hold words, which no merged cell stands above.
    """
    first, rest = rows[0], rows[1:]
    if not rest:
        return [(cell,) for cell in first] if len(first) == width else []
    stubs = frozenset[Role | None]() if below else STUBS | {"binding", "text"}
    if len(rest) == 1 and not below:
        ways = merged.two_rows(first, rest[0], width, words, worded)
        return ways[0][1] if ways and ways[0][0] <= _DEAREST else []
    free = [at for at, cell in enumerate(first) if role_of(cell, words) not in stubs]
    for count in range(1, min(len(first), _MOST_GROUPS) + 1):
        leaves = spread(rest, width - len(first) + count, words, below=True)
        tops = _tops(leaves)
        if not tops or len(tops) % count or (len(tops) == count and len(first) != width):
            continue
        groups = _groups(first, free, [path[0] for path in leaves], count, words)
        if groups:
            return _joined(first, groups, leaves, len(tops) // count)
    return []


def divide(cells: Sequence[str], width: int, words: Lexicon) -> list[Path]:
    """Return the columns of a header whose rows run together; [] where no way is the likeliest."""
    ways = sorted(
        ((_price(rows, words), columns) for rows, columns in _ways(cells, width, words)),
        key=lambda way: way[0],
    )
    if not ways or ways[0][0] > _DEAREST or (len(ways) > 1 and ways[1][0] == ways[0][0]):
        return []
    return ways[0][1]


def layout(columns: Sequence[Path], lines: Sequence[Sequence[str]], words: Lexicon) -> Layout:
    """Return the columns with their roles: that of the innermost name tells what they hold."""
    groups = list(dict.fromkeys(path[:-1] for path in columns))
    made = tuple(
        Column(
            role_of(path[-1], words) or "measure",
            "_".join(squeeze(part) for part in path),
            groups.index(path[:-1]) if len(path) > 1 else -1,
        )
        for path in columns
    )
    return sound(Layout(made, tuple(tuple(line) for line in lines)))


def sound(found: Layout) -> Layout:
    """Return a layout with one column of names, the first where the lexicon knows none."""
    roles = [column.role for column in found.columns]
    if "name" not in roles:
        at = next((i for i, role in enumerate(roles) if role not in ("serial", "category")), 0)
    else:
        at = roles.index("name")
    plain: dict[Role, Role] = {"group": "measure", "name": "measure"}
    columns = (
        replace(column, role="name" if i == at else plain.get(column.role, column.role))
        for i, column in enumerate(found.columns)
    )
    return replace(found, columns=tuple(columns))


def _ways(
    cells: Sequence[str], width: int, words: Lexicon
) -> Iterator[tuple[Sequence[Sequence[str]], list[Path]]]:
    """Return each way to cut `cells` into rows that make `width` columns."""
    for count in range(_MOST_ROWS):
        for ends in combinations(range(1, len(cells)), count):
            cuts = (0, *ends, len(cells))
            rows = [cells[a:b] for a, b in pairwise(cuts)]
            if any(len(row) < _FEWEST_LEAVES for row in rows[1:]):
                continue  # a cell merged over one column is no merged cell
            columns = spread(rows, width, words)
            if columns:
                yield rows, columns


def _tops(columns: Sequence[Path]) -> list[int]:
    """Return how many columns each cell of the topmost row covers."""
    sizes: list[int] = []
    for at, path in enumerate(columns):
        if at and len(path) > 1 and columns[at - 1][:1] == path[:1] and columns[at - 1] != path:
            sizes[-1] += 1
        else:
            sizes.append(1)
    return sizes


def _joined(
    first: Sequence[str], groups: Sequence[int], below: Sequence[Path], share: int
) -> list[Path]:
    """Return the columns of `first` with those of `below` under its merged cells."""
    sizes = iter(_tops(below))
    under = iter(below)
    columns: list[Path] = []
    for place, cell in enumerate(first):
        if place not in groups:
            columns.append((cell,))
            continue
        for _ in range(share):
            columns += [(cell, *next(under)) for _ in range(next(sizes))]
    return columns


def _groups(
    first: Sequence[str], free: Sequence[int], leaves: Sequence[str], count: int, words: Lexicon
) -> tuple[int, ...]:
    """Return the places of the `count` cells that others stand below; () where it is not clear.

    Only those of `free`; sooner one that the lexicon calls a group, then
    one that names neither year nor unit.
    """
    roles = [role_of(cell, words) for cell in first]
    if len(free) == count:
        return tuple(free)
    named = [at for at in free if roles[at] == "group"]
    if len(named) == count:
        return tuple(named)
    if count == 1:
        kin = [at for at in free if _kinship(first[at], leaves) >= _KIN]
        if len(kin) == 1:
            return tuple(kin)
    unitless = [at for at in free if not _has_unit(first[at])]
    kinds = (
        [at for at in unitless if roles[at] == "year" and not any(map(str.isdigit, first[at]))],
        [at for at in unitless if roles[at] not in FIGURE_ROLES],
        [at for at in unitless if roles[at] != "year"],
        [at for at in free if roles[at] not in ("year", "rate")],
    )
    for places in kinds:
        if len(places) == count:
            return tuple(places)
    return tuple(free[-count:]) if len(free) >= count and free[-1] == len(first) - 1 else ()


def _kinship(name: str, leaves: Sequence[str]) -> float:
    """Return how many of the characters of `leaves` a name above them holds, 0.0 to 1.0."""
    own = [char for leaf in leaves for char in bare(leaf) if not char.isdigit()]
    return sum(char in name for char in own) / max(1, len(own))


def _shape(cell: str) -> str:
    """Return a name without its figures: that of 1季度 is that of 2季度."""
    return "".join("0" if char.isdigit() else char for char in cell)


def _has_unit(cell: str) -> bool:
    return bare(cell).endswith(")")


def _price(rows: Sequence[Sequence[str]], words: Lexicon) -> float:
    """Return how odd it is to cut a header so: leaves of one row are alike, groups are not leaves.

    Years, rates and measures with a unit are leaves; a stub stands in the first row.
    """
    cost = 2.0 * (len(rows) - 1)
    for place, row in enumerate(rows):
        roles = [role_of(cell, words) for cell in row]
        if place:
            cost += 6.0 * sum(role in STUBS or role in ("binding", "text") for role in roles)
            cost -= 1.5 * _repeats(row)
            kinds = {(role, _has_unit(cell)) for role, cell in zip(roles, row, strict=True)}
            cost += 1.0 * (len(kinds) > 1) - 0.2 * (len(kinds) == 1)
            cost -= 1.0 * any(_kinship(cell, row) >= _KIN for cell in rows[place - 1])
            cost += 1.5 * (len(row) == 1) + 1.0 * (_shape(rows[place - 1][-1]) in map(_shape, row))
        if place < len(rows) - 1:
            cost -= 1.0 * (not _has_unit(row[-1]) and roles[-1] in (None, "group", "binding"))
    return round(cost, 3)


def _repeats(row: Sequence[str]) -> bool:
    """Return whether a row is one part again and again: 产值 增速 产值 增速."""
    return any(
        len(row) % size == 0 and list(row) == list(row[:size]) * (len(row) // size)
        for size in range(1, len(row) // 2 + 1)
    )
