"""Tokens of a region → the best way to read them.

In: the tokens of lines that may be a table. Out: a header and rows, with what the cut costs; None
where no reading is good. Never looks at blocks around the region.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate, groupby, takewhile

from pipeline import kept
from pipeline.records import Block
from pipeline.rules.tables import TableRules
from pipeline.tables import aligned, levels, regular
from pipeline.tables.ends import before_heading, trim
from pipeline.tables.header import (
    Column,
    Layout,
    candidates,
    join_lines,
    role_of,
)
from pipeline.tables.names import habits
from pipeline.tables.paths import Cut, Row
from pipeline.tables.rows import Reader, unexplained
from pipeline.tables.tokens import (
    VALUES,
    Token,
    by_line,
    has_figure,
    line_ends,
    prefix,
    together,
)

_MOST_HEADER_CELLS = 60
_NUMBER = kept.pattern(r"[\d一二三四五六七八九十①-⑳ⅰ-ⅿA-Za-z]")
_SAMPLE = 400
_GOOD_ROW = 0.25
#: What a header cell costs that no list knows: such a header must read the rows much better.
_GUESS = 2.0
_FEWEST_GUESSED = 2
_MOSTLY_FULL = 0.85
_UNEXPLAINED = 0.02
_WORDED = 0.2
_FEWEST_ROWS = 2
_MOST_HEADER_ROWS = 3
_MOST_LEVELS = 3
_FEWEST_RUNS = 6
_FEWEST_HEADINGS = 2
_FEWEST_NAMED = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a region: header of `count` tokens, then rows."""

    count: int
    layout: Layout
    body: tuple[Token, ...]
    cut: Cut
    cost: float

    @property
    def rows(self) -> tuple[Row, ...]:
        """Return the rows of the best cut."""
        return self.cut.rows


def best_reading(tokens: Sequence[Token], rules: TableRules) -> Reading | None:
    """Return the reading of a region with the least cost, None where no reading is good."""
    tokens = tokens[: before_heading(tokens, rules)]
    for read in (partial(_regular, named=True), _aligned, _unremarked):
        likeliest = read(tokens, rules)
        if likeliest is not None and _are_numbers(likeliest):
            return likeliest
    best: Reading | None = None
    for count, found in _layouts(tokens, rules):
        reading = _sample(tokens, count, found, rules)
        if reading is None or not _is_sure(reading, rules) or not _are_numbers(reading):
            continue
        if best is None or reading.cost < best.cost - 1e-9:
            best = reading
        if best is reading and reading.cost <= _GOOD_ROW * len(reading.rows):
            break
    return _whole(best, tokens, rules) if best else _regular(tokens, rules, named=False)


def _regular(tokens: Sequence[Token], rules: TableRules, *, named: bool) -> Reading | None:
    """Return the reading of a table in which no cell is missing, None for others.

    `named` asks for a header of one row, with a name for each column and no more.
    """
    cells = [token for token in tokens if token.kind != "gap"]
    found = regular.read(cells, rules.lexicon, named=named)
    if found is None:
        return None
    count, frame, cut = found
    body = cells[count : count + cut.rows[-1].end]
    return Reading(count, frame, tuple(body), cut, 0.0)


def _unremarked(tokens: Sequence[Token], rules: TableRules) -> Reading | None:
    """Return the reading of a table whose last column, of remarks, is empty; None for others.

    Without the name of that column the rows repeat a pattern, and with it they do not.
    """
    if any(token.starts for token in tokens) or aligned.read(tokens, rules.lexicon) is not None:
        return None
    cells = [token for token in tokens if token.kind != "gap"]
    for at, cell in enumerate(header_cells(tokens, rules)):
        if at < _FEWEST_NAMED or role_of(cell, rules.lexicon) != "text":
            continue
        full = [*cells[:at], *cells[at + 1 :]]
        reading = _regular(full, rules, named=True) or _plain(full, rules)
        if reading is not None and reading.count == at:
            layout = reading.layout
            columns = (*layout.columns, Column("text", cell))
            layout = replace(layout, columns=columns, lines=((*layout.lines[0], cell),))
            return replace(reading, count=at + 1, layout=layout)
    return None


