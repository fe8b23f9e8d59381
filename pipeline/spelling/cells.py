"""Cells of tables in the house style, for those who want it.

In: a page whose tables are rebuilt, and a style with `cells = "normalized"`. Out: the same cells
respelled, each by itself, and the changes of the lines that hold them. Never: a cell more or less.
"""

from collections.abc import Callable

from msgspec.structs import replace

from pipeline.records import Block, Change, Table

# A cell → its respelling, and what was done to it.
Respell = Callable[[str], tuple[str, tuple[Change, ...]]]


def respell_rows(place: int, block: Block, respell: Respell) -> tuple[Block, tuple[Change, ...]]:
    """Return a table's block with its cells respelled, and what replays that on block `place`."""
    rows: list[str] = []
    changes: list[Change] = []
    start = 0
    for row in block.text.split("\n"):
        cells: list[str] = []
        for cell in row.split("\t"):
            after, made = respell(cell)
            changes += [replace(c, block=place, start=start + c.start) for c in made]
            cells.append(after)
            start += len(after) + 1
        rows.append("\t".join(cells))
    return replace(block, text="\n".join(rows)), tuple(changes)


def respell_table(table: Table, respell: Respell) -> Table:
    """Return a table with its title, header, cells, notes and doubts respelled."""

    def words(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(respell(text)[0] for text in texts)

    doubts = (replace(doubt, readings=words(doubt.readings)) for doubt in table.doubts)
    title, unit = words((table.title, table.unit))
    return replace(
        table,
        title=title,
        header=words(table.header),
        rows=tuple(words(row) for row in table.rows),
        notes=words(table.notes),
        doubts=tuple(doubts),
        unit=unit,
    )
