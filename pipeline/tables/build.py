"""Rows of a flattened table → the record: columns filled down, doubts said.

In: a layout and the rows that were cut. Out: a `Table`. Never a value that the page does not hold.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from pipeline.records import Table
from pipeline.rules.tables import TableRules
from pipeline.tables.cells import Frame, fill_down
from pipeline.tables.header import Column, Layout, role_of
from pipeline.tables.judgement import vote
from pipeline.tables.paths import Cut
from pipeline.tables.shares import Ballot
from pipeline.tables.values import adds_up


def build(layout: Layout, cut: Cut, rules: TableRules, block: int, *, lined: bool = False) -> Table:
    """Return the table of the rows that were cut, its doubts in the order of the rows.

    `lined` says that each row has a line of its own.
    """
    frame = Frame(layout, rules, levels=any(row.parent for row in cut.rows))
    filled = list(fill_down(cut.rows))
    ballot = vote(frame, cut.rows, filled, cut.detours, lined=lined)
    return Table(
        "",
        frame.header,
        tuple(frame.cells(row) for row in filled),
        doubts=ballot.doubts(rules.doubts),
        block=block,
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
