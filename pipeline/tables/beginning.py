"""Lines → whether a flattened table begins at one of them, and how it is laid out.

In: a block of text, or the blocks of a region. Out: the shape of the table, or none. Never more
than a look at the first words where a line is prose: every line of a page is asked.
"""

from collections.abc import Sequence
from typing import Literal

from pipeline.records import Block
from pipeline.rules.tables import TableRules
from pipeline.tables.header import FIGURE_ROLES, STUBS, role_of
from pipeline.tables.tokens import FIGURES, Typer, pieces, spaced

_LONGEST_STUB = 24
_LONGEST_HEADER = 400
_FEWEST_KNOWN = 3
_MOST_PROSE_CELLS = 2
_FEWEST_CERTAIN = 3
_MOST_HEADER_CELLS = 60

#: One cell a line; one row a line, its cells apart by tabs or by single blanks.
Shape = Literal["flat", "wide", "spaced"]


def begins(block: Block, rules: TableRules) -> Shape | None:
    """Return how the table that begins here is laid out, None where none begins."""
    # Prose is told by its first word: this is all that a page without tables pays.
    first = block.text.lstrip()[: _LONGEST_STUB + 1].split(maxsplit=1)
    if block.kind == "table" or not first or len(first[0]) > _LONGEST_STUB:
        return None
    text = block.text.strip()
    cells = pieces(text)
    if role_of(cells[0], rules.lexicon) in STUBS:
        known = sum(role_of(cell, rules.lexicon) is not None for cell in cells[:_MOST_HEADER_CELLS])
        return "flat" if len(cells) == 1 else "wide" if known > 1 or len(cells) > 2 else None
    if _is_spaced_header(text, rules):
        return "spaced"
    if len(cells) > _MOST_PROSE_CELLS and _are_heads(cells, rules):
        return "wide"
    return None


def _are_heads(cells: Sequence[str], rules: TableRules, least: int = 0) -> bool:
    """Return whether cells that stand apart may head columns: short, no figures, `least` known."""
    typer = Typer(rules.lexicon)
    known = [role_of(cell, rules.lexicon) for cell in cells]
    short = all(1 < len(cell) <= _LONGEST_STUB for cell in cells)
    return (
        short
        and sum(role is not None for role in known) >= least
        and (len(cells) > _FEWEST_KNOWN or any(role in FIGURE_ROLES for role in known))
        and not any(
            typer.kind(cell) in FIGURES
            for cell, role in zip(cells, known, strict=True)
            if role is None
        )
    )


def _is_spaced_header(text: str, rules: TableRules) -> bool:
    """Return whether a line is header cells apart by single blanks: short ones, no figure."""
    if len(text) > _LONGEST_HEADER or len(text.split(maxsplit=1)) < 2:
        return False
    words = spaced(text, Typer(rules.lexicon))
    if len(words) < 2:
        return False
    if role_of(words[0], rules.lexicon) not in STUBS:
        return len(words) > _FEWEST_KNOWN and _are_heads(words, rules, _FEWEST_CERTAIN)
    known = sum(role_of(word, rules.lexicon) is not None for word in words)
    short = all(len(word) <= _LONGEST_STUB and word[-1] not in "。，；" for word in words)
    figures = any(
        Typer(rules.lexicon).kind(word) in FIGURES
        for word in words[1:]
        if not role_of(word, rules.lexicon)
    )
    return short and not figures and (known > 1 or len(words) > 2)


def header_lines(blocks: Sequence[Block], region: Sequence[int], rules: TableRules) -> int:
    """Return how many lines of a region that is no table look like its header, at least 1.

    They are passed over, so that no half of a header begins a table of its own.
    """
    count = 1
    while count < len(region) and role_of(blocks[region[count]].text, rules.lexicon) is not None:
        count += 1
    return count


def is_title(blocks: Sequence[Block], shown: Sequence[int], rules: TableRules) -> bool:
    """Return whether a line that names a column of names stands above the header as its title.

    The header then begins below it, with the column of categories or numbers.
    """
    roles = [role_of(blocks[index].text, rules.lexicon) for index in shown]
    return roles in (["name", "category", "name"], ["name", "serial", "name"])
