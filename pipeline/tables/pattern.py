"""Tokens → rows by kinds: the cut under which the rows of a hypothesis come out most alike.

In: the tokens of a region, and a frame: where rows begin, how wide they are, which column may be
merged. Out: the cheapest cut, and the kind of each column as its cells tell it. Never a token left
out or used twice: a heading inside is one text, a row with a merged cell is one cell short.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.rules.tables import Lexicon
from pipeline.tables.tokens import VALUES, Token, TokenKind, bare, prefix

_SHORTEST, _LONGEST_HEADING = 2, 16
_LONGEST_CATEGORY = 10
#: What a heading inside costs, and one that its number marks.
HEADING, MARKED_HEADING = 1.5, 0.5

#: What it costs that a cell of one kind stands in a column of another.
_FIGURES: Mapping[TokenKind, float] = {
    "number": 0.0, "percent": 0.0, "total": 0.0, "dash": 0.1, "phrase": 0.4, "gap": 0.1,
    "text": 2.5, "unit": 3.0, "binding": 4.0,
}  # fmt: skip
_WORDS: Mapping[TokenKind, float] = {
    "text": 0.0, "phrase": 0.1, "unit": 0.3, "dash": 0.3, "gap": 0.3, "binding": 2.0,
    "number": 1.5, "percent": 1.5, "total": 2.0,
}  # fmt: skip
_UNITS: Mapping[TokenKind, float] = {
    "unit": 0.0, "dash": 0.2, "gap": 0.2, "text": 0.6, "phrase": 2.0, "binding": 3.0,
    "number": 2.0, "percent": 2.0, "total": 3.0,
}  # fmt: skip
_BINDINGS: Mapping[TokenKind, float] = {
    "binding": 0.0, "dash": 0.5, "gap": 0.5, "text": 1.0, "phrase": 1.5, "unit": 3.0,
    "number": 3.0, "percent": 3.0, "total": 3.0,
}  # fmt: skip
KINDS = (_FIGURES, _WORDS, _UNITS, _BINDINGS)
BOUND = KINDS.index(_BINDINGS)
#: A column of remarks holds anything.
_REMARKS: Mapping[TokenKind, float] = dict.fromkeys(_FIGURES, 0.1)
_ALL_KINDS, _ANY = (*KINDS, _REMARKS), len(KINDS)


@dataclass(frozen=True, slots=True)
class Way:
    """The cheapest way to read the tokens before a place: `steps` are (start, end, what)."""

    cost: float
    rows: int
    steps: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """What a hypothesis says: where rows begin, how wide they are, which columns hold anything."""

    words: Lexicon
    start: int
    width: int
    merged: int
    """Which column may be merged over several rows, -1 for none."""
    free: frozenset[int]
    ends: Sequence[int] = ()
    """Where rows end when the lines tell: for each token the end of its line; else empty."""

    @property
    def gone(self) -> int:
        """Return which cell a row has lost that is one short: a number, where none is merged."""
        return max(self.merged, 0)


def fit(tokens: Sequence[Token], frame: Frame) -> tuple[Way | None, tuple[int, ...]]:
    """Return the best cut into rows and the kinds of its columns, learned from its cells."""
    start, width = frame.start, frame.width
    best: Way | None = None
    learned: tuple[int, ...] = ()
    for shift in (0, 1):
        kinds = _learn([tokens[start + shift : start + shift + width]], frame)
        way = None
        for _ in range(2):
            way = _cut(tokens, kinds, frame) if kinds else None
            if way is None:
                break
            kinds = _learn([tokens[a:b] for a, b, what in way.steps if what == "row"], frame)
        if way is not None and (best is None or _value(way) < _value(best)):
            best, learned = way, kinds
    return best, learned


def _value(way: Way) -> float:
    return way.cost - way.rows


def _learn(rows: Sequence[Sequence[Token]], frame: Frame) -> tuple[int, ...]:
    """Return for each column the kind that its cells fit best; () where there is no row."""
    full = [row for row in rows if len(row) == frame.width]
    if not full:
        return ()
    return tuple(
        _ANY
        if at in frame.free
        else min(range(_ANY), key=lambda kind: sum(KINDS[kind][row[at].kind] for row in full))
        for at in range(frame.width)
    )


def _cut(tokens: Sequence[Token], kinds: Sequence[int], frame: Frame) -> Way | None:
    """Return the best way to cut the tokens into rows, None where none begins."""
    start, width = frame.start, frame.width
    reached: dict[int, Way] = {start: Way(0.0, 0)}
    best: Way | None = None
    for at in range(start, len(tokens)):
        way = reached.pop(at, None)
        if way is None:
            continue
        for size, what, cost in _steps(tokens, at, kinds, frame):
            if what == "heading" and way.steps and way.steps[-1][2] == "heading":
                continue
            if frame.ends and frame.ends[at] != at + size:
                continue
            step = Way(
                way.cost + cost, way.rows + (what != "heading"), (*way.steps, (at, at + size, what))
            )
            known = reached.get(at + size)
            if known is None or _value(step) < _value(known):
                reached[at + size] = step
            ended = what != "heading" and not _goes_on(tokens[at + size :], width)
            if ended and (best is None or _value(step) < _value(best)):
                best = step
    return best


def _steps(
    tokens: Sequence[Token], at: int, kinds: Sequence[int], frame: Frame
) -> Iterator[tuple[int, str, float]]:
    """Return what may stand at a place: (cells, what, cost)."""
    width, words, gone = frame.width, frame.words, frame.gone
    merged_stub = frame.merged >= 0 or is_coded(kinds)
    row = tokens[at : at + width]
    if len(row) == width:
        cost = _row_cost(row, kinds)
        if frame.merged >= 0:
            cost += 0.2 * max(0, len(row[gone].text) - _LONGEST_CATEGORY)
        if cost < 2.0 + width / 4:
            yield width, "row", cost
    if merged_stub and len(tokens) >= at + width - 1:
        cost = 0.1 + _row_cost(tokens[at : at + width - 1], (*kinds[:gone], *kinds[gone + 1 :]))
        if cost < 2.0:
            yield width - 1, "short", cost
    if frame.merged < 0 and at + 1 < len(tokens) and _may_head(tokens[at], tokens[at + 1], words):
        marked = words.section.match(tokens[at].text)
        yield 1, "heading", MARKED_HEADING if marked else HEADING


def _may_head(token: Token, below: Token, words: Lexicon) -> bool:
    """Return whether a cell may be a heading: short words, no half of a name, no unit."""
    text = bare(token.text)
    broken = words.unfinished.search(text) or words.bare.match(bare(below.text))
    sized = _SHORTEST <= len(text) <= _LONGEST_HEADING and token.kind == "text"
    return sized and not broken and not prefix(token.text) and not text.endswith(")")


def _row_cost(row: Sequence[Token], kinds: Sequence[int]) -> float:
    return math.fsum(_ALL_KINDS[kind][token.kind] for kind, token in zip(kinds, row, strict=True))


def is_coded(kinds: Sequence[int]) -> bool:
    """Return whether numbers stand before the names: only a total has none."""
    return tuple(kinds[:2]) == (0, 1)


def _goes_on(rest: Sequence[Token], width: int) -> bool:
    """Return whether values follow the last row, so that something must be missing in it."""
    return any(token.kind in VALUES - {"phrase"} for token in rest[: 2 * width])
