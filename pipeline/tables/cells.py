"""Rows as they were cut → cells by column: merged ones filled down, names at their level.

In: rows and the layout they were cut for. Out: header and cells. Never a value that the page does
not hold: what is filled down is the cell above, merged on the page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.rules.tables import TableRules
from pipeline.tables.header import FIGURE_ROLES, Layout
from pipeline.tables.paths import Row
from pipeline.tables.tokens import together

#: What stands above the first row.
TOP = Row(0, 0)


@dataclass(frozen=True, slots=True)
class Frame:
    """The columns of a finished table; `levels` says that names take two of them."""

    layout: Layout
    rules: TableRules
    levels: bool

    @property
    def header(self) -> tuple[str, ...]:
        """Return the name of each column."""
        return tuple(self._names())

    def _names(self) -> Iterator[str]:
        for column in self.layout.columns:
            if column.role == "name" and self.levels:
                yield column.name + self.rules.columns.level[0]
                yield column.name + self.rules.columns.level[1]
            else:
                yield column.name

    @property
    def roles(self) -> tuple[str, ...]:
        """Return what each column of the finished table holds; the second level is a `name`."""
        wide = self.levels
        return tuple(
            column.role
            for column in self.layout.columns
            for _ in range(2 if column.role == "name" and wide else 1)
        )

    def places(self) -> dict[str, list[int]]:
        """Return the columns of each role; those of values share the role `figure`."""
        places: dict[str, list[int]] = {}
        for at, role in enumerate(self.roles):
            places.setdefault("figure" if role in FIGURE_ROLES else role, []).append(at)
        return places

    def cells(self, row: Row) -> tuple[str, ...]:
        """Return the cells of a row that is filled down."""
        figures = iter(row.placings[0].cells if row.placings else ())
        texts = iter(row.texts)
        single = {
            "category": together(row.category), "serial": row.serial, "unit": row.unit,
            "binding": row.binding,
        }  # fmt: skip
        cells: list[str] = []
        for column in self.layout.columns:
            if column.role == "name":
                cells += self._name(row)
            elif column.role in FIGURE_ROLES:
                cells.append(next(figures, ""))
            elif column.role == "text":
                cells.append(next(texts, ""))
            else:
                cells.append(single[column.role])
        return tuple(cells)

    def _name(self, row: Row) -> list[str]:
        parent, name = together(row.parent), together(row.name)
        if not self.levels:
            return [parent + name]
        return [parent, name] if parent else [name, ""]


def fill_down(rows: Sequence[Row], above: Row = TOP) -> Iterator[Row]:
    """Return the rows with what a merged cell gives to each row it spans; `above` is filled."""
    numbered = [at for at, row in enumerate(rows) if row.serial]
    counted = above is not TOP or _are_counted([rows[at].serial for at in numbered])
    for at, row in enumerate(rows):
        if row.section:
            above = replace(above, parent=(), binding="")
            yield replace(row, serial="")
            continue
        # A total has no number, and codes are merged over nothing.
        below = counted and (at < numbered[-1] if numbered else True)
        above = _under(row, above if below or row.child else replace(above, serial=""))
        yield above


def _are_counted(serials: Sequence[str]) -> bool:
    """Return whether numbers count rows from 1 on, wherever they begin anew."""
    digits = ["".join(filter(str.isdecimal, serial)) for serial in serials]
    numbers = [int(text[:6]) for text in digits if text]
    return all(b in (a + 1, 1) for a, b in pairwise([0, *numbers]))


def _under(row: Row, above: Row) -> Row:
    """Return `row` with what the merged cells above it give it."""
    return replace(
        row,
        category=row.category or above.category,
        parent=above.parent if row.child else row.parent,
        serial=row.serial or above.serial,
        unit=row.unit or (above.unit if row.child else ""),
        binding=row.binding or above.binding,
    )


def above_of(filled: Sequence[Row], number: int) -> Row:
    """Return what stands above row `number`, for rows that are to be filled in its place."""
    for at in range(number - 1, -1, -1):
        if not filled[at].section:
            bound = at == number - 1
            return filled[at] if bound else replace(filled[at], parent=(), binding="")
    return TOP
