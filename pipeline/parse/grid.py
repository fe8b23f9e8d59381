"""A data table: which tables are one, their cells, and their text.

In: tidy markup, from a <table> on. Out: its cells where it holds data, or nothing; one line
a row. Never what the cells mean: that is for the tables step.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias

from pipeline import kept
from pipeline.parse.tags import LINK, attributes_of, unescape
from pipeline.records import Cell

#: What no cell of data holds.
_FRAMING = kept.pattern("<(?:h[123]|ul|ol|form|input|iframe|script|object|embed|table)[ >]")
#: A noncharacter, taken out of every page before it is parsed; and the elements it stands for.
LINE_MARK: Final = "\ufdd0"
_LINE = kept.pattern("</?(?:br|center|div|li|p)(?: [^>]*)?>")
_IN_LINE = kept.pattern("</?(?:a|abbr|b|big|em|font|i|img|ins|o:p|small|span|strong|u)(?: [^>]*)?>")
# What makes a row more than cells: an element that may mean something.
_HARD = kept.pattern(r"<(?!/|(?:t[dhr]|tbody|tfoot)[ >])")
_CELL = kept.pattern(r"<t([dh])((?: [^>]*)?)>(.*?)</t[dh]>", re.DOTALL)
# The HTML Standard clamps spans to these (§4.9.11).
_MAX_SPANS: Final = {"rowspan": 65_534, "colspan": 1_000}
_NUMBER = kept.pattern(r"\s*\+?(\d{1,9})")
_CAPTION = kept.pattern("<caption(?: [^>]*)?>(.*?)</caption>", re.DOTALL)
_LINKED = kept.pattern(f"{LINK}(.*?)</a>", re.DOTALL)
_TAG = kept.pattern("<[^>]*>")
_BLANKS = kept.pattern("[ \t\r\n\f]+")
_OUTER_BLANKS = " \xa0\u3000"

# A few hundred cells with the largest spans are already more places than a page has characters.
_MOST_PLACES = 200_000
_LONGEST_CELL = 800
_MEAN_CELL = 120
#: Cells of a table, and those in rows that BeautifulSoup reads, which takes 0.1 ms a cell. What is
#: larger dissolves into lines.
_MOST_CELLS = 200_000
_MOST_HARD_CELLS = 20_000


#: What a cell is before it has its place: text, rows (0: all below) and columns it covers, and
#: whether it is a <th>.
Entry: TypeAlias = tuple[str, int, int, bool]
# A cell as written: d or h, its attributes, what is in it.
_Written: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Grid:
    """A data table: its cells, how many of its characters stand in links, and where it ends."""

    cells: tuple[Cell, ...]
    linked: int
    end: int


def read(markup: str, at: int) -> Grid | None:
    """Return the data table that opens at `at`; None where it lays out a page.

    A table around other tables, or a form, is a frame.
    """
    end = markup.find("</table>", at) + len("</table>")
    if end < at or _FRAMING.search(markup, at + 1, end):
        return None
    markup = markup[at:end]
    if sum(row.count("<td") + row.count("<th") > 1 for row in markup.split("<tr")) < 2:
        return None
    linked = sum(len(_text(link).strip()) for link in _LINKED.findall(markup))
    # Most tags only part lines, or not even that.
    _, *rows = _IN_LINE.sub("", _LINE.sub(LINE_MARK, markup)).split("<tr")
    cells = [_CELL.findall(row) for row in rows]
    sizes = [[len(_text(cell).strip()) for _, _, cell in row] for row in cells]
    if not is_data(sizes, linked):
        return None
    headed = next((i for i, row in enumerate(rows, 1) if "</thead>" in row), 0)
    below = _read_rows(rows, cells)
    entries = _captioned(below, markup)
    placed = _place(entries, headed and headed + len(entries) - len(below))
    return Grid(placed, linked, end) if placed else None


def _read_rows(rows: Sequence[str], cells: Sequence[list[_Written]]) -> list[list[Entry]]:
    """Return what each row holds; nothing where BeautifulSoup sees other cells than `cells`."""
    plain = [[_entry(*cell) for cell in row] for row in cells]
    hard = [i for i, row in enumerate(rows) if _HARD.search(row)]
    if sum(len(cells[i]) for i in hard) > _MOST_HARD_CELLS:
        return []
    if hard:
        from pipeline.parse import soup  # its import takes as long as twenty pages

        read = list(soup.rows_of("".join(f"<tr{rows[i]}" for i in hard)))
        if [len(row) for row in read] != [len(plain[i]) for i in hard]:
            return []
        for i, row in zip(hard, read, strict=True):
            plain[i] = row
    return plain


def _entry(kind: str, attributes: str, text: str) -> Entry:
    found = attributes_of(attributes) if "span=" in attributes else {}
    down, right = (span_of(name, found.get(name, "")) for name in ("rowspan", "colspan"))
    return lines_of(unescape(text)), down, right or 1, kind == "h"


def span_of(name: str, value: str) -> int:
    """Return the rows or columns that a cell covers; 1 where its `value` is no number."""
    match = _NUMBER.match(value)
    return min(int(match.group(1)), _MAX_SPANS[name]) if match else 1


def _captioned(rows: list[list[Entry]], markup: str) -> list[list[Entry]]:
    """Return `rows` below one that holds the <caption> over all columns, where there is one."""
    found = _CAPTION.search(markup) if rows and "<caption" in markup else None
    text = lines_of(unescape(_TAG.sub("", _LINE.sub(LINE_MARK, found[1])))) if found else ""
    width = max((sum(right for _, _, right, _ in row) for row in rows), default=1)
    return [[(text, 1, width, False)], *rows] if text else rows


def _place(rows: Sequence[Sequence[Entry]], headed: int) -> tuple[Cell, ...]:
    """Return the cells in their places; those of the first `headed` rows are headers.

    A cell whose place is taken moves right, as in a browser; none reaches below the table.
    """
    taken: set[tuple[int, int]] = set()
    cells: list[Cell] = []
    for row, entries in enumerate(rows):
        column = 0
        for text, down, right, header in entries:
            while (row, column) in taken:
                column += 1
            down = min(down or len(rows), len(rows) - row)
            if down > 1:
                taken.update(product(range(row + 1, row + down), range(column, column + right)))
            if len(taken) > _MOST_PLACES:
                return _unplaced(rows, headed)
            cells.append(Cell(row, column, text, down, right, header or row < headed))
            column += right
    return tuple(cells)


def _unplaced(rows: Sequence[Sequence[Entry]], headed: int) -> tuple[Cell, ...]:
    """Return the cells one beside the other: their spans cover more places than a page can mean."""
    return tuple(
        Cell(row, column, text, down or len(rows), right, header or row < headed)
        for row, entries in enumerate(rows)
        for column, (text, down, right, header) in enumerate(entries)
    )


def _text(markup: str) -> str:
    """Return the text of a cell or link, lines not parted."""
    markup = markup.replace(LINE_MARK, "")
    return unescape(_TAG.sub("", markup) if "<" in markup else markup)


def lines_of(text: str) -> str:
    """Return `text` with its lines, which marks part, parted by newlines; without blank ones."""
    text = _BLANKS.sub(" ", text)
    if LINE_MARK not in text:
        return text.strip(_OUTER_BLANKS)
    lines = (line.strip(_OUTER_BLANKS) for line in text.split(LINE_MARK))
    return "\n".join(line for line in lines if line)


def is_data(rows: Sequence[Sequence[int]], linked: int) -> bool:
    """Return whether a table without tables inside holds data rather than laying out a page.

    `rows` counts the characters of each cell, `linked` those in links. Data has two rows or more
    with two cells that are not empty, short cells and few links; when in doubt a table lays out:
    then its cells become blocks, and nothing is lost but their rows.
    """
    cells = [size for row in rows for size in row]
    chars = sum(cells)
    return (
        len(cells) <= _MOST_CELLS
        and 0 < chars <= _MEAN_CELL * len(cells)
        and max(cells) <= _LONGEST_CELL
        and linked * 2 <= chars
        and sum(len(row) - row.count(0) > 1 for row in rows) > 1
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
