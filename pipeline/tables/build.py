"""Rows of a flattened table → the record: columns filled down, doubts said.

In: a layout and the rows that were cut. Out: a `Table`. Never a value that the page does not hold:
what is filled down is the cell above, merged on the page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.records import Table
from pipeline.rules.tables import TableRules
from pipeline.tables.around import Surroundings
from pipeline.tables.header import FIGURE_ROLES, Column, Layout, role_of
from pipeline.tables.names import Names
from pipeline.tables.rows import Row
from pipeline.tables.shares import Ballot
from pipeline.tables.tokens import bare, prefix
from pipeline.tables.values import adds_up, slides


def build(
    layout: Layout, rows: Sequence[Row], rules: TableRules, around: Surroundings, block: int
) -> Table:
    """Return the table of `rows`, its doubts in the order of the rows."""
    levels = any(row.parent for row in rows)
    filled = list(_fill_down(rows))
    header = tuple(_header(layout, rules, levels=levels))
    cells = tuple(_cells(row, layout, levels=levels) for row in filled)
    places = _places(layout, levels=levels)
    ballot = Ballot()
    for number, (row, full) in enumerate(zip(rows, filled, strict=True)):
        _doubts(ballot, number, row, full, (layout, places, rules))
    return Table(
        around.title,
        header,
        cells,
        around.notes,
        ballot.doubts(rules.doubts),
        around.unit,
        block,
        confidence=ballot.confidence(),
    )


def join(table: Table, more: Table) -> Table:
    """Return `table` with the rows, notes and doubts of `more`, the part on its next page."""
    shift = len(table.rows)
    doubts = tuple(replace(doubt, row=doubt.row + shift) for doubt in more.doubts)
    confidence = tuple((row + shift, column, share) for row, column, share in more.confidence)
    return replace(
        table,
        rows=table.rows + more.rows,
        notes=table.notes + more.notes,
        doubts=table.doubts + doubts,
        lines=table.lines + more.lines,
        confidence=table.confidence + confidence,
    )


def _fill_down(rows: Sequence[Row]) -> Iterator[Row]:
    """Return the rows with what a merged cell gives to each row it spans."""
    category: tuple[str, ...] = ()
    parent: tuple[str, ...] = ()
    serial = unit = binding = ""
    for row in rows:
        if row.section:
            parent, binding = (), ""
            yield row
            continue
        category = row.category or category
        parent = row.parent if not row.child else parent
        serial, binding = row.serial or serial, row.binding or binding
        unit = row.unit or (unit if row.child else "")
        yield Row(
            row.start, row.end, category, serial, parent, row.name, unit, row.values, binding,
            row.texts, row.cost, row.child, placings=row.placings,
        )  # fmt: skip


def _header(layout: Layout, rules: TableRules, *, levels: bool) -> Iterator[str]:
    for column in layout.columns:
        if column.role == "name" and levels:
            yield column.name + rules.columns.level[0]
            yield column.name + rules.columns.level[1]
        else:
            yield column.name


def _places(layout: Layout, *, levels: bool) -> dict[str, list[int]]:
    """Return the columns of each role in the finished table; figures share the role `figure`."""
    places: dict[str, list[int]] = {}
    at = 0
    for column in layout.columns:
        role = "figure" if column.role in FIGURE_ROLES else column.role
        places.setdefault(role, []).append(at)
        at += 2 if column.role == "name" and levels else 1
    return places


def _cells(row: Row, layout: Layout, *, levels: bool) -> tuple[str, ...]:
    figures = iter(row.placings[0].cells if row.placings else ())
    texts = iter(row.texts)
    parent, name = "".join(row.parent), "".join(row.name)
    single = {
        "category": "".join(row.category), "serial": row.serial, "unit": row.unit,
        "binding": row.binding,
    }  # fmt: skip
    cells: list[str] = []
    for column in layout.columns:
        if column.role == "name":
            cells += ([parent, name] if parent else [name, ""]) if levels else [name]
        elif column.role in FIGURE_ROLES:
            cells.append(next(figures, ""))
        elif column.role == "text":
            cells.append(next(texts, ""))
        else:
            cells.append(single[column.role])
    return tuple(cells)


_Context = tuple[Layout, dict[str, list[int]], TableRules]


def _doubts(ballot: Ballot, number: int, row: Row, full: Row, context: _Context) -> None:
    """Note what is judgement in one row."""
    if row.section:
        return
    layout, places, _ = context
    if row.placings and layout.figures:
        for at, why, reading, margin in _readings(row, layout.figures):
            ballot.add((number, places["figure"][at]), reading, why, margin)
    for role, why, reading in (*_group_doubts(row, full, context), *_line_doubts(row, context)):
        ballot.add((number, places[role][0]), reading, why)


_Reading = tuple[int, str, str | None, float | None]


def _readings(row: Row, columns: Sequence[Column]) -> Iterator[_Reading]:
    """Return (column, why, other reading, margin) for each figure that may be read otherwise."""
    best = row.placings[0].cells
    for at, to in slides(row.placings[0], columns):
        yield to, "order", best[at], None
        yield at, "order", "", None
    # Base and total that give the target leave no doubt about the three of them.
    confirmed = any(adds_up(at, best, columns) for at, cell in enumerate(best) if cell)
    for other in () if confirmed else row.placings[1:]:
        margin = other.cost - row.placings[0].cost
        changed = [at for at, theirs in enumerate(other.cells) if theirs != best[at]]
        yield from ((at, "near", other.cells[at], margin) for at in changed)
    if "" in best:
        words = {token.text for token in row.values if token.kind in ("phrase", "text")}
        yield from ((at, "type", "", None) for at in row.placings[0].odd)
        yield from ((at, "phrase", "", None) for at, cell in enumerate(best) if cell in words)
    for at, cell in enumerate(best):
        if cell and adds_up(at, best, columns) is False:
            yield at, "sum", None, None


def check_sums(table: Table, rules: TableRules) -> Table:
    """Return `table` with doubts at the five-year totals that do not add up; nothing else."""
    columns = tuple(_column(name, table.header, rules) for name in table.header)
    ballot = Ballot()
    for number, row in enumerate(table.rows):
        for at, cell in enumerate(row):
            if cell and adds_up(at, row, columns) is False:
                ballot.add((number, at), None, "sum")
    return replace(table, doubts=ballot.doubts(rules.doubts), confidence=ballot.confidence())


def _column(name: str, header: Sequence[str], rules: TableRules) -> Column:
    """Return the column that a flattened header name stands for; names before _ are its group."""
    group, _, leaf = name.rpartition("_")
    first = next(at for at, other in enumerate(header) if other.startswith(group))
    role = role_of(leaf, rules.lexicon) or "text"
    return Column(role, name, first if group else -1)


_Judged = tuple[str, str, str]


def _group_doubts(row: Row, full: Row, context: _Context) -> Iterator[_Judged]:
    """Return (role, why, other reading) of what a row takes from the rows above it."""
    layout, _, rules = context
    within = rules.lexicon.within.match("".join(row.name))
    if row.child and row.binding and not within and not _shares_unit(full):
        yield "name", "group", "".join(row.name)
    if within and layout.has("serial") and not row.serial:
        yield "serial", "within", ""
    if layout.has("binding") and not row.binding and not row.child:
        yield "binding", "within" if within else "merged", ""


def _line_doubts(row: Row, context: _Context) -> Iterator[_Judged]:
    """Return what is judgement in the parting of lines: one wrapped name, or heading and name."""
    _, _, rules = context
    name = "".join(row.name)
    if prefix(name) or prefix("".join(row.parent)) or row.serial:
        return
    category = "".join(row.category)
    if category and not row.parent and not rules.lexicon.categories.fullmatch(bare(category)):
        yield "category", "wrap", category + name
    names = Names(rules.lexicon, units=False, numbered=False)
    if len(row.name) > 1 and names.may_part(*row.name[:2]):
        yield "name", "wrap", row.name[0]


def _shares_unit(row: Row) -> bool:
    """Return whether the unit stands at the parent, so that its rows cannot be by themselves."""
    parent, name = "".join(row.parent), "".join(row.name)
    return parent.endswith((")", "）")) and not name.endswith((")", "）"))
