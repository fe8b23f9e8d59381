"""Which tables hold data, and a data table as text.

In: the sizes of a table's cells, or the cells. Out: a verdict, or one line a row. Never what the
cells mean: that is for the tables step.
"""

from collections.abc import Sequence
from typing import Final

from pipeline.records import Cell

#: What no cell of data holds, as a selector.
FRAMING: Final = "h1,h2,h3,ul,ol,form,input,iframe,script,object,embed"

_LONGEST_CELL = 800
_MEAN_CELL = 120
#: BeautifulSoup takes 0.1 ms a cell; no page that people read has a larger table.
_MOST_CELLS = 20_000


def is_data(cells: Sequence[int], linked: int) -> bool:
    """Return whether a table without tables inside holds data rather than laying out a page.

    `cells` counts each cell's characters, `linked` those in links. The table has two rows with a
    second cell or more, which the caller has seen to. Data has short cells and few links; when in
    doubt a table lays out: then its cells become blocks, and nothing is lost but their rows.
    """
    chars = sum(cells)
    return (
        len(cells) <= _MOST_CELLS
        and 0 < chars <= _MEAN_CELL * len(cells)
        and max(cells) <= _LONGEST_CELL
        and linked * 2 <= chars
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
