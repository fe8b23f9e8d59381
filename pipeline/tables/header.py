"""Header cells → columns: what each column holds, and its flattened name.

In: the cells of a header in reading order, its rows run together. Out: a layout, or none. Never a
header without a column of names and a column that tells something of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.rules.tables import Lexicon
from pipeline.tables.tokens import bare, squeeze

Role = Literal[
    "category", "serial", "name", "unit", "binding", "year", "rate", "group", "measure", "text"
]

STUBS: frozenset[Role] = frozenset(("category", "serial", "name", "unit"))
FIGURE_ROLES: frozenset[Role] = frozenset(("year", "rate", "measure"))

_ROLES: tuple[Role, ...] = (
    "serial", "category", "unit", "binding", "name", "year", "rate", "group", "measure", "text",
)  # fmt: skip
#: What names a column of remarks, attributes or numbers names no row.
HEADS_ONLY: frozenset[Role | None] = frozenset(("text", "binding", "serial"))
_MOST_HEADER_CELLS = 40
_MOST_GUESSED = 6
_LONGEST_HEADER_CELL = 24
_LONGEST_ADDITION = 12
#: A cell merged over one column is no merged cell.
_FEWEST_LEAVES = 2


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `role` says what it holds, `group` which merged header cell is above it.

    `mixed` marks a year that also takes what belongs to a period (2030年/年均).
    """

    role: Role
    name: str
    group: int = -1
    mixed: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a table, and the rows of its header as they stood (`lines`).

    `unsure` are the columns whose names could be cut otherwise.
    """

    columns: tuple[Column, ...]
    lines: tuple[tuple[str, ...], ...]
    unsure: tuple[int, ...] = ()

    @property
    def stubs(self) -> tuple[Role, ...]:
        """Return the roles before the figures, in their order on the page.

        The attribute is among them where its column stands before that of the first figure.
        """
        roles = [column.role for column in self.columns]
        first = next((at for at, role in enumerate(roles) if role in FIGURE_ROLES), 0)
        early = ("binding",) if "binding" in roles[:first] else ()
        return tuple(role for role in roles if role in STUBS or role in early)

    @property
    def figures(self) -> tuple[Column, ...]:
        """Return the columns of values."""
        return tuple(column for column in self.columns if column.role in FIGURE_ROLES)

    def has(self, role: Role) -> bool:
        """Return whether a column of this role is there."""
        return any(column.role == role for column in self.columns)


def role_of(text: str, words: Lexicon) -> Role | None:
    """Return the role that a header cell names, None where no list of the lexicon knows it."""
    key = bare(text)
    role = _role_of(key, words)
    # 比上年增长(%)(括号内为实际增速): what stands in brackets at the end says more, nothing else.
    while role is None and key.endswith(")") and key.rfind("(") > 0:
        key = key[: key.rindex("(")]
        role = _role_of(key, words)
    return role


def _role_of(key: str, words: Lexicon) -> Role | None:
    if not key or len(key) > _LONGEST_HEADER_CELL:
        return None
    return next((role for role in _ROLES if getattr(words, role).fullmatch(key)), None)


def is_heading(text: str, words: Lexicon) -> bool:
    """Return whether a line is a heading inside a table; 其中 may also stand above columns."""
    return bool(words.section.match(text)) and not words.within.match(text)


def candidates(cells: Sequence[str], words: Lexicon) -> Iterator[tuple[int, Layout]]:
    """Return the ways to read the first of `cells` as a header: how many, and their layout.

    The longest run of known names comes first; then shorter ones, because the first name of the
    body may look like a header too, then longer ones with names that no list knows (never after
    the attribute column, which closes a header).
    """
    known = _known(cells, words)
    if not 0 < known < _MOST_HEADER_CELLS or not any(
        role_of(cell, words) in STUBS for cell in cells[:2]
    ):
        return
    counts = [known, *range(known - 1, max(1, known - 5), -1)]
    if not any(role_of(cell, words) == "binding" for cell in cells[:known]):
        counts += range(known + 1, min(known + _MOST_GUESSED, len(cells)) + 1)
    # No row begins with a word that heads columns and nothing else.
    begins = {at for at, cell in enumerate(cells) if role_of(cell, words) not in HEADS_ONLY}
    counts = [count for count in counts if count in begins or count >= len(cells)]
    for count in counts:
        layout = read(cells[:count], words) if count > 1 else None
        if layout is not None:
            yield count, layout


def _known(cells: Sequence[str], words: Lexicon) -> int:
    """Return how many leading cells are known header cells; what stands in brackets belongs."""
    count, closed, figures = 0, False, False
    for cell in cells[:_MOST_HEADER_CELLS]:
        role = role_of(cell, words)
        unknown = role is None and not _goes_on(cells[:count], cell, words)
        unknown = unknown or bool(count and words.section.match(cell))
        if unknown or (closed and role == "measure"):
            break
        figures = figures or role in FIGURE_ROLES or role == "group"
        closed = closed or (role == "binding" and figures)
        count += 1
    return count


def _goes_on(before: Sequence[str], cell: str, words: Lexicon) -> bool:
    """Return whether a line continues the header cell before it.

    So do brackets ([累计], (万人)), 目标值 below a year, and the second half of a narrow cell when
    both make a name that is known (单 位; 指标 属性 after another 指标).
    """
    key = bare(cell)
    if 2 < len(key) <= _LONGEST_ADDITION and key[0] in "([〔【" and key[-1] in ")]〕】":
        return True
    if not before:
        return False
    role, whole = role_of(before[-1], words), role_of(before[-1] + cell, words)
    if role == "name":
        earlier = any(role_of(one, words) == "name" for one in before[:-1])
        return whole == "binding" and earlier
    if role == "year":
        return bool(words.year_rest.fullmatch(key)) and before[-1][:1].isdigit()
    return len(bare(before[-1])) == 1 and len(key) == 1 and whole is not None


def read(cells: Sequence[str], words: Lexicon) -> Layout | None:
    """Return the layout of a header, None where the cells make none."""
    joined = join_lines(cells, words)
    roles: list[Role] = [role_of(cell, words) or "measure" for cell in joined]
    if "name" not in roles:
        roles = _take_category_for_name(roles)
    roles = _late_binding(_one_name(roles))
    first, second = _split_rows(joined, roles)
    layout = _two_rows(joined, roles, first) if second else _one_row(joined, roles)
    if layout is None or not _is_sound(layout):
        return None
    columns = (replace(c, mixed=bool(words.mixed.search(c.name))) for c in layout.columns)
    return replace(layout, columns=tuple(columns))


def join_lines(cells: Sequence[str], words: Lexicon) -> list[str]:
    """Return the header cells, those wrapped over two lines joined."""
    joined: list[str] = []
    for cell in cells:
        if joined and _goes_on(joined, cell, words):
            joined[-1] += cell
        else:
            joined.append(cell)
    return joined


def _one_name(roles: Sequence[Role]) -> list[Role]:
    """Return roles where only the first column of names is one; 城市 may also head figures."""
    first = roles.index("name") if "name" in roles else -1
    return ["measure" if role == "name" and at > first else role for at, role in enumerate(roles)]


def _late_binding(roles: Sequence[Role]) -> list[Role]:
    """Return roles where a type after the figures is the attribute: 类别 … 2025年, 类型."""
    first = next((at for at, role in enumerate(roles) if role in FIGURE_ROLES), len(roles))
    late = "binding" not in roles
    return [
        "binding" if role == "category" and late and at > first else role
        for at, role in enumerate(roles)
    ]


def _take_category_for_name(roles: list[Role]) -> list[Role]:
    """Return roles where the last category holds the names, when no other column does."""
    if "category" not in roles:
        return roles
    last = len(roles) - 1 - roles[::-1].index("category")
    return [*roles[:last], "name", *roles[last + 1 :]]


def _split_rows(cells: Sequence[str], roles: Sequence[Role]) -> tuple[int, int]:
    """Return how many cells the first and the second header row have; the second may be 0.

    The attribute column closes a row, so what follows it stands below. Without one, names that
    come again in the same order are the second row (产值 增速 产值 增速).
    """
    total = len(cells)
    if "binding" in roles[:-1] and any(role in FIGURE_ROLES for role in _before(roles, "binding")):
        first = roles.index("binding") + 1
        while first < total and roles[first] == "text":
            first += 1
        return first, total - first
    for size in range(1, total // 2):
        times = 1
        while cells[total - size :] == cells[total - size * (times + 1) : total - size * times]:
            times += 1
        if times > 1 and roles[total - size * times - 1] not in STUBS:
            return total - size * times, size * times
    return total, 0


def _before(roles: Sequence[Role], role: Role) -> Sequence[Role]:
    """Return the roles before the first `role`."""
    return roles[: roles.index(role)]


def _one_row(cells: Sequence[str], roles: Sequence[Role]) -> Layout:
    plain: list[Role] = ["measure" if role == "group" else role for role in roles]
    columns = tuple(Column(role, squeeze(cell)) for cell, role in zip(cells, plain, strict=True))
    return Layout(columns, (tuple(cells),))


def _two_rows(cells: Sequence[str], roles: Sequence[Role], first: int) -> Layout | None:
    """Return the layout of a header whose second row stands below merged cells of the first."""
    leaves = _leaves(cells[first:], roles[first:])
    above = _merged(roles[:first], [cell for cell, _ in leaves])
    if not above or len(leaves) % len(above) or len(leaves) < _FEWEST_LEAVES:
        return None
    share = len(leaves) // len(above)
    columns: list[Column] = []
    for place in range(first):
        if place not in above:
            role: Role = "measure" if roles[place] == "group" else roles[place]
            columns.append(Column(role, squeeze(cells[place])))
            continue
        group = above.index(place)
        for leaf, leaf_role in leaves[group * share : (group + 1) * share]:
            name = f"{squeeze(cells[place])}_{squeeze(leaf)}"
            columns.append(Column("measure" if leaf_role == "group" else leaf_role, name, group))
    return Layout(tuple(columns), (tuple(cells[:first]), tuple(cells[first:])))


def _leaves(cells: Sequence[str], roles: Sequence[Role]) -> list[tuple[str, Role]]:
    """Return the columns below a merged cell; where they are two rows, each with its upper name.

    The lower row is then one part again and again: 规划目标 完成情况, 2020年 年均 2020年 年均.
    """
    total = len(cells)
    for size in range(1, total // 2 + 1):
        times = 1
        while cells[total - size :] == cells[total - size * (times + 1) : total - size * times]:
            times += 1
        if size > 1 and times > 1 and total == times * (size + 1):
            return [
                (f"{squeeze(cells[at // size])}_{squeeze(cells[times + at])}", roles[times + at])
                for at in range(size * times)
            ]
    return list(zip(cells, roles, strict=True))


def _merged(roles: Sequence[Role], leaves: Sequence[str]) -> list[int]:
    """Return the places of the cells of the first row that have the leaves below them."""
    groups = [place for place, role in enumerate(roles) if role == "group"]
    times = len(leaves) // max(1, len(dict.fromkeys(leaves)))
    if groups and len(groups) % times == 0 and len(leaves) > len(groups):
        return groups
    figures = [place for place, role in enumerate(roles) if role in FIGURE_ROLES or role == "group"]
    return figures[-times:] if 0 < times <= len(figures) else []


def _is_sound(layout: Layout) -> bool:
    """Return whether the columns tell something of names, each kind of stub once."""
    stubs = layout.stubs
    tells = layout.figures or layout.has("binding") or layout.has("text")
    return "name" in stubs and len(set(stubs)) == len(stubs) and bool(tells)
