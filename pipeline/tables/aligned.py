"""Tokens → a table whose rows repeat one pattern of kinds, whatever its header says.

In: the tokens of a region, one a cell. Out: header tokens, layout and rows of the hypothesis under
which the rows come out most alike, or nothing. Never a token left out or used twice: the rows are a
cut of the tokens.

A hypothesis is where the rows begin and how many columns they have. The kind of each column is
learned from its cells; a heading inside breaks the pattern by one text, a merged category by one
missing. What the rows cost then tells how well the hypothesis explains the page.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from pipeline.rules.tables import Lexicon
from pipeline.tables import merged
from pipeline.tables.header import (
    HEADS_ONLY,
    Column,
    Layout,
    Role,
    is_heading,
    join_lines,
    role_of,
)
from pipeline.tables.levels import Path, spread
from pipeline.tables.paths import Cut, Row
from pipeline.tables.pattern import (
    BOUND,
    HEADING,
    MARKED_HEADING,
    Frame,
    Way,
    fit,
    is_coded,
)
from pipeline.tables.regular import CODE, agree
from pipeline.tables.tokens import (
    FIGURES,
    VALUES,
    Token,
    TokenKind,
    bare,
    by_line,
    has_figure,
    line_ends,
    prefix,
)
from pipeline.tables.values import Placing

_MOST_HEADER = 40
_MOST_STUBS = 6
_MOST_LINES = 3
_MOST_COLUMNS = 30
_FEWEST_ROWS, _FEWEST_CELLS = 3, 12
_LONGEST_HEADER_CELL = 30
_LONGEST_NAME, _USUAL_CATEGORY = 60, 8
#: A category takes no more of the room that a line of the names takes.
_SHORT = 0.6
#: What a row may cost on average, and what a header may.
_DEAR_ROW, _DEAR_HEADER = 0.35, 2.2
_MERGED, _MERGED_HEADED = 1.0, 1.0
_UNKNOWN = 0.2
#: A first column may be merged though nothing in its name says so.
_UNNAMED = 0.5
#: A merged cell that comes again right below.
_AGAIN = 1.5
_LONG_STUB, _USUAL_STUB = 0.3, 8
#: Columns have names of their own.
_TWICE = 1.0
_BARE_UNIT = 1.3
#: Names of two levels, where nothing in the header says so.
_LEVELS = 0.8
_EXPLAINED = 0.3
#: Divisions of a header that cost no more than this beyond the best may be right.
_LIKELY = 0.35
_SAMPLE = 400


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


def read(tokens: Sequence[Token], words: Lexicon) -> Hypothesis | None:
    """Return the hypothesis that explains the tokens best, None where none does well."""
    cells = cells_of(tokens)
    found = [
        one
        for start, width in _shapes(cells, words)
        for merged_column in _merged_columns(cells, words)
        if merged_column + 1 < width  # a name stands beside it
        if (one := _try(cells, start, width, merged_column, words))
    ]
    best = min(found, key=lambda one: one.cost, default=None)
    if best is None or len(best.layout.lines[0]) <= len(best.layout.columns):
        return best
    return replace(best, layout=replace(best.layout, unsure=_unsure(best, words)))


def _unsure(found: Hypothesis, words: Lexicon) -> tuple[int, ...]:
    """Return the columns whose names another division of the header names otherwise.

    Only divisions that are nearly as likely count, and headers whose rows ran together.
    """
    names = [column.name for column in found.layout.columns]
    worded = [at for at, figure in enumerate(found.figures) if not figure]
    joined = join_lines(list(found.layout.lines[0]), words)
    ways = merged.divide(joined, len(found.figures), words, worded)
    likely = [way for cost, way in ways if cost <= ways[0][0] + _LIKELY]
    others = (["_".join(path) for path in way] for way in likely)
    other = [one for one in others if len(one) == len(names)]
    return tuple(at for at, name in enumerate(names) if any(one[at] != name for one in other))


def cells_of(tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens that are cells: empty ones too, where lines tell of rows."""
    lined = any(token.starts for token in tokens)
    return [token for token in tokens if lined or token.kind != "gap"]


def _merged_columns(tokens: Sequence[Token], words: Lexicon) -> tuple[int, ...]:
    """Return which column may be merged over several rows, -1 for none.

    The first where it is named so, or by a word that no list knows, or where it holds attributes;
    the second behind numbers that count the rows.
    """
    role = role_of(tokens[0].text, words)
    if role == "serial":
        return (-1, 1)
    return (-1, 0) if role in ("category", "binding", "name", None) else (-1,)


