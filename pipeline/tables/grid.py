"""A table block with its cells → the record: spans filled, header found, notes taken out.

In: the cells of one `<table>`. Out: a `Sheet`: title, unit, header, rows and notes. Never a cell
spread to the right: a name that reaches over two columns stands in the first, its second is empty.
Rows are filled down, as the page shows one cell for all of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from pipeline.records import Cell
from pipeline.rules.tables import TableRules
from pipeline.tables import around
from pipeline.tables.header import STUBS, role_of
from pipeline.tables.tokens import FIGURES, Typer, bare, squeeze, together

_MOST_COLUMNS = 1000
_MOST_PLACES = 1_500_000
_MOST_HEADER_ROWS = 4
_LONGEST_HEADER = 40


@dataclass(frozen=True, slots=True)
class Place:
    """One place of the grid: the cell that covers it, and whether the cell begins here."""

    cell: int
    text: str
    left: bool
    top: bool
    wide: bool = False
    th: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one `<table>` holds.

    `head` has the rows that were read as its header; `headed` says that their words, not just
    their place, make them one.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    unit: str = ""
    notes: tuple[str, ...] = ()
    head: tuple[tuple[str, ...], ...] = ()
    headed: bool = True


_EMPTY = Place(-1, "", left=True, top=True)
_Line = list[Place]


def read(cells: Sequence[Cell], rules: TableRules) -> Sheet | None:
    """Return the sheet of a table, None where no grid of two columns and a row is left."""
    lines = [line for line in _expand(cells) if any(place.text for place in line)]
    lines = _without_empty_columns(lines)
    title, unit, lines = _take_top(lines, rules)
    notes, lines = _take_bottom(lines, rules)
    if len(lines) < 2 or len(lines[0]) < 2:
        return None
    depth = _depth(lines, rules)
    header = _names(lines[:depth], rules)
    body = (line for line in lines[depth:] if not _is_break(line, lines[:depth], rules))
    rows = tuple(tuple(_row(line)) for line in body)
    head = tuple(tuple(_row(line)) for line in lines[:depth])
    return Sheet(header, rows, title, unit, notes, head, _is_headed(lines[:depth], rules))


def overflows(cells: Sequence[Cell]) -> bool:
    """Return whether the spans of a table fill more places than any table has."""
    return bool(cells) and not _expand(cells)


def _expand(cells: Sequence[Cell]) -> list[_Line]:
    """Return the grid row by row, each place with the cell that covers it.

    Placed as browsers do (https://html.spec.whatwg.org/multipage/tables.html): a cell takes the
    first free column. Spans end at the last row and at a thousand columns. No grid at all where
    the spans would fill more places than any table has: its text stays as it is.
    """
    numbered = enumerate(cells)
    rows = [list(group) for _, group in groupby(numbered, key=lambda item: item[1].row)]
    taken: list[dict[int, Place]] = [{} for _ in rows]
    left = _MOST_PLACES
    for number, row in enumerate(rows):
        column = 0
        for key, cell in row:
            while column in taken[number]:
                column += 1
            width = min(cell.colspan or 1, _MOST_COLUMNS - column)
            height = min(cell.rowspan or len(rows), len(rows) - number)
            left -= max(width, 1) * max(height, 1)
            if left < 0 or width <= 0:
                return []
            _cover(taken, (number, column), (height, width), (key, cell))
            column += width
    total = max((max(row, default=-1) for row in taken), default=-1) + 1
    return [[row.get(column, _EMPTY) for column in range(total)] for row in taken]


def _cover(
    taken: list[dict[int, Place]],
    corner: tuple[int, int],
    size: tuple[int, int],
    item: tuple[int, Cell],
) -> None:
    """Write one cell to every place that its spans reach and no cell above holds."""
    key, cell = item
    text = squeeze(together(filter(None, map(str.strip, cell.text.split("\n")))))
    for down in range(size[0]):
        for along in range(size[1]):
            place = Place(
                key, text, left=along == 0, top=down == 0, wide=size[1] > 1, th=cell.header
            )
            taken[corner[0] + down].setdefault(corner[1] + along, place)


def _without_empty_columns(lines: Sequence[_Line]) -> list[_Line]:
    if not lines:
        return []
    kept = [
        at for at in range(len(lines[0])) if any(line[at].text and line[at].left for line in lines)
    ]
    return [[line[at] for at in kept] for line in lines]


def _single(line: _Line) -> str:
    """Return the text of a row that is one cell, "" for any other row."""
    texts = {place.cell: place.text for place in line if place.text}
    if len(texts) != 1:
        return ""
    covered = sum(bool(place.text) for place in line)
    return next(iter(texts.values())) if covered == len(line) or covered == 1 else ""


def _take_top(lines: list[_Line], rules: TableRules) -> tuple[str, str, list[_Line]]:
    """Return title and unit from the rows above the header, and the other rows."""
    title = unit = ""
    words = rules.lexicon
    while lines and len(lines[0]) > 1:
        text = _single(lines[0])
        found = words.unit_line.match(text)
        if found:
            unit = next(group for group in found.groups() if group)
        elif text and not words.note.match(text):
            title = title or around.clean_title(text, words)
        else:
            break
        lines = lines[1:]
    return title, unit, lines


def _take_bottom(lines: list[_Line], rules: TableRules) -> tuple[tuple[str, ...], list[_Line]]:
    """Return the notes in the rows below the body, and the other rows."""
    end = len(lines)
    while end and _single(lines[end - 1]):
        end -= 1
    notes: tuple[str, ...] = ()
    for start in range(end, len(lines)):
        notes = around.read_notes([_single(line) for line in lines[start:]], rules.lexicon)
        if notes:
            return notes, lines[:start]
    return notes, lines


def _depth(lines: Sequence[_Line], rules: TableRules) -> int:
    """Return how many rows the header has, at least 1, never all."""
    most = min(_MOST_HEADER_ROWS, len(lines) - 1)
    reached = _reached(lines[: most + 1], rules)
    marked = 0
    while marked < most and all(place.th for place in lines[marked] if place.text):
        if marked and _single(lines[marked]):
            break  # a heading inside the table
        marked += 1
    depth = max(marked, reached)
    while depth < most and _goes_on(lines, depth, rules):
        depth += 1
    return depth


def _reached(lines: Sequence[_Line], rules: TableRules) -> int:
    """Return how many rows the cells of the first row reach down that head a column of names.

    A header is as deep as such a cell, if no figure stands beside it.
    """
    heads = {
        place.cell
        for place in lines[0]
        if role_of(place.text, rules.lexicon) in STUBS and not place.wide
    }
    depth = 1
    while depth < len(lines) - 1 and heads & {place.cell for place in lines[depth]}:
        if not _are_names([place.text for place in lines[depth] if place.top], rules):
            return 1
        depth += 1
    return depth


def _goes_on(lines: Sequence[_Line], depth: int, rules: TableRules) -> bool:
    """Return whether row `depth` still belongs to the header: it stands below merged cells.

    Its own cells (those that do not reach down from above) must look like names, not figures,
    and stand under a cell that spans several columns, or close the rows that others span.
    """
    above, line = lines[depth - 1], lines[depth]
    own = [at for at, place in enumerate(line) if place.top and place.left and place.text]
    if not own or _single(line) or not _are_names([line[at].text for at in own], rules):
        return False
    reached = any(place.text and not place.top for place in line)
    below_merged = all(above[at].wide or not above[at].text for at in own)
    known = sum(role_of(line[at].text, rules.lexicon) is not None for at in own)
    if reached and known == len(own) and any(above[at].wide for at in own):
        return True  # one of the upper cells has a single one below
    if below_merged and any(above[at].wide for at in own):
        return reached or known * 2 >= len(own) or len(own) < len(line)
    return False


def _are_names(texts: Sequence[str], rules: TableRules) -> bool:
    typer = Typer(rules.lexicon)
    for text in texts:
        if len(text) > _LONGEST_HEADER:
            return False
        figure = typer.kind(text) in FIGURES or typer.kind(text) in ("dash", "binding")
        if figure and role_of(text, rules.lexicon) is None:
            return False
    return True


def _names(lines: Sequence[_Line], rules: TableRules) -> tuple[str, ...]:
    """Return one name a column: merged names joined by _, those over several columns told apart."""
    names: list[str] = []
    for at in range(len(lines[0])):
        parts: list[str] = []
        for line in lines:
            text = line[at].text
            if text and (not parts or parts[-1] != text):
                parts.append(text)
        names.append("_".join(parts))
    leaves = lines[-1]
    return tuple(_leveled(names, [place.cell for place in leaves], rules))


def _leveled(names: Sequence[str], cells: Sequence[int], rules: TableRules) -> Iterator[str]:
    """Return the names; those of one cell over several columns carry their level."""
    level = rules.columns.level
    for (name, _), group in groupby(zip(names, cells, strict=True)):
        size = len(list(group))
        if size == 1 or not name or size > len(level):
            yield from [name] * size
        else:
            yield from (name + level[place] for place in range(size))


def _row(line: _Line) -> Iterator[str]:
    """Return the cells of a row: filled down, but not to the right."""
    return (place.text if place.left else "" for place in line)


def _is_break(line: _Line, header: Sequence[_Line], rules: TableRules) -> bool:
    """Return whether a row only shows that a page ended: 续表, or the header once more."""
    if rules.lexicon.continued.match(_single(line)):
        return True
    texts = [bare(place.text) for place in line]
    return any(texts == [bare(place.text) for place in above] for above in header)


def _is_headed(header: Sequence[_Line], rules: TableRules) -> bool:
    """Return whether the first rows are a header by their words or marks, not just by place."""
    first = [place for place in header[0] if place.text]
    known = sum(role_of(place.text, rules.lexicon) is not None for place in first)
    return all(place.th for place in first) or known * 2 >= len(first)
