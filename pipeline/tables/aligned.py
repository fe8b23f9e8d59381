"""Tokens → a table whose rows repeat one pattern of kinds, whatever its header says.

In: the tokens of a region, one a cell. Out: header tokens, layout and rows of the hypothesis under
which the rows come out most alike, or nothing. Never a token left out or used twice: the rows are a
cut of the tokens.

A hypothesis is where the rows begin and how many columns they have. The kind of each column is
learned from its cells; a heading inside breaks the pattern by one text, a merged category by one
missing. What the rows cost then tells how well the hypothesis explains the page.
"""

import math
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from pipeline.rules.tables import Lexicon
from pipeline.tables import merged
from pipeline.tables.header import Column, Layout, Role, join_lines, role_of
from pipeline.tables.levels import Path
from pipeline.tables.paths import Cut, Row
from pipeline.tables.regular import CODE, agree
from pipeline.tables.tokens import FIGURES, VALUES, Token, TokenKind, bare, prefix
from pipeline.tables.values import Placing

_MOST_HEADER = 40
_MOST_STUBS = 6
_MOST_COLUMNS = 30
_FEWEST_ROWS, _FEWEST_CELLS = 3, 12
_LONGEST_HEADER_CELL = 30
_LONGEST_NAME, _SHORTEST, _LONGEST_HEADING = 60, 2, 16
_LONGEST_CATEGORY, _USUAL_CATEGORY = 10, 8
#: A category takes no more of the room that a line of the names takes.
_SHORT = 0.6
#: What a row may cost on average, and what a header may.
_DEAR_ROW, _DEAR_HEADER = 0.35, 2.2
_HEADING, _MARKED_HEADING = 1.5, 0.5
_MERGED, _MERGED_HEADED = 1.0, 1.0
_UNKNOWN = 0.2
_LONG_STUB, _USUAL_STUB = 0.3, 8
#: Columns have names of their own.
_TWICE = 1.0
_EXPLAINED = 0.3
_SAMPLE = 400

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
#: A column of remarks holds anything.
_REMARKS: Mapping[TokenKind, float] = dict.fromkeys(_FIGURES, 0.1)
_ALL_KINDS, _ANY = (*KINDS, _REMARKS), len(KINDS)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One way to read a region: `count` header tokens, then rows; `plain` is without inference.

    `cost` tells how badly it explains the page.
    """

    count: int
    layout: Layout
    cut: Cut
    cost: float
    plain: bool
    figures: tuple[bool, ...]
    """For each column whether it holds figures."""


@dataclass(frozen=True, slots=True)
class _Way:
    """The cheapest way to read the tokens before a place: `steps` are (start, end, what)."""

    cost: float
    rows: int
    steps: tuple[tuple[int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Frame:
    """What a hypothesis says: where rows begin, how wide they are, which columns hold anything."""

    words: Lexicon
    start: int
    width: int
    category: bool
    free: frozenset[int]


def read(tokens: Sequence[Token], words: Lexicon) -> Hypothesis | None:
    """Return the hypothesis that explains the tokens best, None where none does well."""
    cells = [token for token in tokens if token.kind != "gap"]
    if any(token.starts for token in cells):
        return None
    found = [
        one for start, width in _shapes(cells, words) if (one := _try(cells, start, width, words))
    ]
    return min(found, key=lambda one: one.cost, default=None)


def _shapes(tokens: Sequence[Token], words: Lexicon) -> Iterator[tuple[int, int]]:
    """Return where the rows may begin and how many columns they may have."""
    most = _first(tokens, FIGURES | {"dash"}, words)
    least = _first(tokens, VALUES, words)
    if not 2 < most <= _MOST_HEADER:
        return
    for start in range(most, max(1, least - _MOST_STUBS) - 1, -1):
        for width in range(max(2, most - start), min(start + 1, _MOST_COLUMNS) + 1):
            yield start, width


def _first(tokens: Sequence[Token], kinds: Set[TokenKind], words: Lexicon) -> int:
    """Return the place of the first value that is no header cell, or where all end."""
    values = (at for at, token in enumerate(tokens[: _MOST_HEADER + 1]) if token.kind in kinds)
    return next((at for at in values if role_of(tokens[at].text, words) is None), len(tokens))


def _try(tokens: Sequence[Token], start: int, width: int, words: Lexicon) -> Hypothesis | None:
    """Return the hypothesis of rows of `width` cells from `start` on, None where it is poor."""
    category = role_of(tokens[0].text, words) == "category"
    remarks = [role_of(token.text, words) == "text" for token in tokens[:start]]
    free = frozenset(at for at in range(1, width) if len(remarks) == width and remarks[at])
    frame = _Frame(words, start, width, category, free)
    way, kinds = _fit(tokens[: start + _SAMPLE], frame)
    if way is None:
        return None
    if way.steps[-1][1] + width > start + _SAMPLE and start + _SAMPLE < len(tokens):
        way, kinds = _fit(tokens, frame)
    if way is None or not _is_regular(way, width) or not _are_names(tokens, way, kinds, words):
        return None
    columns, price = _header(tokens, start, width, kinds, words)
    cells = list(_cells(tokens, way))
    closed = category and sum(what == "row" for _, _, what in way.steps) > 1
    if not columns or not agree(columns, cells, words, closed=closed):
        return None
    layout = _layout(columns, tokens[:start], frame)
    price += _LONG_STUB * max(0, len(columns[0][0]) - _USUAL_STUB)
    price += _HEADING * _is_lone(way) + _TWICE * (width - len(set(columns)))
    guessed = sum(role_of(path[-1], words) is None for path in columns)
    headings = [tokens[a].text for a, _, what in way.steps if what == "heading"]
    headed = not all(words.section.match(text) for text in headings)
    price += _MERGED_HEADED * (bool(headings) and len(columns[0]) < max(map(len, columns)))
    plain = not headed and (not category or _is_plain(tokens, way))
    end = way.steps[-1][1]
    cost = way.cost + price + _UNKNOWN * guessed - _EXPLAINED * (end - start)
    cut = Cut(tuple(_rows(tokens, start, way, layout)))
    return Hypothesis(start, layout, cut, cost, plain, tuple(kind == 0 for kind in kinds))


def _is_lone(way: _Way) -> bool:
    """Return whether the only heading stands above the first row, as a header cell would."""
    return [at for at, step in enumerate(way.steps) if step[2] == "heading"] == [0]


def _is_plain(tokens: Sequence[Token], way: _Way) -> bool:
    """Return whether no text can be half of a name: categories leave most of a line empty."""
    if all(what == "row" for _, _, what in way.steps):
        return True
    heads = [len(tokens[a].text) for a, _, what in way.steps if what == "row"]
    shorts = [len(tokens[a].text) for a, _, what in way.steps if what == "short"]
    room = max(shorts, default=0)
    return max(heads) <= min(_USUAL_CATEGORY, room * _SHORT) and way.steps[0][2] == "row"


def _fit(tokens: Sequence[Token], frame: _Frame) -> tuple[_Way | None, tuple[int, ...]]:
    """Return the best cut into rows and the kinds of its columns, learned from its cells."""
    start, width = frame.start, frame.width
    best: _Way | None = None
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


def _value(way: _Way) -> float:
    return way.cost - way.rows


def _learn(rows: Sequence[Sequence[Token]], frame: _Frame) -> tuple[int, ...]:
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


def _cut(tokens: Sequence[Token], kinds: Sequence[int], frame: _Frame) -> _Way | None:
    """Return the best way to cut the tokens into rows, None where none begins."""
    start, width = frame.start, frame.width
    reached: dict[int, _Way] = {start: _Way(0.0, 0)}
    best: _Way | None = None
    for at in range(start, len(tokens)):
        way = reached.pop(at, None)
        if way is None:
            continue
        for size, what, cost in _steps(tokens, at, kinds, frame):
            if what == "heading" and way.steps and way.steps[-1][2] == "heading":
                continue
            step = _Way(
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
    tokens: Sequence[Token], at: int, kinds: Sequence[int], frame: _Frame
) -> Iterator[tuple[int, str, float]]:
    """Return what may stand at a place: (cells, what, cost)."""
    width, words, category = frame.width, frame.words, frame.category
    merged_stub = category or _is_coded(kinds)
    row = tokens[at : at + width]
    if len(row) == width:
        cost = _row_cost(row, kinds)
        if category:
            cost += 0.2 * max(0, len(row[0].text) - _LONGEST_CATEGORY)
        if cost < 2.0 + width / 4:
            yield width, "row", cost
    if merged_stub and len(tokens) >= at + width - 1:
        cost = 0.1 + _row_cost(tokens[at : at + width - 1], kinds[1:])
        if cost < 2.0:
            yield width - 1, "short", cost
    if not category and at + 1 < len(tokens) and _may_head(tokens[at], tokens[at + 1], words):
        marked = words.section.match(tokens[at].text)
        yield 1, "heading", _MARKED_HEADING if marked else _HEADING


def _may_head(token: Token, below: Token, words: Lexicon) -> bool:
    """Return whether a cell may be a heading: short words, no half of a name, no unit."""
    text = bare(token.text)
    broken = words.unfinished.search(text) or words.bare.match(bare(below.text))
    sized = _SHORTEST <= len(text) <= _LONGEST_HEADING and token.kind == "text"
    return sized and not broken and not prefix(token.text) and not text.endswith(")")


def _row_cost(row: Sequence[Token], kinds: Sequence[int]) -> float:
    return math.fsum(_ALL_KINDS[kind][token.kind] for kind, token in zip(kinds, row, strict=True))


def _is_coded(kinds: Sequence[int]) -> bool:
    """Return whether numbers stand before the names: only a total has none."""
    return tuple(kinds[:2]) == (0, 1)


def _goes_on(rest: Sequence[Token], width: int) -> bool:
    """Return whether values follow the last row, so that something must be missing in it."""
    return any(token.kind in VALUES - {"phrase"} for token in rest[: 2 * width])


def _is_regular(way: _Way, width: int) -> bool:
    """Return whether there are enough rows, alike enough."""
    headings = sum(what == "heading" for _, _, what in way.steps)
    cost = way.cost - headings * _MARKED_HEADING
    enough = way.rows >= _FEWEST_ROWS or (way.rows > 1 and way.rows * width >= _FEWEST_CELLS)
    dear = _DEAR_ROW * way.rows + (_HEADING - _MARKED_HEADING) * headings
    return enough and cost <= dear and headings * 2 <= way.rows


def _are_names(tokens: Sequence[Token], way: _Way, kinds: Sequence[int], words: Lexicon) -> bool:
    """Return whether the rows begin with names: texts, years, or numbers beside names.

    A name whose number follows that of the last row shows that the table goes on.
    """
    names = [tokens[a] for a, _, what in way.steps if what == "row"]
    last = way.steps[-1][1]
    number = prefix(names[-1].text)
    if number and last < len(tokens) and prefix(tokens[last].text) == number + 1:
        return False
    if any(len(name.text) > _LONGEST_NAME for name in names):
        return False
    if kinds[0] == 0:
        years = all(words.year.fullmatch(bare(name.text)) for name in names)
        codes = {name.text for name in names if CODE.fullmatch(name.text)}
        coded = len(codes) >= len(names) - 1 and _is_coded(kinds) and way.rows - len(names) < 2
        coded = coded and role_of(tokens[0].text, words) != "name"
        return years or coded
    return kinds[0] == 1


def _header(
    tokens: Sequence[Token], start: int, width: int, kinds: Sequence[int], words: Lexicon
) -> tuple[list[Path], float]:
    """Return the columns that the header names and what they cost; [] where it names others."""
    cells = [token.text for token in tokens[:start]]
    if any(len(cell) > _LONGEST_HEADER_CELL or words.section.match(cell) for cell in cells[1:]):
        return [], 0.0
    joined = cells if len(cells) == width else join_lines(cells, words)
    if len(joined) == width:
        return [(cell,) for cell in joined], 0.0
    if len(joined) == width - 1 and tokens[start].text == "1":
        return [("",), *((cell,) for cell in joined)], 0.0
    worded = [at for at, kind in enumerate(kinds) if kind]
    ways = merged.divide(joined, width, words, worded) if len(joined) > width else []
    if not ways or ways[0][0] > _DEAR_HEADER:
        return [], 0.0
    return ways[0][1], _MERGED + ways[0][0]


def _cells(tokens: Sequence[Token], way: _Way) -> Iterator[Token]:
    """Return the cells of the rows, each row with as many; a merged category comes again."""
    above: Token | None = None
    for start, end, what in way.steps:
        if what == "heading":
            continue
        if what == "short" and above is not None:
            yield above
        else:
            above = tokens[start]
        yield from tokens[start:end]


def _layout(columns: Sequence[Path], head: Sequence[Token], frame: _Frame) -> Layout:
    """Return the layout: numbers or categories, then names; all others hold what they hold."""
    names = ["_".join(path) for path in columns]
    roles: list[Role] = ["measure"] * len(columns)
    serial = names[0] == "" or role_of(names[0], frame.words) == "serial"
    first = int(serial or frame.category)
    if first:
        roles[0] = "serial" if serial else "category"
    roles[first] = "name"
    made = tuple(Column(role, name) for role, name in zip(roles, names, strict=True))
    return Layout(made, (tuple(token.text for token in head),))


def _rows(tokens: Sequence[Token], first: int, way: _Way, layout: Layout) -> Iterator[Row]:
    """Return the rows, each cell in its column."""
    lead = layout.columns[0].role
    for start, end, what in way.steps:
        texts = [token.text for token in tokens[start:end]]
        begin, stop = start - first, end - first
        if what == "heading":
            yield Row(begin, stop, name=(texts[0],), section=True)
            continue
        stub = texts.pop(0) if lead != "name" and what == "row" else ""
        if what == "short" and lead == "serial":
            stub, texts[0] = texts[0], ""  # a total, which reaches over numbers and names
        if what == "short" and lead == "name":
            texts.insert(0, "")
        yield Row(
            begin,
            stop,
            category=(stub,) if stub and lead == "category" else (),
            serial=stub if lead == "serial" else "",
            name=(texts[0],),
            values=tuple(tokens[end - len(texts) + 1 : end]),
            placings=(Placing(tuple(texts[1:]), 0.0),),
        )
