"""Blocks → whether a table of one row a line begins here, though no word announces it.

In: a line and those below it. Out: how its cells are parted, or nothing. Never a look at what the
cells of the header say: rows with figures in the same places below them vouch for it.
"""

from collections.abc import Sequence
from typing import Literal

from pipeline.records import Block
from pipeline.rules.tables import TableRules
from pipeline.tables.tokens import FIGURES, VALUES, Typer, bare, pieces, spaced

_FEWEST_CELLS, _FEWEST_ROWS = 3, 3
_MOST_HEADER_LINES = 3
_LONGEST_CELL, _LONGEST_LINE = 30, 400
_MARKS = frozenset("。；！？")


def begins(
    blocks: Sequence[Block], shown: Sequence[int], rules: TableRules
) -> Literal["wide", "spaced"] | None:
    """Return how the cells of a table are parted whose header is the first of the lines `shown`.

    At least three cells, no figure among them; below one to three such lines three rows with
    figures, which end in the same kinds of cells.
    """
    lines = [blocks[index].text for index in shown]
    # This is all that a line of prose pays.
    if len(lines) <= _FEWEST_ROWS or len(lines[0].split(maxsplit=1)) < 2:
        return None
    row = lines[_MOST_HEADER_LINES]
    if not any(map(str.isdecimal, row)) or len(row.split()) < 2 or not _is_parted(lines[0]):
        return None
    words = rules.lexicon
    if any(blocks[index].kind == "table" for index in shown[:4]) or words.caption.match(lines[0]):
        return None
    typer = Typer(rules.lexicon)
    if all(len(pieces(line)) > 1 for line in lines[:4]):
        return "wide" if _are_rows([pieces(line) for line in lines], typer) else None
    return "spaced" if _are_rows([spaced(line, typer) for line in lines], typer) else None


def _is_parted(line: str) -> bool:
    """Return whether a line is short words with blanks between them."""
    words = line.split(maxsplit=60)
    short = all(len(word) <= _LONGEST_CELL for word in words)
    named = all(any(map(str.isalnum, word)) for word in words)  # no rule of dashes
    return (
        len(words) > 1 and short and named and len(line) <= _LONGEST_LINE and not _MARKS & set(line)
    )


def _are_rows(lines: Sequence[Sequence[str]], typer: Typer) -> bool:
    """Return whether lines of cells are a header and rows that end alike."""
    figures = [[typer.kind(cell) in VALUES for cell in line] for line in lines]
    depth = next((at for at, line in enumerate(lines) if _has_figure(line, typer)), 0)
    rows = [tuple(line) for line in figures[depth : depth + _FEWEST_ROWS]]
    if not 0 < depth <= _MOST_HEADER_LINES or len(rows) < _FEWEST_ROWS:
        return False
    widths = {len(row) for row in rows}
    least, most = min(widths), max(widths)
    ends = {row[len(row) - least + 1 :] for row in rows}
    headed = _FEWEST_CELLS <= len(lines[0]) <= most
    return headed and least >= _FEWEST_CELLS and most - least < 2 and len(ends) == 1


def _has_figure(cells: Sequence[str], typer: Typer) -> bool:
    """Return whether one of the cells is a figure and no year."""
    year = typer.lexicon.year
    return any(typer.kind(cell) in FIGURES and not year.fullmatch(bare(cell)) for cell in cells)
