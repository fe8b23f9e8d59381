"""Lines whose cells are parted by bars or commas → a sheet, as markup would give it.

In: blocks, and the place where such lines may begin. Out: the rows that belong together, and the
sheet they make. Never a sentence with a bar or commas in it: there must be a ruler, bars on both
sides, or a header that lists know above rows of as many cells.

Programs that turn markup into text write tables so (Markdown, CSV). Some write merged cells once
and leave them out below, some keep every place: `joined` reads the first, `tabbed` the second.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from msgspec import structs

from pipeline import kept
from pipeline.records import Block, Cell
from pipeline.rules.tables import Lexicon, TableRules
from pipeline.tables import around, grid, joined, tabbed
from pipeline.tables.header import role_of
from pipeline.tables.shares import Ballot
from pipeline.tables.tokens import FIGURES, Typer, plain, squeeze, tabs

_RULER = kept.pattern(r"[\s|]*:?-{3,}:?(?:\s*\|\s*:?-{3,}:?)*[\s|]*")
_BAR = kept.pattern(r"(?<!\\)\|")
_TWIN = kept.pattern(r"(.+)\.\d{1,2}")
_QUOTE = '"'
_BREAK = kept.pattern(r"<br\s*/?>")
_LONGEST_PART, _MOST_PARTS = 40, 3
_FEWEST_ROWS = 3
_FEWEST_HEADER_WORDS = 2
_MOST_BROKEN = 12
#: Where so many lines are no table from their first on, they are none from the next on either.
_MOST_TRIED = 12
_LONGEST_HEAD = 40
_MOSTLY = 0.7
_VALUES = FIGURES | {"dash"}


@dataclass(frozen=True, slots=True)
class Run:
    """Lines that are a table: their cells, the blocks they begin in, all that they take.

    `ruled` says that the first is a whole row of the header, which stands above a ruler, `twins`
    that merged cells were written in each of their places. `title` was run into the first cell.
    Where the columns are not `sure`, another way to read the lines goes before.
    """

    lines: tuple[tuple[str, ...], ...]
    blocks: tuple[int, ...]
    held: tuple[int, ...]
    twins: bool = False
    ruled: bool = False
    tabbed: bool = False
    sure: bool = True
    title: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """A sheet, the block that each of its rows begins in, its lines as text, what is doubtful."""

    sheet: grid.Sheet
    rows: tuple[int, ...]
    text: str
    ballot: Ballot


def find(
    blocks: Sequence[Block], shown: Sequence[int], rules: TableRules
) -> Iterator[tuple[int, Run]]:
    """Return the lines that are tables of marked cells, each with its place in `shown`."""
    free = 0
    for at, index in enumerate(shown):
        text = blocks[index].text
        run = None
        if at < free:
            continue
        if "|" in text:
            held = _holding("|", blocks, shown[at:], rules.lexicon)
            run, free = _piped(blocks, held, rules), at + len(held)
        elif "\t" in text:
            held = _holding("\t", blocks, shown[at:], rules.lexicon)
            run, free = _copied(blocks, held, rules), at + len(held)
        elif "," in text and _has_like(blocks, shown, at):
            run, taken = _listed(blocks, shown[at:], rules)
            free = at + taken if taken > _MOST_TRIED else at + 1
        if run is not None:
            free = at + len(run.held)
            yield at, run


def _has_like(blocks: Sequence[Block], shown: Sequence[int], at: int) -> bool:
    """Return whether the next line has as many commas, or quotes them."""
    text = blocks[shown[at]].text
    below = blocks[shown[at + 1]].text if at + 1 < len(shown) else ""
    return text.count(",") == below.count(",") or (_QUOTE in text + below and "," in below)


def read(run: Run, rules: TableRules) -> Marked | None:
    """Return the table of a run, None where its cells do not fit one grid."""
    words = rules.lexicon
    width = max(map(len, run.lines))
    if all(len(line) == width for line in run.lines):
        lines = _without_twins(run.lines) if run.twins else run.lines
        sheet = grid.read(tabbed.placed(lines, words), rules)
        begins, ballot = tuple(range(len(run.lines))), Ballot()
    else:
        picture = joined.read(run.lines, words, ruled=run.ruled)
        if picture is None:
            return None
        sheet = grid.read(tuple(_cells(picture)), rules)
        begins, ballot = picture.lines, _doubts(picture)
    if sheet is None or not sheet.rows:
        return None
    places = [run.blocks[at] for at in begins][-len(sheet.rows) :]
    if run.title:
        sheet = replace(sheet, title=run.title)
    text = "\n".join(tabbed.text_of(run.lines))
    text = f"{run.title}\n{text}" if run.title else text
    return Marked(sheet, tuple(places), text, ballot)


def _doubts(picture: joined.Picture) -> Ballot:
    ballot = Ballot()
    for other in picture.others:
        margin = None if other.why == "heading" else other.margin
        ballot.add((other.row, other.column), other.reading or None, other.why, margin)
    return ballot


def _cells(picture: joined.Picture) -> Iterator[Cell]:
    """Return the cells of a picture with their spans."""
    owners: dict[tuple[int, int], tuple[int, int]] = {}
    cells: dict[tuple[int, int], Cell] = {}
    for row, line in enumerate(picture.rows):
        for column, text in enumerate(line):
            spot = row, column
            over = {joined.ABOVE: (row - 1, column), joined.LEFT: (row, column - 1)}.get(text)
            if over is None or (row == picture.depth and text == joined.ABOVE):
                owners[spot] = spot
                shown = "" if over else text
                cells[spot] = Cell(row, column, shown, header=row < picture.depth)
                continue
            owner = owners[spot] = owners[over]
            cells[owner] = structs.replace(
                cells[owner],
                rowspan=max(cells[owner].rowspan, row - owner[0] + 1),
                colspan=max(cells[owner].colspan, column - owner[1] + 1),
            )
    return iter(cells.values())


# --- bars -----------------------------------------------------------------------------------------


def _piped(blocks: Sequence[Block], held: Sequence[int], rules: TableRules) -> Run | None:
    """Return the lines with bars as rows, None where they are no table."""
    texts = [blocks[index].text.strip() for index in held]
    bars = [text for text in texts if not _is_ruler(text) and "|" in text]
    outer = all(text.startswith("|") and text.endswith("|") for text in bars)
    lines = [_parts(text, outer=outer) for text in texts]
    places = list(held)
    ruler = next((at for at, text in enumerate(texts) if _is_ruler(text)), 0)
    title = ""
    if ruler:
        head = list(_one(lines[:ruler]))
        title, head[0] = _title(head[0], rules.lexicon) if not outer else ("", head[0])
        below = [at for at in range(ruler, len(texts)) if not _is_ruler(texts[at])]
        lines, places = [head, *(lines[at] for at in below)], [held[0], *(held[at] for at in below)]
    full = [(at, tuple(map(squeeze, line))) for at, line in enumerate(lines) if any(line)]
    rows = tuple(row for _, row in full)
    if len(rows) < 2 or max(map(len, rows)) < 2 or _are_links(texts):
        return None
    if not ruler and not outer and not _is_known(rows, rules):
        return None
    begins = tuple(places[at] for at, _ in full)
    return Run(rows, begins, tuple(held), ruled=bool(ruler) and any(lines[0]), title=title)


def _one(lines: Sequence[Sequence[str]]) -> Iterator[str]:
    """Return the cells of lines that are one row: the last of a line goes on in the next."""
    cell = ""
    for line in lines:
        yield from [cell + line[0], *line[1:-1]] if len(line) > 1 else ()
        cell = line[-1] if len(line) > 1 else cell + line[0]
    yield cell


def _holding(mark: str, blocks: Sequence[Block], shown: Sequence[int], words: Lexicon) -> list[int]:
    """Return the blocks from the first on that hold a mark, with parts of broken cells between."""
    held: list[int] = []
    waiting: list[int] = []
    for index in shown:
        block = blocks[index]
        if mark in block.text:
            held += [*waiting, index]
            waiting = []
            continue
        waiting.append(index)
        long = len(block.text) > _LONGEST_PART or len(waiting) > _MOST_PARTS
        if long or around.is_stop(block, words) or around.is_title(block.text, words):
            break
    return held


def _is_ruler(text: str) -> bool:
    return _RULER.fullmatch(text) is not None


def _parts(text: str, *, outer: bool) -> list[str]:
    """Return the cells of a line with bars; `outer` ones enclose it."""
    inner = text[1:-1] if outer and "|" in text else text
    return [_clean(part) for part in _BAR.split(inner)]


def _clean(text: str) -> str:
    return plain(_BREAK.sub("", text)).strip()


def _are_links(texts: Sequence[str]) -> bool:
    """Return whether most lines hold a link, as those of a menu do."""
    return sum("](" in text for text in texts) * 2 > len(texts)


def _title(cell: str, words: Lexicon) -> tuple[str, str]:
    """Return the title of a table that was run into its first cell, and that cell."""
    parts = cell.split(" ")
    for at in range(len(parts) - 1, 0, -1):
        title, head = " ".join(parts[:at]), " ".join(parts[at:])
        if role_of(head, words) is not None and not all(len(part) < 2 for part in parts[:at]):
            return title, squeeze(head)
    if len(parts) > 1 and around.is_title(" ".join(parts[:-1]), words):
        return " ".join(parts[:-1]), parts[-1]
    return "", cell


def _is_known(lines: Sequence[Sequence[str]], rules: TableRules) -> bool:
    """Return whether rows of as many cells stand under a header."""
    width = len(lines[0])
    alike = sum(len(line) == width for line in lines[1:])
    return width > 1 and alike >= _FEWEST_ROWS - 1 and _is_header(lines, rules)


def _is_header(lines: Sequence[Sequence[str]], rules: TableRules) -> bool:
    """Return whether the first line names columns, as far as it and those below show.

    Lists know two of its cells and most rows have a figure, or a column below is all figures.
    """
    typer = Typer(rules.lexicon)
    head, body = lines[0], lines[1:]
    roles = [role_of(cell, rules.lexicon) for cell in head]
    heads = zip(head, roles, strict=True)
    if not head[0] or any(
        len(cell) > _LONGEST_HEAD or (cell and not role and typer.kind(cell) in FIGURES)
        for cell, role in heads
    ):
        return False
    known = sum(role is not None for role in roles)
    figures = [[typer.kind(cell) in _VALUES for cell in line] for line in body]
    if known >= min(_FEWEST_HEADER_WORDS, len(head) - 1):
        return sum(map(any, figures)) * 2 >= len(body)
    columns = [sum(column) for column in zip(*figures, strict=False)]
    return len(head) >= _FEWEST_ROWS <= len(body) and max(columns) >= _MOSTLY * len(body)


# --- tabs -----------------------------------------------------------------------------------------


def _copied(blocks: Sequence[Block], held: Sequence[int], rules: TableRules) -> Run | None:
    """Return the lines with tabs as rows; None where it is not sure that no empty cell was lost.

    A spreadsheet sets broken cells in quotes, a browser does not.
    """
    lines, places = _unquoted([tabs(blocks[index].text) for index in held], held)
    run = Run(tuple(lines), tuple(places), tuple(held), tabbed=True)
    if len(lines) < len(held):
        return run
    width = max(map(len, lines))
    if any(not line[0] for line in lines):
        # What is merged is empty then, so that only the empty cells that end a line are lost.
        lines = [(*line, *[""] * (width - len(line))) for line in lines]
        run = replace(run, lines=tuple(lines))
    if all(len(line) == width for line in lines):
        kept = any("" in line for line in lines)
        return run if kept and _is_known(lines, rules) else None
    picture = joined.read(lines, rules.lexicon)
    if picture is None:
        return None
    broken = picture.has_breaks(len(lines))
    return replace(run, sure=broken) if broken or picture.is_plain else None


def _unquoted(
    lines: Sequence[Sequence[str]], held: Sequence[int]
) -> tuple[list[tuple[str, ...]], list[int]]:
    """Return lines with each quoted cell whole, and the block that each begins in."""
    made: list[tuple[str, ...]] = []
    places: list[int] = []
    waiting: tuple[str, ...] = ()
    for line, index in zip(lines, held, strict=True):
        if waiting:
            line = [*waiting[:-1], waiting[-1] + line[0], *line[1:]]
        else:
            places.append(index)
        waiting = tuple(line) if _is_open(line[-1]) else ()
        if not waiting:
            made.append(tuple(_bared(cell) for cell in line))
    return (made, places) if not waiting else ([tuple(line) for line in lines], list(held))


def _is_open(cell: str) -> bool:
    """Return whether a cell begins with a quotation mark that no other closes."""
    return cell.startswith(_QUOTE) and cell.count(_QUOTE) % 2 == 1


def _bared(cell: str) -> str:
    """Return a quoted cell without its quotation marks."""
    whole = len(cell) > 1 and cell[0] == cell[-1] == _QUOTE
    return cell[1:-1].replace(_QUOTE * 2, _QUOTE) if whole else cell


# --- commas ---------------------------------------------------------------------------------------


def _listed(
    blocks: Sequence[Block], shown: Sequence[int], rules: TableRules
) -> tuple[Run | None, int]:
    """Return the lines of as many cells apart by commas, None where they are no table.

    And how many they are.
    """
    head = _row(blocks[shown[0]].text)
    lines, places, at = [head], [shown[0]], 1
    while at < len(shown) and len(head) > 1:
        size, cells = _quoted(blocks, shown[at : at + _MOST_BROKEN])
        if len(cells) != len(head):
            break
        lines.append(cells)
        places.append(shown[at])
        at += size
    if len(lines) < _FEWEST_ROWS or not _is_header(lines, rules):
        return None, at
    made = tuple(tuple(line) for line in lines)
    return Run(made, tuple(places), tuple(shown[:at]), twins=True), at


def _quoted(blocks: Sequence[Block], shown: Sequence[int]) -> tuple[int, list[str]]:
    """Return how many lines the next row takes, and its cells; quoted ones may be broken."""
    text = ""
    for size, index in enumerate(shown, 1):
        text += blocks[index].text
        if text.count(_QUOTE) % 2 == 0:
            return size, _row(text)
    return 1, _row(blocks[shown[0]].text)


def _row(text: str) -> list[str]:
    """Return the cells of a line of CSV."""
    return [squeeze(cell) for cell in next(csv.reader([text.strip()]), [])]


def _without_twins(lines: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return lines in which a merged cell, which was written in each of its places, stands once.

    Names of columns come again with a number then (指标, 指标.1); a heading fills its whole row.
    """
    head, depth = lines[0], 1
    if _is_merged(head) and len(lines) > _FEWEST_ROWS:
        depth = 2
    rows = [_named(line) for line in lines[:depth]]
    for above, row in pairwise(rows):
        for at, text in enumerate(row):
            if text == above[at] or (not above[at] and text == _owner(above, at)):
                row[at] = ""
    rows = [
        ["" if at and text == _owner(row, at) else text for at, text in enumerate(row)]
        for row in rows
    ]
    body = [
        (line[0], *([""] * (len(line) - 1))) if len(set(line)) == 1 and len(line) > 2 else line
        for line in lines[depth:]
    ]
    return [*map(tuple, rows), *body]


def _is_merged(head: Sequence[str]) -> bool:
    return any(one == other for one, other in pairwise(head))


def _named(line: Sequence[str]) -> list[str]:
    """Return names without the number that tells two of the same name apart."""
    found = ((text, _TWIN.fullmatch(text)) for text in line)
    return [match[1] if match and match[1] in line else text for text, match in found]


def _owner(row: Sequence[str], at: int) -> str:
    """Return the nearest text to the left of a place."""
    return next((text for text in reversed(row[:at]) if text), "")
