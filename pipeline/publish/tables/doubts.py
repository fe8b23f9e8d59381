"""tables/doubts.csv: one row for each cell that can be read otherwise.

In: a table. Out: its doubts, in words. Never: a doubt without the reading that was chosen.
"""

from dataclasses import dataclass

from pipeline.records import Table

COLUMNS = (
    "page",
    "table",
    "file",
    "cell",
    "row",
    "column",
    "chosen",
    "other_readings",
    "why",
    "confidence",
    "source_line",
)
#: How an empty cell is called where its reading is one of several.
EMPTY = "(empty)"
_LETTERS = 26


@dataclass(frozen=True, slots=True)
class ToldDoubt:
    """A doubt for people: `cell` as a spreadsheet calls it in the wide file, `row` from 1.

    `chosen` is "" for an empty cell; `others` are the other readings, EMPTY for an empty one, none
    where nothing but an arithmetic disagreement speaks against the cell.
    """

    cell: str
    row: int
    column: str
    chosen: str
    others: tuple[str, ...]
    why: str
    confidence: float
    line: int


def told_doubts(table: Table) -> list[ToldDoubt]:
    """Return the doubts of a table, in their order."""
    return [
        ToldDoubt(
            cell=f"{letters(doubt.column)}{doubt.row + 2}",
            row=doubt.row + 1,
            column=table.header[doubt.column],
            chosen=table.rows[doubt.row][doubt.column],
            others=tuple(reading or EMPTY for reading in doubt.readings),
            why=doubt.why,
            confidence=table.confidence_at(doubt.row, doubt.column),
            line=line_of(table, doubt.row),
        )
        for doubt in table.doubts
    ]


def line_of(table: Table, row: int) -> int:
    """Return the line of the source on which a row begins, 0 where it is not known."""
    return table.lines[row] if row < len(table.lines) else 0


def letters(column: int) -> str:
    """Return what a spreadsheet calls the column that counts from 0.

    >>> letters(0), letters(25), letters(26), letters(702)
    ('A', 'Z', 'AA', 'AAA')
    """
    name, rest = "", column + 1
    while rest:
        rest, letter = divmod(rest - 1, _LETTERS)
        name = chr(ord("A") + letter) + name
    return name


def doubt_row(doubt: ToldDoubt, where: tuple[str, str, str]) -> tuple[object, ...]:
    """Return the row of doubts.csv; `where` holds page, table and file."""
    return (
        *where, doubt.cell, doubt.row, doubt.column, doubt.chosen, " | ".join(doubt.others),
        doubt.why, f"{doubt.confidence:.3f}", doubt.line or "",
    )  # fmt: skip