def _shapes(tokens: Sequence[Token], words: Lexicon) -> Iterator[tuple[int, int]]:
    """Return where the rows may begin and how many columns they may have."""
    if any(token.starts for token in tokens):
        yield from _lined_shapes(tokens, words)
        return
    most = _first(tokens, FIGURES | {"dash"}, words)
    least = _first(tokens, VALUES, words)
    if not 2 < most <= _MOST_HEADER:
        return
    for start in range(most, max(1, least - _MOST_STUBS) - 1, -1):
        for width in range(max(2, most - start), min(start + 1, _MOST_COLUMNS) + 1):
            yield start, width


def _lined_shapes(tokens: Sequence[Token], words: Lexicon) -> Iterator[tuple[int, int]]:
    """Return the same where each line is a row: the header is the first lines without a figure."""
    lines = by_line(tokens)
    depth = sum(1 for _ in takewhile(lambda line: not has_figure(line, words), lines))
    if not 0 < depth <= _MOST_LINES or not tokens[0].starts:
        return
    widths = {len(line) for line in lines[depth:] if len(line) > 1}
    for rows in range(depth, 0, -1):
        start = sum(map(len, lines[:rows]))
        yield from ((start, width) for width in widths if start <= _MOST_HEADER)


def _first(tokens: Sequence[Token], kinds: Set[TokenKind], words: Lexicon) -> int:
    """Return the place of the first value that is no header cell, or where all end."""
    values = (at for at, token in enumerate(tokens[: _MOST_HEADER + 1]) if token.kind in kinds)
    return next((at for at in values if role_of(tokens[at].text, words) is None), len(tokens))


def _try(
    tokens: Sequence[Token], start: int, width: int, over: int, words: Lexicon
) -> Hypothesis | None:
    """Return the hypothesis of rows of `width` cells from `start` on, None where it is poor.

    `over` is the column that is merged over several rows, -1 for none.
    """
    named = role_of(tokens[0].text, words) == "category"
    remarks = [role_of(token.text, words) == "text" for token in tokens[:start]]
    free = frozenset(at for at in range(1, width) if len(remarks) == width and remarks[at])
    lined = any(token.starts for token in tokens)
    frame = Frame(words, start, width, over, free, line_ends(tokens) if lined else ())
    way, kinds = fit(tokens[: start + _SAMPLE], frame)
    if way is None:
        return None
    if way.steps[-1][1] + width > start + _SAMPLE and start + _SAMPLE < len(tokens):
        way, kinds = fit(tokens, frame)
    levels = over == 0 and role_of(tokens[0].text, words) == "name"
    if way is None or not _are_rows(tokens, way, kinds, frame):
        return None
    if levels and not _are_levels(way, frame):
        return None
    columns, price = _header(tokens, kinds, frame)
    cells = list(_cells(tokens, way, frame))
    closed = over == 0 and sum(what == "row" for _, _, what in way.steps) > 1
    if not columns or not agree(columns, cells, words, closed=closed):
        return None
    layout = _layout(columns, tokens[:start], frame)
    price += _UNNAMED * (over >= 0 and not named) + _AGAIN * _repeated(tokens, way, frame)
    price += _LONG_STUB * max(0, len(columns[0][0]) - _USUAL_STUB)
    price += _LEVELS * levels + HEADING * _is_lone(way) + _TWICE * (width - len(set(columns)))
    guessed = sum(role_of(path[-1], words) is None for path in columns)
    headings = [tokens[a].text for a, _, what in way.steps if what == "heading"]
    headed = not all(words.section.match(text) for text in headings)
    price += _MERGED_HEADED * (bool(headings) and len(columns[0]) < max(map(len, columns)))
    plain = lined or (not headed and (over < 0 or _is_plain(tokens, way, frame)))
    end = way.steps[-1][1]
    cost = way.cost + price + _UNKNOWN * guessed - _EXPLAINED * (end - start)
    cut = Cut(tuple(_rows(tokens, way, layout, frame)))
    return Hypothesis(start, layout, cut, cost, plain, tuple(kind == 0 for kind in kinds))


def _repeated(tokens: Sequence[Token], way: Way, frame: Frame) -> int:
    """Return how often a merged cell is followed by one that says the same."""
    if frame.merged < 0 or all(what == "row" for _, _, what in way.steps):
        return 0
    heads = [tokens[a + frame.gone].text for a, _, what in way.steps if what == "row"]
    return sum(above == below for above, below in pairwise(heads))


def _is_lone(way: Way) -> bool:
    """Return whether the only heading stands above the first row, as a header cell would."""
    return [at for at, step in enumerate(way.steps) if step[2] == "heading"] == [0]


