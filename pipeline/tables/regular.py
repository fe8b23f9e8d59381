"""Tokens → a table whose rows are all full: read by its period, whatever its header says.

In: the tokens of a region. Out: how many of them are the header, the layout and the rows, or
nothing. Never a row with a cell missing: one lost cell breaks the period, and then this reads
nothing.

Two things prove a period: serial numbers that stand equally far apart, or figures and texts that
alternate in the same way from the first row to the last figure.
"""

from collections.abc import Iterator, Sequence
from itertools import takewhile

from pipeline import kept
from pipeline.rules.tables import Lexicon
from pipeline.tables.header import HEADS_ONLY, Column, Layout, Role, join_lines, role_of
from pipeline.tables.levels import Path, divide, spread
from pipeline.tables.paths import Cut, Row
from pipeline.tables.tokens import FIGURES, VALUES, Token, bare, by_line, has_figure
from pipeline.tables.values import Placing

_FEWEST_ROWS = 3
#: What stands before the names and counts nothing: 110200002-1.
CODE = kept.pattern(r"[\dA-Za-z-]+")
_MOST_HEADER = 40
_MOST_COLUMNS = 30
_MOST_STUBS = 3
_LONGEST_NAME = 60
_LONGEST_HEADER_CELL = 30
_MOSTLY = 0.8


def read(tokens: Sequence[Token], words: Lexicon, *, named: bool) -> tuple[int, Layout, Cut] | None:
    """Return header tokens, layout and rows of a table without a cell missing, None for others.

    `named` asks for a header of one row.
    """
    if any(token.starts for token in tokens):
        return None if named else _read_lines(tokens, words)
    for start, width, count in (*_counted(tokens), *_periodic(tokens, words)):
        period = width
        width, count = _beside(tokens, start, width, count)
        header = [token.text for token in tokens[:start]]
        if named and len(header) != width == period:
            continue
        if role_of(tokens[start].text, words) in HEADS_ONLY:  # an empty column has a name too
            continue
        columns = _columns(header, width, words, counted=tokens[start].text == "1")
        body = tokens[start : start + width * count]
        if (
            columns
            and agree(columns, body, words)
            and _is_alike(body, width, words)
            and not _goes_on(tokens[start + len(body) :], width)
        ):
            layout = _layout(columns, (tuple(header),), words)
            return start, layout, Cut(tuple(_rows(body, width, layout)))
    return None


def _read_lines(tokens: Sequence[Token], words: Lexicon) -> tuple[int, Layout, Cut] | None:
    """Return the table of lines that hold a row each, all with as many cells."""
    lines = by_line(tokens)
    depth = sum(1 for _ in takewhile(lambda line: not has_figure(line, words), lines))
    body, width = lines[depth:], len(lines[depth]) if depth < len(lines) else 0
    head = [[token.text for token in line] for line in lines[:depth]]
    full = list(takewhile(lambda line: len(line) == width, body))
    enough = _FEWEST_ROWS - (width > _FEWEST_ROWS)
    if not 0 < depth <= _MOST_STUBS or len(full) < enough or width < 2:
        return None
    cells = [token for line in full for token in line]
    short = [line for line in body[len(full) :] if has_figure(line, words)]
    columns = _columns_of(head, width, words, counted=cells[0].text == "1")
    if short or not columns or not agree(columns, cells, words):
        return None
    if not _is_alike(cells, width, words):
        return None
    layout = _layout(columns, tuple(tuple(line) for line in head), words)
    return sum(map(len, head)), layout, Cut(tuple(_rows(cells, width, layout)))


def _columns_of(
    head: Sequence[Sequence[str]], width: int, words: Lexicon, *, counted: bool
) -> list[Path]:
    """Return the columns of a header whose rows are known; a column of numbers may have no name."""
    columns = spread(head, width, words)
    if columns or not counted:
        return columns
    named = spread(head, width - 1, words)
    return [("",), *named] if named else []


def _beside(tokens: Sequence[Token], start: int, width: int, count: int) -> tuple[int, int]:
    """Return width and rows of tables that stand side by side: their header cells come again."""
    times = 2
    cells = [token.text for token in tokens[:start]]
    if (
        start >= times * width
        and cells[:width] == cells[width : times * width]
        and count % times == 0
    ):
        return width * times, count // times
    return width, count


def _columns(cells: Sequence[str], width: int, words: Lexicon, *, counted: bool) -> list[Path]:
    """Return the columns of a header whose rows run together, [] where it names fewer or more."""
    if any(len(cell) > _LONGEST_HEADER_CELL for cell in cells):
        return []
    joined = cells if len(cells) == width else join_lines(cells, words)
    if len(joined) == width:
        return [(cell,) for cell in joined]
    if len(joined) == width - 1 and counted:
        return [("",), *((cell,) for cell in joined)]
    return divide(joined, width, words) if len(joined) > width else []