def _plain(tokens: Sequence[Token], rules: TableRules) -> Reading | None:
    """Return the reading of a table whose rows repeat a pattern and leave no choice."""
    found = aligned.read(tokens, rules.lexicon)
    return reading_of(found, tokens) if found is not None and found.plain else None


def _aligned(tokens: Sequence[Token], rules: TableRules) -> Reading | None:
    """Return the reading of a table whose rows repeat a pattern, None where more must be weighed.

    The words of a header that is known tell more than the pattern does.
    """
    found = aligned.read(tokens, rules.lexicon)
    if found is None or not (found.plain or _is_new(found.layout, rules)):
        return None
    return reading_of(found, tokens)


def reading_of(found: aligned.Hypothesis, tokens: Sequence[Token]) -> Reading:
    """Return a hypothesis about the rows of `tokens` as a reading of them."""
    cells = aligned.cells_of(tokens)
    body = cells[found.count : found.count + found.cut.rows[-1].end]
    return Reading(found.count, found.layout, tuple(body), found.cut, 0.0)


def _is_new(layout: Layout, rules: TableRules) -> bool:
    """Return whether a header has merged cells or names that no list knows."""
    return len(layout.lines[0]) > len(layout.columns) or _guessed(layout, rules) > 0


def _layouts(tokens: Sequence[Token], rules: TableRules) -> Iterator[tuple[int, Layout]]:
    """Return the ways to read the header; a body that counts its rows may do so unannounced."""
    yield from _rowed_layouts(tokens, rules)
    yield from _divided_layouts(tokens, rules)
    whole = _line_ends(tokens)
    for count, found in candidates(header_cells(tokens, rules), rules.lexicon):
        if whole and count not in whole:
            continue
        start = _after_header(tokens, count)
        if start is not None and tokens[start].text == "1" and not found.has("serial"):
            named = next(i for i, column in enumerate(found.columns) if column.role == "name")
            columns = (*found.columns[:named], Column("serial", ""), *found.columns[named:])
            yield count, replace(found, columns=columns)
        yield count, found


def _line_ends(tokens: Sequence[Token]) -> list[int]:
    """Return after how many tokens the first lines end, before one that is a single cell."""
    lines = takewhile(lambda line: len(line) > 1, by_line(tokens)[:_MOST_HEADER_ROWS])
    return list(accumulate(len(line) for line in lines))


def _divided_layouts(tokens: Sequence[Token], rules: TableRules) -> Iterator[tuple[int, Layout]]:
    """Return the way to read a header of two rows run together, where most rows are full."""
    if any(token.starts for token in tokens) or any(t.kind == "binding" for t in tokens):
        return
    runs = [(kind, len(list(run))) for kind, run in groupby(tokens[:_SAMPLE], _is_value(rules))]
    if len(runs) < _FEWEST_RUNS:
        return
    figures, stubs = (
        Counter(size for kind, size in runs[1:] if kind is wanted).most_common(1)[0][0]
        for wanted in (True, False)
    )
    count = runs[0][1] - stubs
    head = join_lines([token.text for token in tokens[: max(count, 0)]], rules.lexicon)
    if figures + stubs < len(head) <= _MOST_HEADER_CELLS // 2:
        columns = levels.divide(head, figures + stubs, rules.lexicon)
        if columns:
            yield count, levels.layout(columns, [head], rules.lexicon)


def _is_value(rules: TableRules) -> Callable[[Token], bool]:
    return lambda token: token.kind in VALUES and role_of(token.text, rules.lexicon) is None