def _is_plain(tokens: Sequence[Token], way: Way, frame: Frame) -> bool:
    """Return whether no text can be half of a name: categories leave most of a line empty."""
    if all(what == "row" for _, _, what in way.steps):
        return True
    gone = frame.gone
    heads = [len(tokens[a + gone].text) for a, _, what in way.steps if what == "row"]
    shorts = [len(tokens[a + gone].text) for a, _, what in way.steps if what == "short"]
    room = max(shorts, default=0)
    return max(heads) <= min(_USUAL_CATEGORY, room * _SHORT) and way.steps[0][2] == "row"


def _are_levels(way: Way, frame: Frame) -> bool:
    """Return whether names take two columns, some merged over rows.

    Only where each line is a row: else a heading inside, or half of a name, looks the same.
    """
    return bool(frame.ends) and any(what == "short" for _, _, what in way.steps)


def _are_rows(tokens: Sequence[Token], way: Way, kinds: Sequence[int], frame: Frame) -> bool:
    """Return whether there are rows enough, which begin with names and not with a header cell."""
    heads = role_of(tokens[frame.start].text, frame.words) in HEADS_ONLY
    return not heads and _is_regular(way, frame.width) and _are_names(tokens, way, kinds, frame)


def _is_regular(way: Way, width: int) -> bool:
    """Return whether there are enough rows, alike enough."""
    headings = sum(what == "heading" for _, _, what in way.steps)
    cost = way.cost - headings * MARKED_HEADING
    enough = way.rows >= _FEWEST_ROWS or (way.rows > 1 and way.rows * width >= _FEWEST_CELLS)
    dear = _DEAR_ROW * way.rows + (HEADING - MARKED_HEADING) * headings
    return enough and cost <= dear and headings * 2 <= way.rows


def _are_names(tokens: Sequence[Token], way: Way, kinds: Sequence[int], frame: Frame) -> bool:
    """Return whether the rows begin with names: texts, years, or numbers beside names.

    A name whose number follows that of the last row shows that the table goes on. Behind numbers
    a column is merged only where they count all rows.
    """
    words = frame.words
    names = [tokens[a] for a, _, what in way.steps if what == "row"]
    if not names:  # a column that is empty throughout leaves each row short
        return False
    if frame.merged > 0:
        counted = [tokens[a].text for a, _, what in way.steps if what != "heading"]
        return kinds[0] == 0 and counted == [str(number + 1) for number in range(len(counted))]
    last = way.steps[-1][1]
    number = prefix(names[-1].text)
    if number and last < len(tokens) and prefix(tokens[last].text) == number + 1:
        return False
    if any(len(name.text) > _LONGEST_NAME for name in names):
        return False
    if kinds[0] == 0:
        years = all(words.year.fullmatch(bare(name.text)) for name in names)
        codes = {name.text for name in names if CODE.fullmatch(name.text)}
        follows = [name.text for name in names] == [str(at + 1) for at in range(len(names))]
        merged_over = way.rows - len(names) < (len(names) if follows else 2)
        coded = len(codes) >= len(names) - 1 and is_coded(kinds) and merged_over
        coded = coded and role_of(tokens[0].text, words) != "name"
        return years or coded
    return kinds[0] == 1 or (frame.merged == 0 and kinds[:2] == (BOUND, 1))


def _header(
    tokens: Sequence[Token], kinds: Sequence[int], frame: Frame
) -> tuple[list[Path], float]:
    """Return the columns that the header names and what they cost; [] where it names others.

    Where it has one name less than a table with a merged column has, that of the names reaches
    over both.
    """
    start, words = frame.start, frame.words
    found, cost = _named(tokens, frame.width, kinds, frame)
    at = frame.merged
    if (found and not cost) or at < 0 or words.section.match(tokens[start + at].text):
        return found, cost
    over, dear = _named(tokens, frame.width - 1, (*kinds[:at], *kinds[at + 1 :]), frame)
    if not over or len(over[at]) > 1 or (found and cost <= dear):
        return found, cost
    return over[: at + 1] + over[at:], dear


