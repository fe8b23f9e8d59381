"""Blocks as a page broke them → blocks as they were written.

In: blocks, one a line. Out: as many blocks, where a cell that came apart is whole in its first
block, and a number of a printed page holds no place; what was done, so that it can be told. Never
a character lost: the blocks of the page stay as they are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from pipeline.records import Block, Table
from pipeline.rules.tables import Lexicon
from pipeline.tables import around, spans
from pipeline.tables.tokens import squeeze, usual_step

_LONGEST_PAGE_NUMBER = 16
_SHORTEST, _FEWEST_SHORT = 2, 2


@dataclass(frozen=True, slots=True)
class Mended:
    """The blocks as they were written, and as they stand on the page (`source`).

    `pieces` are those of a block that was broken, `numbers` those of printed pages.

    `lines` gives for lines of `blocks` those of the source: what is left out leaves no gap.
    """

    source: Sequence[Block]
    blocks: Sequence[Block]
    pieces: Mapping[int, Sequence[int]]
    numbers: frozenset[int]
    lines: Mapping[int, int]

    def whole(self, indexes: Sequence[int]) -> tuple[int, ...]:
        """Return blocks with the pieces that were joined to them."""
        return tuple(piece for at in indexes for piece in self.pieces.get(at, (at,)))

    def placed(self, table: Table) -> Table:
        """Return a table with the lines of the source."""
        return replace(table, lines=tuple(self.lines.get(line, line) for line in table.lines))


def mend(blocks: Sequence[Block], words: Lexicon, *, spanned: bool) -> Mended:
    """Return the blocks of a page as they were written; `spanned` also joins cells that came apart.

    Where nothing is broken they are the blocks themselves.
    """
    numbers = frozenset(
        at
        for at, block in enumerate(blocks)
        if len(block.text) <= _LONGEST_PAGE_NUMBER
        and block.text
        and words.page_number.fullmatch(block.text.strip())
    )
    pieces = _pieces(blocks, numbers, words) if spanned else {}
    if not numbers and not pieces:
        return Mended(blocks, blocks, {}, numbers, {})
    new = list(blocks)
    for first, group in pieces.items():
        for at in group:
            new[at] = replace(blocks[at], text="")
        new[first] = replace(blocks[first], text="".join(squeeze(blocks[i].text) for i in group))
    for at in numbers:
        new[at] = replace(blocks[at], text="")
    lines = _close(new, blocks, pieces, numbers) if spanned else {}
    return Mended(blocks, new, pieces, numbers, lines)


def _pieces(
    blocks: Sequence[Block], numbers: frozenset[int], words: Lexicon
) -> dict[int, Sequence[int]]:
    """Return the blocks that belong together, by the first of them."""
    if sum(1 for block in blocks if 0 < len(block.text) <= _SHORTEST) < _FEWEST_SHORT:
        return {}
    shown = [at for at in around.visible(blocks) if at not in numbers]
    texts = [squeeze(blocks[at].text) if blocks[at].kind != "table" else "" for at in shown]
    return {shown[a]: shown[a:b] for a, b in spans.groups(texts, words)}


def _close(
    new: list[Block],
    old: Sequence[Block],
    pieces: Mapping[int, Sequence[int]],
    numbers: frozenset[int],
) -> dict[int, int]:
    """Number the lines of `new` anew, so that what is left out leaves no gap; return the true ones.

    A number of a page takes the blank lines around it along.
    """
    lines: dict[int, int] = {}
    step = usual_step([block.line for block in old if block.text])
    shift, before, numbered = 0, 0, False
    for at, block in enumerate(new):
        numbered = numbered or at in numbers
        if not block.text:
            continue
        if numbered and before:
            shift += max(0, block.line - before - step)
        line = block.line - shift
        lines[line] = block.line
        new[at] = replace(block, line=line)
        before, numbered = block.line, False
        if at in pieces:
            before = old[pieces[at][-1]].line
            shift += before - block.line
    return lines