def _rowed_layouts(tokens: Sequence[Token], rules: TableRules) -> Iterator[tuple[int, Layout]]:
    """Return the ways to read a header of several lines over rows of one line each."""
    lines = by_line(tokens)
    depth = sum(1 for _ in takewhile(lambda line: not has_figure(line, rules.lexicon), lines))
    if not lines or depth >= len(lines):
        return
    width = max(len(line) for line in lines[depth:])
    for rows in range(min(depth, _MOST_HEADER_ROWS), 1, -1):
        head = [[token.text for token in line] for line in lines[:rows]]
        if any(len(line) == 1 for line in head):
            continue
        for wanted in range(width, width - _MOST_LEVELS, -1):
            worded = _worded([line for line in lines[depth:] if len(line) == wanted])
            columns = levels.spread(head, wanted, rules.lexicon, worded=worded)
            if columns:
                yield sum(map(len, head)), levels.layout(columns, head, rules.lexicon)
                break


def _worded(rows: Sequence[Sequence[Token]]) -> list[int]:
    """Return the columns of full rows that hold words throughout."""
    return [at for at, column in enumerate(zip(*rows, strict=True)) if _are_words(column)]


def _are_words(cells: Iterable[Token]) -> bool:
    return all(cell.kind not in VALUES - {"phrase"} for cell in cells)


def header_cells(tokens: Sequence[Token], rules: TableRules) -> list[str]:
    """Return the cells that may be the header: those before the first figure that is no year."""
    cells: list[str] = []
    for token in tokens[:_MOST_HEADER_CELLS]:
        heading = bool(cells) and rules.lexicon.section.match(token.text)
        value = token.kind in VALUES - {"gap"} and role_of(token.text, rules.lexicon) is None
        if value or heading:
            break
        if token.kind != "gap":
            cells.append(token.text)
    return cells


def _sample(
    tokens: Sequence[Token], count: int, layout: Layout, rules: TableRules
) -> Reading | None:
    """Return the reading of the first rows under one header."""
    end = min(len(tokens), _SAMPLE + count)
    while end < len(tokens) and not _begins_row(tokens, end):
        end += 1
    return _read(tokens[:end], count, layout, rules)


def _begins_row(tokens: Sequence[Token], at: int) -> bool:
    """Return whether a text follows a value or an attribute, as at the start of a row."""
    before = tokens[at - 1].kind
    return tokens[at].kind == "text" and (before in VALUES or before == "binding")


def _whole(sample: Reading, tokens: Sequence[Token], rules: TableRules) -> Reading | None:
    """Return the reading of the whole region, None where it is too poor to be believed."""
    if sample.body[-1] is tokens[-1] or len(tokens) <= _SAMPLE + sample.count:
        return sample
    reading = _read(tokens, sample.count, sample.layout, rules)
    return reading if reading is not None and _is_sure(reading, rules) else None


def _is_sure(reading: Reading, rules: TableRules) -> bool:
    """Return whether the rows bear out the header.

    Nearly every token must be explained. Words may stand for figures here and there, not
    throughout; and a header that holds names no list knows is believed only when each row is full.
    """
    if len(reading.rows) < _FEWEST_ROWS:
        return False
    if unexplained(reading.rows) > _UNEXPLAINED * len(reading.body):
        return False
    values = [t.kind for row in reading.rows for t in row.values if not _is_counted(row)]
    periods = any(column.role in ("year", "rate") for column in reading.layout.figures)
    if periods and values.count("text") > _WORDED * len(values):
        return False
    if reading.body[0].starts or not _guessed(reading.layout, rules):
        return True
    rows = [row for row in reading.rows if not row.section]
    full = sum(bool(row.placings) and "" not in row.placings[0].cells for row in rows)
    return (
        full >= _MOSTLY_FULL * len(rows)
        and len(reading.rows) > _FEWEST_GUESSED
        and bool(reading.layout.figures)
    )


def _are_numbers(reading: Reading) -> bool:
    """Return whether words stand among serial numbers in no row but that of a total, at an end."""
    numbers = [row.serial for row in reading.rows[1:-1] if row.serial]
    return all(_NUMBER.search(number) for number in numbers)


