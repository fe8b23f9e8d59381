"""Lines whose tabs keep every empty cell → cells with their spans, as markup would give them.

In: the pieces of lines, one line a row. Out: cells for `grid`. Never for lines without an empty
piece: their empty cells were lost. Where one was kept all were, but for those that end a line.

An empty cell of the header belongs to the cell above it, or else to the one on its left; the empty
cells that a row begins with were merged with those above.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from pipeline.records import Cell
from pipeline.rules.tables import Lexicon
from pipeline.tables.header import role_of
from pipeline.tables.tokens import FIGURES, VALUES, Typer, bare

_FEWEST_ROWS = _FEWEST_COLUMNS = 3
_Spot = tuple[int, int]


def read(lines: Sequence[Sequence[str]], words: Lexicon) -> tuple[Cell, ...]:
    """Return the cells of all lines; () where empty cells were not kept."""
    width = max(map(len, lines), default=0)
    kept = any("" in line for line in lines)
    full = sum(len(line) == width for line in lines)
    if width < _FEWEST_COLUMNS or len(lines) < _FEWEST_ROWS or not kept or full * 2 < len(lines):
        return ()
    return placed(lines, words)


def placed(lines: Sequence[Sequence[str]], words: Lexicon) -> tuple[Cell, ...]:
    """Return the cells of lines that kept every empty cell."""
    depth = _depth(lines, words)
    late = next((i for i, text in enumerate(lines[0]) if role_of(text, words) == "binding"), -1)
    rows = [*_padded(lines, words)]
    stubs = _stubs(rows[depth - 1], words)
    totals = {row for row, line in enumerate(rows) if _is_total(line, words)}
    cells: dict[_Spot, Cell] = {}
    origin: dict[_Spot, _Spot] = {}
    for row, line in enumerate(rows):
        for column, text in enumerate(line):
            over = (row, column)
            if not text:
                over = _header_owner(origin, over) if row < depth else over
                merged = row > depth and row not in totals
                over = _owner(line, over, late, stubs) if merged else over
            origin[row, column] = origin.get(over, over)
            _cover(cells, origin[row, column], (row, column), text, head=row < depth)
    return tuple(sorted(cells.values(), key=lambda cell: (cell.row, cell.column)))


def _padded(lines: Sequence[Sequence[str]], words: Lexicon) -> Iterator[list[str]]:
    """Yield the lines with empty cells where they are shorter than others.

    A spreadsheet loses those that end a line, a browser those that a merged cell at its head
    reaches into: the kinds of what is left tell which.
    """
    width = max(map(len, lines))
    typer = Typer(words)
    full = [[typer.kind(text) in VALUES for text in line] for line in lines if len(line) == width]
    figures = [sum(column) * 2 > len(full) for column in zip(*full, strict=True)]
    for line in lines:
        gone = [""] * (width - len(line))
        kinds = [(text, typer.kind(text) in VALUES) for text in line]
        ends, begins = (
            sum(
                bool(text) and kind != figure
                for (text, kind), figure in zip(kinds, at, strict=False)
            )
            for at in (figures, figures[len(gone) :])
        )
        yield [*gone, *line] if begins < ends else [*line, *gone]


def _depth(lines: Sequence[Sequence[str]], words: Lexicon) -> int:
    """Return how many lines the header has, none of which holds a figure that is no year.

    A second line names columns that the first leaves empty, or says again, and nothing below the
    names that stand over both; or all of it is words that head columns. Rows of words do neither.
    """
    typer = Typer(words)
    named = ["" if at and text == lines[0][at - 1] else text for at, text in enumerate(lines[0])]
    for at, line in enumerate(lines[1:], 1):
        figures = any(typer.kind(text) in FIGURES and role_of(text, words) is None for text in line)
        if figures or sum(map(bool, line)) < 2 or not _goes_on(named, line, words):
            return at
        named = [above or text for above, text in zip(named, line, strict=False)]
    return 1


def _goes_on(named: Sequence[str], line: Sequence[str], words: Lexicon) -> bool:
    """Return whether a line goes on with a header that has `named` some columns."""
    pairs = list(zip(named, line, strict=False))
    names = any(text and not above for above, text in pairs)
    spans = any(above and text in ("", above) for above, text in pairs)
    known = (role_of(text, words) or words.units.fullmatch(bare(text)) for text in line if text)
    return (names and spans) or all(known)


def _is_total(line: Sequence[str], words: Lexicon) -> bool:
    """Return whether a row sums up all others: no number or attribute of theirs is its own."""
    return any(words.totals.fullmatch(text) for text in line)


def _header_owner(origin: dict[_Spot, _Spot], spot: _Spot) -> _Spot:
    """Return the place whose cell reaches into an empty one of the header."""
    row, column = spot
    if row and origin[row - 1, column][1] == column:
        return origin[row - 1, column]
    return (row, column - 1) if column else spot


def _stubs(head: Sequence[str], words: Lexicon) -> int:
    """Return how many columns of numbers and categories the header begins with."""
    roles = [role_of(text, words) for text in head]
    for at, text in enumerate(head):
        if roles[at] not in ("serial", "category") and (text or not at):
            return at
    return 0


def _owner(line: Sequence[str], spot: _Spot, late: int, stubs: int) -> _Spot:
    """Return the place whose cell reaches into an empty one of the body: the one above, or none.

    So does that of the attribute, which stands in the column `late`, where the row has a figure,
    and so do those of the first columns, of which `stubs` hold numbers and categories.
    """
    row, column = spot
    leading = next((at for at, text in enumerate(line) if text), len(line))
    leading = max(leading, stubs) if any(line[stubs:]) else leading
    merged = column < leading or (column == late and any(line[leading + 1 :]))
    return (row - 1, column) if merged else spot


def _cover(cells: dict[_Spot, Cell], owner: _Spot, spot: _Spot, text: str, *, head: bool) -> None:
    """Let the cell of `owner` reach to `spot`, or begin there."""
    cell = cells.get(owner)
    if cell is None:
        cells[owner] = Cell(*owner, text, header=head)
        return
    cells[owner] = replace(
        cell,
        rowspan=max(cell.rowspan, spot[0] - owner[0] + 1),
        colspan=max(cell.colspan, spot[1] - owner[1] + 1),
    )


def text_of(lines: Sequence[Sequence[str]]) -> Iterator[str]:
    """Return the lines as text: one row a line, cells parted by tabs."""
    return ("\t".join(line).rstrip("\t") for line in lines)
