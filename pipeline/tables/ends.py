"""Tokens of a region → those that may be rows: where a table ends.

In: tokens below a header. Out: the tokens up to the last cell. Never a value left out that a row
above goes on to.
"""

from collections.abc import Iterator, Sequence
from itertools import takewhile

from pipeline.rules.tables import TableRules
from pipeline.tables.header import Layout
from pipeline.tables.tokens import VALUES, Token, prefix

_MOST_TEXT_LINES, _FEWEST_ROWS = 10, 2


def before_heading(tokens: Sequence[Token], rules: TableRules) -> int:
    """Return where a heading of the text begins below the last value, else where all ends.

    It has its number: no cell of a last row whose last columns are empty.
    """
    last = len(tokens)
    while last and tokens[last - 1].kind not in VALUES - {"gap"} | {"binding"}:
        last -= 1
    heads = (at for at in range(last, len(tokens)) if _is_numbered(tokens[at].text, rules))
    return next(heads, len(tokens)) if last else len(tokens)


def _is_numbered(text: str, rules: TableRules) -> bool:
    """Return whether a line begins like a numbered heading: 一、, （二）."""
    found = rules.lexicon.section.match(text)
    return found is not None and found.end() < len(text)


def trim(tokens: Sequence[Token], layout: Layout, rules: TableRules) -> tuple[Token, ...]:
    """Return the tokens up to the last value, without blanks that stand for no value."""
    last, lines = -1, 0
    for place, token in enumerate(tokens):
        if token.kind in VALUES or token.kind == "binding":
            if token.kind != "gap":
                last = place
            lines = 0
        else:
            lines += 1
            if lines > _MOST_TEXT_LINES:
                break
    last = _last_counted(tokens, last)
    if last >= 0:
        closing = sum(column.role == "text" for column in layout.columns)
        last += (
            _closing(tokens[last + 1 :], closing, rules)
            if layout.figures
            else len(layout.columns) - 1
        )
    return tuple(_without_stray_gaps(tokens[: last + 1]))


def _closing(rest: Sequence[Token], most: int, rules: TableRules) -> int:
    """Return how many of the next texts may close the last row: no heading, no line of its own."""
    section = rules.lexicon.section.match
    closing = takewhile(lambda token: not token.starts and not section(token.text), rest[:most])
    return sum(1 for _ in closing)


def _last_counted(tokens: Sequence[Token], last: int) -> int:
    """Return the place of the last cell of numbered names that go on below the last value.

    A row with words for its figure has no value: 8. …, then 9. …, each with as many cells.
    """
    starts = [at for at, token in enumerate(tokens) if prefix(token.text)]
    while True:
        before = [at for at in starts if at <= last]
        after = [at for at in starts if at > last]
        if len(before) < _FEWEST_ROWS or not after or after[0] != last + 1:
            return last
        here, there = prefix(tokens[before[-1]].text), prefix(tokens[after[0]].text)
        size = before[-1] - before[-2]
        if there != here + 1 or last != before[-1] + size - 1 or after[0] + size > len(tokens):
            return last
        if any(token.kind != "text" for token in tokens[after[0] : after[0] + size]):
            return last
        last += size


def _without_stray_gaps(tokens: Sequence[Token]) -> Iterator[Token]:
    for place, token in enumerate(tokens):
        if token.kind != "gap":
            yield token
            continue
        before = tokens[place - 1].kind if place else "binding"
        after = tokens[place + 1].kind if place + 1 < len(tokens) else "text"
        if before != "binding" and (before in VALUES or after in VALUES or after == "binding"):
            yield token
