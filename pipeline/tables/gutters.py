"""Lines whose cells stand one below the other → cells, the empty ones too.

In: lines as they stand, one row a line, cells parted by blanks. Out: the cells of each, "" where
nothing stands in a column; nothing where no gutters part the columns. Never a guess: where two
cells of a line stand in one column, or none behind an empty one, the blanks tell no columns.

A gutter is a stretch of columns of the screen on which no line has a character. Programs that
write text so count a Chinese character as two columns, or know no better and count it as one.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from unicodedata import east_asian_width

from pipeline import kept
from pipeline.tables.tokens import squeeze

_FEWEST_ROWS = _FEWEST_COLUMNS = 3
_LONGEST_LINE, _MOST_LINES = 400, 2_000
_MOST_ABOVE = 1
_CELL = kept.pattern(r"[^\s\u3000]+(?:[ \u3000][^\s\u3000]+)*")

# First and last column of the screen that a cell takes, and its text.
_Span = tuple[int, int, str]


def read(texts: Sequence[str]) -> list[list[str]]:
    """Return the cells of the first of `texts` that are rows; [] where gutters part none.

    They end before the first line that is one cell, and nothing like them may stand below.
    """
    rows = [_cells(text) for text in texts[:_MOST_LINES]]
    count = next((at for at, row in enumerate(rows) if len(row) < 2), len(rows))
    widest = max(map(len, rows[:count]), default=0)
    below = any(len(row) > 1 for row in rows[count:])
    if count <= _FEWEST_ROWS or widest < _FEWEST_COLUMNS or below:
        return []
    for width, above in product((_wide, _narrow), range(_MOST_ABOVE + 1)):
        lines = _columns(texts[:count], rows[:count], width, above)
        if len(lines[0]) >= widest and any(map(_has_hole, lines)):
            return lines
    return []


def _has_hole(line: Sequence[str]) -> bool:
    """Return whether a cell stands behind an empty one: else each row may just be shorter."""
    return "" in line[: max((at for at, text in enumerate(line) if text), default=0)]


def _cells(text: str) -> list[re.Match[str]]:
    return list(_CELL.finditer(text)) if len(text) <= _LONGEST_LINE else []


def _columns(
    texts: Sequence[str],
    rows: Sequence[Sequence[re.Match[str]]],
    width: Callable[[str], int],
    above: int,
) -> list[list[str]]:
    """Return the cells by column, [[]] where two cells of a line stand in one.

    The first lines, so many as are `above`, name several columns at once and may cross a gutter;
    each of their cells begins where a column does.
    """
    spans = [
        [(width(text[: cell.start()]), width(text[: cell.end()]), cell[0]) for cell in row]
        for text, row in zip(texts, rows, strict=True)
    ]
    starts = list(_starts(sorted(span for row in spans[above:] for span in row)))
    if not any(len(row) == len(starts) for row in spans):
        return [[]]
    if any(start not in starts for row in spans[:above] for start, _, _ in row):
        return [[]]
    lines: list[list[str]] = []
    for row in spans:
        line = [""] * len(starts)
        for start, _, text in row:
            at = sum(begin <= start for begin in starts) - 1
            if at < 0 or line[at]:
                return [[]]
            line[at] = squeeze(text)
        lines.append(line)
    return lines


def _starts(spans: Sequence[_Span]) -> Iterator[int]:
    """Yield where a column begins: behind a gutter."""
    reached = -1
    for start, end, _ in spans:
        if start > reached:
            yield start
        reached = max(reached, end)


def _wide(text: str) -> int:
    """Return the columns of the screen that `text` takes (UAX 11)."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def _narrow(text: str) -> int:
    return len(text)
