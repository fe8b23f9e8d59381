"""Blocks of flattened lines → tables.

In: blocks, one a line, from a page whose markup is gone. Out: for each table found, its records
and the blocks that held it, with their new text. Never a grid where the lines do not fit one: they
stay in the text then, as they are.

A table begins at a line that names a column of names (类别, 序号, 指标 …) with more header cells
after it, and ends with the last value before prose, a note or the next caption.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby, takewhile
from typing import Literal

from pipeline.records import Block, Refused, Table
from pipeline.rules.tables import Lexicon, TableRules
from pipeline.tables import aligned, around, grid, levels, regular, tabbed
from pipeline.tables.build import build, join
from pipeline.tables.header import (
    FIGURE_ROLES,
    STUBS,
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
    FIGURES,
    VALUES,
    Token,
    Typer,
    bare,
    by_line,
    has_figure,
    pieces,
    prefix,
    read_line,
    read_lines,
    read_rows,
    spaced,
    squeeze,
    tabs,
)

_PLAIN = re.compile(r"[-+]?\d[\d.,]*%?")
_MOST_TOKENS = 60_000
#: Tokens of regions that turned out to be no table, on one page; then the rest stays text.
_MOST_READ = 200_000
_MOST_TEXT_LINES = 10
_MOST_HEADER_CELLS = 60
_SAMPLE = 400
_GOOD_ROW = 0.25
#: What a header cell costs that no list knows: such a header must read the rows much better.
_GUESS = 2.0
_FEWEST_GUESSED = 2
_MOSTLY_FULL = 0.85
_UNEXPLAINED = 0.02
_WORDED = 0.2
_FEWEST_ROWS = 2
_LONGEST_STUB = 24
_LONGEST_HEADER = 400
_FEWEST_WORDS = 6
_MOST_HEADER_ROWS = 3
_MOST_LEVELS = 3
_FEWEST_RUNS = 6
_FEWEST_KNOWN = 3
_MOST_PROSE_CELLS = 2
_LONGEST_SHORT, _LONGEST_STUB_ABOVE = 30, 6
_FEWEST_HEADINGS = 2
_MOST_ABOVE, _LINE_ABOVE = 3, 0.4
_FEWEST_CERTAIN = 3
_LONGEST_SHOWN = 80


#: One cell a line; one row a line, its cells apart by tabs or by single blanks; all on one line.
Shape = Literal["flat", "wide", "spaced", "line"]
#: The rule that gives such a table its name.
Mechanism = Literal["flat", "wide", "line"]


@dataclass(frozen=True, slots=True)
class Found:
    """A table, the blocks that held it (first to last), their new text, and the mechanism.

    `table` is None where the rows went to the table before, which goes on here.
    """

    table: Table | None
    blocks: tuple[int, ...]
    text: str
    mechanism: Mechanism


@dataclass(frozen=True, slots=True)
class _Reading:
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


def find(
    blocks: Sequence[Block], rules: TableRules
) -> tuple[tuple[Found, ...], tuple[Refused, ...]]:
    """Return the flattened tables of `blocks`, and those that were seen and not read."""
    shown = around.visible(blocks)
    found: list[Found] = []
    refused: list[Refused] = []
    at, budget = 0, _MOST_READ
    free = 0
    while at < len(shown) and budget > 0:
        if at >= free and _PLAIN.fullmatch(blocks[shown[at]].text.strip()):
            free = _run_end(blocks, shown, at)
            after = found[-1].blocks[-1] if found else -1
            table, tokens = _unannounced(blocks, shown, at, after, rules)
            budget -= len(tokens)
            if table is not None:
                found.append(table)
                at = free = shown.index(table.blocks[-1]) + 1
                continue
        table, after, tokens = _read_at(blocks, shown, at, rules)
        if table is not None:
            _append(found, table, blocks, rules)
        else:
            budget -= len(tokens)
            why = _refusal(tokens, rules) if budget > 0 else "size"
            refused += [_refused(blocks, shown[at], rules.refusals[why])] if why else []
        at = after
    return tuple(found), tuple(refused)


def _refused(blocks: Sequence[Block], index: int, why: str) -> Refused:
    return Refused(index, blocks[index].line, squeeze(blocks[index].text)[:_LONGEST_SHOWN], why)


def _refusal(tokens: Sequence[Token], rules: TableRules) -> str:
    """Return why what begins like a table is none, "" where it does not even look like one.

    It does with three header cells that lists know and as many figures as a row or two hold.
    """
    if len(tokens) > _MOST_TOKENS:
        return "size"
    head = _header_cells(tokens, rules)
    known = sum(role_of(cell, rules.lexicon) is not None for cell in head)
    figures = sum(token.kind in FIGURES for token in tokens[:_SAMPLE])
    return "fit" if known >= _FEWEST_KNOWN and figures >= len(head) else ""


def _append(found: list[Found], part: Found, blocks: Sequence[Block], rules: TableRules) -> None:
    """Add a table; where it only goes on with the one before it, its rows move there."""
    if found and part.table is not None:
        owner = next(at for at in range(len(found) - 1, -1, -1) if found[at].table is not None)
        table = found[owner].table
        between = range(found[-1].blocks[-1] + 1, part.blocks[0])
        shown = [blocks[i] for i in between if blocks[i].text and not blocks[i].dropped_by]
        texts = [squeeze(block.text) for block in shown]
        together = all(around.belongs_to_table(text, rules.lexicon) for text in texts)
        if table is not None and together and table.header == part.table.header:
            found[owner] = replace(found[owner], table=join(table, part.table))
            part = replace(part, table=None)
    found.append(part)


def _read_at(
    blocks: Sequence[Block], shown: Sequence[int], at: int, rules: TableRules
) -> tuple[Found | None, int, Sequence[Token]]:
    """Return the table that begins at `at` or None, where to look on, and the tokens read."""
    words = rules.lexicon
    shape = _begins(blocks[shown[at]], rules)
    if shape is None or _is_title(blocks, shown[at : at + 3], rules):
        return None, at + 1, ()
    region = _region(blocks, shown[at:], words) if shape != "line" else shown[at : at + 1]
    if shape == "wide":
        found = _ruled(blocks, region, rules)
        if found is not None:
            return _placed(found, blocks, shown, at, words), at + len(found.blocks), ()
    tokens = _tokens(blocks, region, shape, rules)
    if shape == "flat" and at and len(blocks[shown[at - 1]].text) <= _LONGEST_STUB_ABOVE:
        near = range(at, min(at + _MOST_HEADER_CELLS, len(shown)))
        figure = next((i for i in near if _PLAIN.fullmatch(blocks[shown[i]].text.strip())), at)
        above = shown[at - 2] if at > 1 else -1
        known, _ = _unannounced(blocks, shown, figure, above, rules)
        if known is not None and known.blocks[0] < shown[at]:
            return known, at - 1 + len(known.blocks), tokens
    reading = _best(tokens, rules) if len(tokens) <= _MOST_TOKENS else None
    if reading is None:
        return None, at + _header_lines(blocks, region, rules), tokens
    last = max(token.block for token in reading.body)
    held = tuple(index for index in region if index <= last)
    table = build(reading.layout, reading.cut, rules, held[0])
    table = replace(table, lines=tuple(_source_lines(reading, blocks)))
    named: Mechanism = "wide" if shape == "spaced" else shape
    found = Found(table, held, _text(reading), named)
    return _placed(found, blocks, shown, at, words), at + len(held), tokens


def _run_end(blocks: Sequence[Block], shown: Sequence[int], at: int) -> int:
    """Return where the short lines around a figure end."""
    while at < len(shown) and len(blocks[shown[at]].text) <= _LONGEST_SHORT:
        at += 1
    return at


def _unannounced(
    blocks: Sequence[Block], shown: Sequence[int], at: int, last: int, rules: TableRules
) -> tuple[Found | None, Sequence[Token]]:
    """Return the table around the figure at `at` whose header no list knows, and the tokens read.

    Its first line is the first short one above it, below title, unit and what was read before.
    """
    words = rules.lexicon
    first = at
    while first and at - first < _MOST_HEADER_CELLS:
        block = blocks[shown[first - 1]]
        text = squeeze(block.text)
        titled = around.is_title(text, words) and role_of(text, words) is None
        titled = titled or words.unit_line.match(text) is not None
        if shown[first - 1] <= last or len(text) > _LONGEST_SHORT or titled:
            break
        if around.is_stop(block, words):
            break
        first -= 1
    tokens = _tokens(blocks, _region(blocks, shown[first:], words), "flat", rules)
    if len(tokens) > _MOST_TOKENS or at - first < _FEWEST_KNOWN:
        return None, tokens
    # Lines above the header may be titles that nothing tells from its cells.
    ways = []
    for above in range(min(_MOST_ABOVE, at - first)):
        rest = _tokens(blocks, _region(blocks, shown[first + above :], words), "flat", rules)
        found = aligned.read(rest, words)
        if found is not None and _is_convincing(found, rules):
            cost = found.cost + _LINE_ABOVE * above
            ways.append((cost, first + above, _reading_of(found, rest)))
    if not ways:
        return None, tokens
    _, start, reading = min(ways, key=lambda way: way[0])
    return _flat(reading, blocks, shown, start, rules), tokens


def _is_convincing(found: aligned.Hypothesis, rules: TableRules) -> bool:
    """Return whether rows are a table though nothing announces one: many, with a known name."""
    names = found.layout.lines[0]
    known = [role_of(name, rules.lexicon) for name in names]
    figures = sum(found.figures)
    return (
        found.plain
        and len(found.cut.rows) > _FEWEST_CERTAIN
        and figures > 1
        and len(known) >= _FEWEST_CERTAIN
        and any(
            role in FIGURE_ROLES or role == "text" or bare(name).endswith(")")
            for role, name in zip(known, names, strict=True)
        )
    )


def _flat(
    reading: _Reading,
    blocks: Sequence[Block],
    shown: Sequence[int],
    at: int,
    rules: TableRules,
) -> Found:
    """Return the table of a reading of lines from `at` on, one cell a line."""
    last = max(token.block for token in reading.body)
    held = tuple(index for index in shown[at:] if index <= last)
    table = build(reading.layout, reading.cut, rules, held[0])
    table = replace(table, lines=tuple(_source_lines(reading, blocks)))
    return _placed(Found(table, held, _text(reading), "flat"), blocks, shown, at, rules.lexicon)


def _placed(
    found: Found, blocks: Sequence[Block], shown: Sequence[int], at: int, words: Lexicon
) -> Found:
    """Return a table with the title, unit and notes that stand around it."""
    below = shown[at + len(found.blocks) :][:20]
    above = shown[max(0, at - 5) : at][::-1]
    near = around.read(blocks, above, below, words)
    if found.table is None:
        return found
    title, unit = found.table.title or near.title, found.table.unit or near.unit
    notes = found.table.notes + near.notes
    return replace(found, table=replace(found.table, title=title, unit=unit, notes=notes))


def _ruled(blocks: Sequence[Block], region: Sequence[int], rules: TableRules) -> Found | None:
    """Return the table of lines whose tabs keep every empty cell, None where they do not."""
    tabbed_lines = [at for at, index in enumerate(region) if "\t" in blocks[index].text]
    held = tuple(region[: tabbed_lines[-1] + 1]) if tabbed_lines else ()
    lines = [tabs(blocks[index].text) for index in held]
    sheet = grid.read(tabbed.read(lines, rules.lexicon), rules)
    if sheet is None or not sheet.rows:
        return None
    rows = tuple(blocks[index].line for index in held[-len(sheet.rows) :])
    table = Table(
        sheet.title, sheet.header, sheet.rows, sheet.notes, unit=sheet.unit, block=held[0],
        lines=rows,
    )  # fmt: skip
    return Found(table, held, "\n".join(tabbed.text_of(lines)), "wide")


def _is_title(blocks: Sequence[Block], shown: Sequence[int], rules: TableRules) -> bool:
    """Return whether a line that names a column of names stands above the header as its title.

    The header then begins below it, with the column of categories or numbers.
    """
    roles = [role_of(blocks[index].text, rules.lexicon) for index in shown]
    return roles in (["name", "category", "name"], ["name", "serial", "name"])


def _region(blocks: Sequence[Block], shown: Sequence[int], words: Lexicon) -> Sequence[int]:
    """Return the blocks that may belong to the table that the first of `shown` begins.

    The same two cells once more are its header again, on the next page of a printed table; above
    the first figure they head the columns of a second table beside it.
    """
    head = [blocks[i].text for i in shown[:2]]
    figures = False
    for end in range(1, len(shown)):
        if around.is_stop(blocks[shown[end]], words):
            return shown[:end]
        figures = figures or bool(_PLAIN.fullmatch(blocks[shown[end]].text.strip()))
        if end > 1 and figures and [blocks[i].text for i in shown[end : end + 2]] == head:
            return shown[:end]
    return shown


def _begins(block: Block, rules: TableRules) -> Shape | None:
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
    head = spaced(text[:_LONGEST_HEADER], Typer(rules.lexicon))
    if len(head) < _FEWEST_WORDS or role_of(head[0], rules.lexicon) not in STUBS:
        return None
    return "line" if len(text.split()) >= 2 * _FEWEST_WORDS else None


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


def _header_lines(blocks: Sequence[Block], region: Sequence[int], rules: TableRules) -> int:
    """Return how many lines of a region that is no table look like its header, at least 1.

    They are passed over, so that no half of a header begins a table of its own.
    """
    count = 1
    while count < len(region) and role_of(blocks[region[count]].text, rules.lexicon) is not None:
        count += 1
    return count


def _tokens(
    blocks: Sequence[Block], region: Sequence[int], shape: Shape, rules: TableRules
) -> list[Token]:
    """Return the tokens of a region that is laid out in this shape."""
    typer = Typer(rules.lexicon)
    if shape == "flat":
        return read_lines(blocks, region, typer)
    if shape == "wide":
        return read_rows(blocks, region, typer)
    if shape == "spaced":
        return read_rows(blocks, region, typer, lambda text: spaced(text, typer))
    index = region[0]
    return read_line(
        blocks[index], index, typer, lambda text: role_of(text, rules.lexicon) is not None
    )


def _best(tokens: Sequence[Token], rules: TableRules) -> _Reading | None:
    """Return the reading of a region with the least cost, None where no reading is good."""
    plain = _regular(tokens, rules, named=True)
    if plain is not None:
        return plain
    likeliest = _aligned(tokens, rules)
    if likeliest is not None:
        return likeliest
    best: _Reading | None = None
    for count, found in _layouts(tokens, rules):
        reading = _sample(tokens, count, found, rules)
        if reading is None or not _is_sure(reading, rules):
            continue
        if best is None or reading.cost < best.cost - 1e-9:
            best = reading
        if best is reading and reading.cost <= _GOOD_ROW * len(reading.rows):
            break
    return _whole(best, tokens, rules) if best else _regular(tokens, rules, named=False)


def _regular(tokens: Sequence[Token], rules: TableRules, *, named: bool) -> _Reading | None:
    """Return the reading of a table in which no cell is missing, None for others.

    `named` asks for a header of one row, with a name for each column and no more.
    """
    cells = [token for token in tokens if token.kind != "gap"]
    found = regular.read(cells, rules.lexicon, named=named)
    if found is None:
        return None
    count, frame, cut = found
    body = cells[count : count + cut.rows[-1].end]
    return _Reading(count, frame, tuple(body), cut, 0.0)


def _aligned(tokens: Sequence[Token], rules: TableRules) -> _Reading | None:
    """Return the reading of a table whose rows repeat a pattern, None where more must be weighed.

    The words of a header that is known tell more than the pattern does.
    """
    found = aligned.read(tokens, rules.lexicon)
    if found is None or not (found.plain or _is_new(found.layout, rules)):
        return None
    return _reading_of(found, tokens)


def _reading_of(found: aligned.Hypothesis, tokens: Sequence[Token]) -> _Reading:
    cells = [token for token in tokens if token.kind != "gap"]
    body = cells[found.count : found.count + found.cut.rows[-1].end]
    return _Reading(found.count, found.layout, tuple(body), found.cut, 0.0)


def _is_new(layout: Layout, rules: TableRules) -> bool:
    """Return whether a header has merged cells or names that no list knows."""
    return len(layout.lines[0]) > len(layout.columns) or _guessed(layout, rules) > 0


def _layouts(tokens: Sequence[Token], rules: TableRules) -> Iterator[tuple[int, Layout]]:
    """Return the ways to read the header; a body that counts its rows may do so unannounced."""
    yield from _rowed_layouts(tokens, rules)
    yield from _divided_layouts(tokens, rules)
    whole = _line_ends(tokens)
    for count, found in candidates(_header_cells(tokens, rules), rules.lexicon):
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
            columns = levels.spread(head, wanted, rules.lexicon)
            if columns:
                yield sum(map(len, head)), levels.layout(columns, head, rules.lexicon)
                break


def _header_cells(tokens: Sequence[Token], rules: TableRules) -> list[str]:
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
) -> _Reading | None:
    """Return the reading of the first rows under one header."""
    end = min(len(tokens), _SAMPLE + count)
    while end < len(tokens) and not _begins_row(tokens, end):
        end += 1
    return _read(tokens[:end], count, layout, rules)


def _begins_row(tokens: Sequence[Token], at: int) -> bool:
    """Return whether a text follows a value or an attribute, as at the start of a row."""
    before = tokens[at - 1].kind
    return tokens[at].kind == "text" and (before in VALUES or before == "binding")


def _whole(sample: _Reading, tokens: Sequence[Token], rules: TableRules) -> _Reading | None:
    """Return the reading of the whole region, None where it is too poor to be believed."""
    if sample.body[-1] is tokens[-1] or len(tokens) <= _SAMPLE + sample.count:
        return sample
    reading = _read(tokens, sample.count, sample.layout, rules)
    return reading if reading is not None and _is_sure(reading, rules) else None


def _is_sure(reading: _Reading, rules: TableRules) -> bool:
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


def _is_counted(row: Row) -> bool:
    """Return whether a row has a number of its own."""
    return bool(row.serial) or prefix("".join(row.parent or row.name)) > 0


def _guessed(layout: Layout, rules: TableRules) -> int:
    """Return how many header cells no list of the lexicon knows."""
    return sum(role_of(cell, rules.lexicon) is None for line in layout.lines for cell in line)


def _read(
    tokens: Sequence[Token], count: int, layout: Layout, rules: TableRules
) -> _Reading | None:
    wide = any(token.starts for token in tokens)
    start = _after_header(tokens, count)
    if start is None or (wide and not tokens[start].starts):
        return None
    body = _trim(tokens[start:], layout)
    if not body:
        return None
    texts = [token.text for token in body if token.kind == "text"]
    limits = _row_ends(body) if wide else ()
    names = habits(texts, rules.lexicon, categories=layout.has("category"))
    cut = _least(
        Reader(body, layout, names, limits, headed=headed).read()
        for headed in ((False, True) if _may_be_headed(body, layout) else (False,))
    )
    guessed = 0 if wide else _guessed(layout, rules) + _unused(cut.rows, layout)
    cost = cut.cost + _GUESS * guessed
    return _Reading(count, layout, body, cut, cost) if cut.rows else None


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


def _trim(tokens: Sequence[Token], layout: Layout) -> tuple[Token, ...]:
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
        last += closing if layout.figures else len(layout.columns) - 1
    return tuple(_without_stray_gaps(tokens[: last + 1]))


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


def _row_ends(tokens: Sequence[Token]) -> tuple[int, ...]:
    """Return for each token where the row that its line holds ends."""
    ends: list[int] = []
    end = len(tokens)
    for place in range(len(tokens) - 1, -1, -1):
        ends.append(end)
        if tokens[place].starts:
            end = place
    return tuple(reversed(ends))


def _source_lines(reading: _Reading, blocks: Sequence[Block]) -> Iterator[int]:
    """Return for each row the line of the source that its first cell stands on."""
    for row in reading.rows:
        cells = (token for token in reading.body[row.start : row.end] if token.block >= 0)
        yield next((blocks[token.block].line for token in cells), 0)


def _text(reading: _Reading) -> str:
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
        yield "".join(texts[at : at + size])
        at += size
