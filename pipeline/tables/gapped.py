"""Lines with blank lines between rows → tokens that say where rows begin.

In: blocks of a region, one cell a line. Out: tokens, the first of each row marked, or nothing where
blank lines part no rows. Never a token left out.

Indented markup leaves blank lines where its rows end: always as many, and none between cells; a
blank line inside a row is an empty cell.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.records import Block
from pipeline.tables.tokens import FIGURES, VALUES, Token, Typer, bare, squeeze

_FEWEST_ROWS = 3
_MOSTLY = 0.8
_MOST_EMPTY = 4
#: Beside the usual row; two rows together are wider.
_WIDEST = 1.6
_MOST_STUBS = 3


def read(blocks: Sequence[Block], indexes: Sequence[int], typer: Typer) -> list[Token]:
    """Return the tokens of a region with its rows marked, [] where blank lines tell of none."""
    lines = [blocks[index].line for index in indexes]
    steps = [after - before for before, after in pairwise(lines)]
    ends = _row_steps(steps)
    if not ends:
        return []
    tokens = [typer.token(squeeze(blocks[index].text), index) for index in indexes]
    ways = (_rows(tokens, [0, *steps], end, typer) for end in ends)
    rows = next((rows for rows in ways if _are_rows(rows)), [])
    return [token for row in rows for token in row]


def _row_steps(steps: Sequence[int]) -> list[int]:
    """Return the distances of lines that rows may be apart, longest first: more than cells are."""
    counts = Counter(steps)
    usual = counts.most_common(1)[0][0] if counts else 0
    return sorted((step for step in counts if step > usual and counts[step] > 1), reverse=True)


def _rows(
    tokens: Sequence[Token], steps: Sequence[int], end: int, typer: Typer
) -> list[list[Token]]:
    """Return the rows, their first token marked; what begins with a figure goes on with its row."""
    rows: list[list[Token]] = []
    for token, step in zip(tokens, steps, strict=True):
        if not rows or (step >= end and _may_begin(token, rows[-2:], typer)):
            rows.append([replace(token, starts=True)])
            continue
        empty = min(step - 1, _MOST_EMPTY) if step > 1 else 0
        rows[-1] += [Token("", "gap")] * empty
        rows[-1].append(token)
    return rows


def _may_begin(token: Token, above: Sequence[Sequence[Token]], typer: Typer) -> bool:
    """Return whether a row may begin with a token: words, a year, the number after that above.

    A heading may stand between both.
    """
    if token.kind not in FIGURES | {"dash"} or typer.lexicon.year.fullmatch(bare(token.text)):
        return True
    before = [cell.text for row in above for cell in row[:_MOST_STUBS]]
    return token.text.isdecimal() and (token.text == "1" or str(int(token.text) - 1) in before)


def _are_rows(rows: Sequence[Sequence[Token]]) -> bool:
    """Return whether most rows are some cells with a value among them, none wider than the rest."""
    body = [row for row in rows[1:] if len(row) > 1]
    full = sum(any(token.kind in VALUES for token in row) for row in body)
    sizes = sorted(map(len, body))
    return (
        len(body) >= _FEWEST_ROWS
        and len(rows[0]) > 1
        and full >= _MOSTLY * len(body)
        and sizes[-1] <= _WIDEST * sizes[len(sizes) // 2]
    )