def _is_counted(row: Row) -> bool:
    """Return whether a row has a number of its own."""
    return bool(row.serial) or prefix(together(row.parent or row.name)) > 0


def _guessed(layout: Layout, rules: TableRules) -> int:
    """Return how many header cells no list of the lexicon knows."""
    return sum(role_of(cell, rules.lexicon) is None for line in layout.lines for cell in line)


def _read(tokens: Sequence[Token], count: int, layout: Layout, rules: TableRules) -> Reading | None:
    wide = any(token.starts for token in tokens)
    start = _after_header(tokens, count)
    if start is None or (wide and not tokens[start].starts):
        return None
    body = trim(tokens[start:], layout, rules)
    if not body:
        return None
    texts = [token.text for token in body if token.kind == "text"]
    limits = line_ends(body) if wide else ()
    names = habits(texts, rules.lexicon, categories=layout.has("category"))
    cut = _least(
        Reader(body, layout, names, limits, headed=headed).read()
        for headed in ((False, True) if _may_be_headed(body, layout) else (False,))
    )
    guessed = 0 if wide else _guessed(layout, rules) + _unused(cut.rows, layout)
    cost = cut.cost + _GUESS * guessed
    return Reading(count, layout, body, cut, cost) if cut.rows else None


def _may_be_headed(body: Sequence[Token], layout: Layout) -> bool:
    """Return whether the body may begin with a heading: a text above another, no category."""
    stubs = layout.stubs[:1] == ("name",) and not body[0].starts
    return stubs and [token.kind for token in body[:2]] == ["text", "text"]


def _least(cuts: Iterable[Cut]) -> Cut:
    """Return the cut that costs least, an empty one where no rows were read."""
    sound = (cut for cut in cuts if cut.rows and not _is_lone(cut.rows))
    return min(sound, key=lambda cut: cut.cost, default=Cut())


def _is_lone(rows: Sequence[Row]) -> bool:
    """Return whether a table begins with a heading that is the only one: half of a name then."""
    return rows[0].section and sum(row.section for row in rows) < _FEWEST_HEADINGS


def _unused(rows: Sequence[Row], layout: Layout) -> int:
    """Return how many columns of figures no row has a value for: their names head no column."""
    places = range(len(layout.figures))
    filled = [row.placings[0].cells for row in rows if row.placings]
    return sum(not any(cells[at : at + 1] != ("",) for cells in filled) for at in places)


def _after_header(tokens: Sequence[Token], count: int) -> int | None:
    """Return the place after `count` tokens that are no blanks."""
    seen = 0
    for place, token in enumerate(tokens):
        if token.kind != "gap":
            if seen == count:
                return place
            seen += 1
    return None


def source_lines(reading: Reading, blocks: Sequence[Block]) -> Iterator[int]:
    """Return for each row the line of the source that its first cell stands on."""
    for row in reading.rows:
        cells = (token for token in reading.body[row.start : row.end] if token.block >= 0)
        yield next((blocks[token.block].line for token in cells), 0)


def text_of(reading: Reading) -> str:
    """Return the table as text: one row a line, each cell of the page once, in reading order."""
    lines = ["\t".join(line) for line in reading.layout.lines]
    lines += ["\t".join(_own_cells(row, reading.body)) for row in reading.rows]
    return "\n".join(lines)


def _own_cells(row: Row, body: Sequence[Token]) -> Iterator[str]:
    """Return the cells of a row as they stood on the page, the lines of a wrapped one joined."""
    texts = [token.text for token in body[row.start : row.end] if token.kind != "gap"]
    wrapped = [lines for lines in (row.category, row.parent, row.name) if lines]
    at = 0
    while at < len(texts):
        size = 1
        if wrapped and tuple(texts[at : at + len(wrapped[0])]) == wrapped[0]:
            size = len(wrapped.pop(0))
        yield together(texts[at : at + size])
        at += size