def _named(
    tokens: Sequence[Token], width: int, kinds: Sequence[int], frame: Frame
) -> tuple[list[Path], float]:
    """Return `width` columns that the header names and what they cost, [] where it names others."""
    start, words = frame.start, frame.words
    cells = [token.text for token in tokens[:start]]
    if any(len(cell) > _LONGEST_HEADER_CELL or is_heading(cell, words) for cell in cells[1:]):
        return [], 0.0
    if frame.ends and len(lines := by_line(tokens[:start])) > 1:
        rows = [[token.text for token in line] for line in lines]
        worded = [at for at, kind in enumerate(kinds) if kind]
        return spread(rows, width, words, worded=worded), _MERGED
    joined = cells if len(cells) == width else join_lines(cells, words)
    if len(joined) == width:
        # A unit names no column: it stands below the name of one, or of several.
        units = sum(words.units.fullmatch(bare(cell)) is not None for cell in joined)
        return [(cell,) for cell in joined], _BARE_UNIT * units
    counted = tokens[start].text == "1" and role_of(joined[0], words) != "serial"
    if len(joined) == width - 1 and counted:
        return [("",), *((cell,) for cell in joined)], 0.0
    worded = [at for at, kind in enumerate(kinds) if kind]
    ways = merged.divide(joined, width, words, worded) if len(joined) > width else []
    if not ways or ways[0][0] > _DEAR_HEADER:
        return [], 0.0
    return ways[0][1], _MERGED + ways[0][0]


def _cells(tokens: Sequence[Token], way: Way, frame: Frame) -> Iterator[Token]:
    """Return the cells of the rows, each row with as many; a merged category comes again."""
    above: Token | None = None
    for start, end, what in way.steps:
        if what == "heading":
            continue
        cells = list(tokens[start:end])
        if what == "short" and above is not None:
            cells.insert(frame.gone, above)
        else:
            above = cells[frame.gone]
        yield from cells


def _layout(columns: Sequence[Path], head: Sequence[Token], frame: Frame) -> Layout:
    """Return the layout: numbers or categories, then names; all others hold what they hold."""
    names = ["_".join(path) for path in columns]
    if frame.merged >= 0 and columns[frame.merged] == columns[frame.merged + 1]:
        names.pop(frame.merged)  # one name over both, whose levels are told apart later
    serial = names[0] == "" or role_of(names[0], frame.words) == "serial"
    stubs: list[Role] = ["serial"] if serial else []
    if frame.merged >= 0 and len(names) == len(columns):
        stubs.append("category")
    roles: list[Role] = [*stubs, "name"]
    roles += ["measure"] * (len(names) - len(roles))
    made = tuple(Column(role, name) for role, name in zip(roles, names, strict=True))
    return Layout(made, (tuple(token.text for token in head),))


def _rows(tokens: Sequence[Token], way: Way, layout: Layout, frame: Frame) -> Iterator[Row]:
    """Return the rows, each cell in its column."""
    serial, first, top = layout.has("serial"), frame.start, 0
    for start, end, what in way.steps:
        texts = [token.text for token in tokens[start:end]]
        begin, stop = start - first, end - first
        if what == "heading":
            yield Row(begin, stop, name=(texts[0],), section=True)
            continue
        number, above = "", ""
        total = serial and not _is_between(tokens, way, start) and not _is_part(way, start)
        if frame.merged >= 0:
            number = texts.pop(0) if serial else ""
            above = texts.pop(0) if what == "row" else ""
        elif serial:
            # A total reaches over numbers and names; a number between others is merged.
            number = texts.pop(0) if what == "row" or total else ""
            texts[:0] = [""] if what == "short" and total else []
        elif what == "short":
            texts.insert(0, "")
        named = layout.has("category")
        # 2. below 1. and 1.1 is a row by itself.
        alone = what == "short" and 0 < top == prefix(texts[0]) - 1
        top = prefix(above) or (prefix(texts[0]) if alone else top)
        yield Row(
            begin,
            stop,
            category=(above,) if above and named else (),
            serial=number,
            parent=(above,) if above and not named else (),
            name=(texts[0],),
            values=tuple(tokens[end - len(texts) + 1 : end]),
            placings=(Placing(tuple(texts[1:]), 0.0),),
            child=what == "short" and frame.merged >= 0 and not named and not alone,
        )


def _is_part(way: Way, at: int) -> bool:
    """Return whether a row is one of several below the last number: what that number counts."""
    last = max((start for start, _, what in way.steps if what == "row"), default=at)
    return at > last and sum(start > last for start, _, _ in way.steps) > 1


def _is_between(tokens: Sequence[Token], way: Way, at: int) -> bool:
    """Return whether a row stands between two others that count on: 5, this one, 6."""
    numbers = [(start, tokens[start].text) for start, _, what in way.steps if what == "row"]
    before = [number for start, number in numbers if start < at]
    after = [number for start, number in numbers if start > at]
    counted = before and after and before[-1].isdecimal() and after[0].isdecimal()
    return bool(counted) and int(after[0]) == int(before[-1]) + 1
