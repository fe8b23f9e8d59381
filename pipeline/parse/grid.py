"""Which tables hold data, and a data table as text.

In: the shape of a `<table>`, or its cells. Out: a verdict, or one line a row. Never a table's
content: names in it and what they mean are for the tables step.
"""

from dataclasses import dataclass
from typing import Final

from pipeline.records import Cell

#: What no cell of data holds, as a selector.
FRAMING: Final = "h1,h2,h3,ul,ol,form,input,iframe,script,object,embed"

_LONGEST_CELL = 800
_MEAN_CELL = 120


@dataclass(frozen=True, slots=True)
class Shape:
    """What is counted of a `<table>`: cells of each row, characters, the longest cell's.

    `linked` counts characters in links; `framed` says that cells hold what no data has.
    """

    rows: list[int]
    chars: int
    longest: int
    linked: int
    framed: bool


def is_data(shape: Shape) -> bool:
    """Return whether a table without tables inside holds data rather than laying out a page.

    Data has two rows of two cells or more, short cells, few links. When in doubt it lays out:
    then its cells become blocks, and nothing is lost but their order in rows.
    """
    full = sum(cells >= 2 for cells in shape.rows)
    if full < 2 or not shape.chars or shape.framed:
        return False
    cells = sum(shape.rows)
    return (
        shape.longest <= _LONGEST_CELL
        and shape.chars <= _MEAN_CELL * cells
        and shape.linked * 2 <= shape.chars
    )


def text_of(cells: tuple[Cell, ...]) -> str:
    """Return one row a line, cells parted by tabs; line ends inside a cell become blanks.

    A place that a cell above or to the left reaches into stays empty, so that columns line up.
    """
    rows: dict[int, dict[int, str]] = {}
    for cell in cells:
        rows.setdefault(cell.row, {})[cell.column] = " ".join(cell.text.split("\n")).strip()
    lines = []
    for row in sorted(rows):
        places = rows[row]
        line = "\t".join(places.get(column, "") for column in range(max(places) + 1))
        lines.append(line.rstrip("\t"))
    return "\n".join(line for line in lines if line)