def _counted(tokens: Sequence[Token]) -> Iterator[tuple[int, int, int]]:
    """Return (start, width, rows) where 1, 2, 3 … stand equally far apart."""
    firsts = [at for at, token in enumerate(tokens[:_MOST_HEADER]) if token.text == "1"]
    for start in firsts:
        for width in range(2, _MOST_COLUMNS):
            count = _count(tokens[start::width])
            full = min(count, (len(tokens) - start) // width)
            if full >= _FEWEST_ROWS:
                yield start, width, full


def _count(cells: Sequence[Token]) -> int:
    """Return how far cells count from 1 on, one after another."""
    counted = takewhile(lambda item: item[1].text == str(item[0]), enumerate(cells, 1))
    return sum(1 for _ in counted)


def _periodic(tokens: Sequence[Token], words: Lexicon) -> Iterator[tuple[int, int, int]]:
    """Return (start, width, rows) where values and texts alternate alike to the last value."""
    marks = [token.kind in VALUES and role_of(token.text, words) is None for token in tokens]
    if True not in marks[:_MOST_HEADER]:
        return
    first = marks.index(True)
    last = len(marks) - 1 - marks[::-1].index(True)
    for stubs in range(1, _MOST_STUBS + 1):
        start = first - stubs
        for width in range(stubs + 1, min(start, _MOST_COLUMNS) + 1):
            count = -(-(last + 1 - start) // width)
            end = start + count * width
            if count < _FEWEST_ROWS or end > len(tokens):
                continue
            pattern = marks[start : start + width]
            if marks[start:end] == pattern * count:
                yield start, width, count


def agree(
    columns: Sequence[Path], body: Sequence[Token], words: Lexicon, *, closed: bool = False
) -> bool:
    """Return whether each column holds what its name says: figures, attributes, no figures.

    `closed` says that a category follows the last column, so that nothing in it goes on below.
    """
    counted = [token.text for token in body[: 2 * len(columns) : len(columns)]] == ["1", "2"]
    role, wordy, cells = None, 0, body
    for at, path in enumerate(columns):
        cells = body[at :: len(columns)]
        if sum(token.text == path[-1] for token in cells) > _MOSTLY * len(cells):
            return False  # a button, which says its own name again in each row
        role = role_of(path[-1], words)
        wordy = sum(token.kind in ("text", "unit", "binding") for token in cells)
        bindings = sum(token.kind == "binding" for token in cells)
        united = path[-1].endswith((")", "）")) and _has_unit(path[-1], words)
        if (united or role in ("year", "rate")) and wordy > (1 - _MOSTLY) * len(cells):
            return False
        if (role == "binding") != (bindings * 2 > len(cells)):
            return False
        if role in ("category", "unit") and any(token.kind in FIGURES for token in cells):
            return False
    # A last column of words that no list knows may be the first lines of wrapped names.
    # Those differ from row to row.
    again = len({token.text for token in cells}) <= _MOSTLY * len(cells)
    # Attributes close a header, and a heading below the table is no cell of it.
    bound = any(role_of(path[-1], words) == "binding" for path in columns)
    again = again and not bound and not words.section.match(cells[-1].text)
    rowed = any(token.starts for token in body)
    return role is not None or wordy < len(cells) or counted or again or rowed or closed


def _has_unit(name: str, words: Lexicon) -> bool:
    """Return whether a header cell ends with a unit in brackets, so that figures stand below."""
    inside = bare(name)[bare(name).rfind("(") + 1 : -1]
    return all(words.units.fullmatch(part) for part in inside.split("/"))


def _is_alike(body: Sequence[Token], width: int, words: Lexicon) -> bool:
    """Return whether each column holds one kind of cell, and the names are names."""
    columns = [body[at::width] for at in range(width)]
    figures = [sum(token.kind in FIGURES | {"dash"} for token in column) for column in columns]
    rows = len(body) // width
    mixed = [0 < count < _MOSTLY * rows for count in figures]
    last = body[-width:]
    broken = any(
        count >= rows - 1 and token.kind not in VALUES
        for count, token in zip(figures, last, strict=True)
    )
    names = columns[1] if [token.text for token in columns[0][:2]] == ["1", "2"] else columns[0]
    coded = len({token.text for token in names}) == rows and width > 1
    coded = coded and all(token.kind == "text" for token in columns[1])
    named = all(
        len(token.text) <= _LONGEST_NAME
        and (
            token.kind not in FIGURES
            or words.year.fullmatch(bare(token.text))
            or (coded and CODE.fullmatch(token.text))
        )
        for token in names
    )
    return sum(mixed) * 3 <= width and not broken and named


def _goes_on(rest: Sequence[Token], width: int) -> bool:
    """Return whether figures follow the last row, so that a cell must be missing in it."""
    return any(token.kind in FIGURES for token in rest[: 2 * width])


def _layout(columns: Sequence[Path], lines: tuple[tuple[str, ...], ...], words: Lexicon) -> Layout:
    """Return the layout: one column of names, numbers before it, all others hold what they hold."""
    names = ["_".join(path) for path in columns]
    roles: list[Role] = ["measure"] * len(columns)
    serial = names[0] == "" or role_of(names[0], words) == "serial"
    roles[0] = "serial" if serial else "name"
    if serial:
        roles[1] = "name"
    return Layout(tuple(Column(role, name) for role, name in zip(roles, names, strict=True)), lines)


def _rows(body: Sequence[Token], width: int, layout: Layout) -> Iterator[Row]:
    """Return the rows, each cell in its column; nothing in them is judgement."""
    stubs = layout.columns.index(next(c for c in layout.columns if c.role == "name")) + 1
    for start in range(0, len(body), width):
        cells = body[start : start + width]
        yield Row(
            start,
            start + width,
            serial=cells[0].text if stubs > 1 else "",
            name=(cells[stubs - 1].text,),
            values=tuple(cells[stubs:]),
            placings=(Placing(tuple(token.text for token in cells[stubs:]), 0.0),),
        )
