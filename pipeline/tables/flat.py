"""Blocks of flattened lines → tables.

In: blocks, one a line, from a page whose markup is gone. Out: for each table found, its records
and the blocks that held it, with their new text. Never a grid where the lines do not fit one: they
stay in the text then, as they are.

A table begins at a line that names a column of names (类别, 序号, 指标 …) with more header cells
after it, and ends with the last value before prose, a note or the next caption.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from msgspec import structs

from pipeline import kept
from pipeline.records import Block, Refused, Table
from pipeline.rules.tables import Lexicon, TableRules
from pipeline.tables import (
    aligned,
    around,
    beginning,
    gapped,
    grid,
    gutters,
    lined,
    marked,
    oneline,
    tabbed,
)
from pipeline.tables.broken import Mended
from pipeline.tables.build import build, join
from pipeline.tables.header import role_of
from pipeline.tables.reading import (
    Reading,
    best_reading,
    header_cells,
    reading_of,
    source_lines,
    text_of,
)
from pipeline.tables.tokens import (
    FIGURES,
    Token,
    Typer,
    bare,
    read_line,
    read_lines,
    read_rows,
    spaced,
    squeeze,
    tabs,
)

_PLAIN = kept.pattern(r"[-+]?\d[\d.,]*%?")
_MOST_TOKENS = 60_000
#: Tokens of regions that turned out to be no table, on one page; then the rest stays text.
_MOST_READ = 200_000
_MOST_HEADER_CELLS = 60
_SAMPLE = 400
_LONGEST_HEADER = 400
_FEWEST_KNOWN = 3
_LONGEST_SHORT, _LONGEST_STUB_ABOVE = 30, 6
_MOST_ABOVE, _LINE_ABOVE = 3, 0.4
_FEWEST_CERTAIN = 3
_LONGEST_SHOWN = 80

#: The rule that gives such a table its name.
Mechanism = Literal["flat", "wide", "line", "marked"]


@dataclass(frozen=True, slots=True)
class Found:
    """A table, the blocks that held it (first to last), their new text, and the mechanism.

    `table` is None where the rows went to the table before, which goes on here.
    """

    table: Table | None
    blocks: tuple[int, ...]
    text: str
    mechanism: Mechanism


_NOTHING: tuple[Found | None, int, Sequence[Token]] = (None, 0, ())


def find(page: Mended, rules: TableRules) -> tuple[tuple[Found, ...], tuple[Refused, ...]]:
    """Return the flattened tables of a page, and those that were seen and not read."""
    found, refused = _find(page.blocks, rules)
    whole = tuple(
        replace(
            one,
            table=page.placed(one.table) if one.table is not None else None,
            blocks=page.whole(one.blocks),
        )
        for one in found
    )
    inside = {at for one in whole for at in range(one.blocks[0], one.blocks[-1] + 1)}
    why = rules.refusals["page"]
    skipped = (_refused(page.source, at, why) for at in sorted(page.numbers & inside))
    return whole, (*refused, *skipped)


def _find(
    blocks: Sequence[Block], rules: TableRules
) -> tuple[tuple[Found, ...], tuple[Refused, ...]]:
    shown = around.visible(blocks)
    found: list[Found] = []
    refused: list[Refused] = []
    at, budget = 0, _MOST_READ
    free = 0
    runs = dict(marked.find(blocks, shown, rules))
    while at < len(shown) and budget > 0:
        run = runs.get(at)
        if at >= free and _PLAIN.fullmatch(blocks[shown[at]].text.strip()):
            free = _run_end(blocks, shown, at)
            after = found[-1].blocks[-1] if found else -1
            table, tokens = _unannounced(blocks, shown, at, after, rules)
            budget -= len(tokens)
            if table is not None:
                found.append(table)
                at = free = shown.index(table.blocks[-1]) + 1
                continue
        sure = run is not None and run.sure
        table, after, tokens = _NOTHING if sure else _read_at(blocks, shown, at, rules)
        if table is not None:
            _append(found, table, blocks, rules)
        elif run is not None:
            refused += _add_marked(found, run, blocks, (shown, at), rules)
            after = at + len(run.held)
        elif tokens or budget <= 0:
            budget -= len(tokens)
            refused += _why_not(blocks, shown[at], tokens, rules, size=budget <= 0)
        at = after
    return tuple(found), tuple(refused)


def _in_line(
    blocks: Sequence[Block], shown: Sequence[int], at: int, rules: TableRules
) -> tuple[Found | None, int, Sequence[Token]]:
    """Return the table that stands on one line with what is before or after it, and its tokens."""
    words, index = rules.lexicon, shown[at]
    parts = oneline.divide(blocks[index].text, words)
    if parts is None:
        return None, at + 1, ()
    line = structs.replace(blocks[index], text=parts.cells)
    typer = Typer(words)
    tokens = read_line(line, index, typer, lambda text: role_of(text, words) is not None)
    reading = best_reading(tokens, rules)
    if reading is None:
        return None, at + 1, tokens
    table = build(reading.layout, reading.cut, rules, index)
    title = oneline.title_of(parts.before, words)
    notes = around.read_notes([parts.after], words) if len(parts.after) < _LONGEST_HEADER else ()
    lines = (blocks[index].line,) * len(table.rows)
    table = structs.replace(table, title=title, notes=notes, lines=lines)
    text = _whole_text(reading, tokens)
    texts = (parts.before, text, parts.after)
    found = Found(table, (index,), "\n".join(filter(None, texts)), "line")
    return found if parts.before else _placed(found, blocks, shown, at, words), at + 1, ()


def _whole_text(reading: Reading, tokens: Sequence[Token]) -> str:
    """Return a table as text, and below it what follows its last cell on the line of that."""
    last = reading.body[-1]
    end = next((at for at, token in enumerate(tokens) if token is last), len(tokens) - 1)
    rest = [token.text for token in tokens[end + 1 :] if token.block == last.block and token.text]
    return "\n".join([text_of(reading), *filter(None, [" ".join(rest)])])


def _why_not(
    blocks: Sequence[Block], index: int, tokens: Sequence[Token], rules: TableRules, *, size: bool
) -> list[Refused]:
    """Return why no table begins at a block; `size` says that too much was read already."""
    why = "size" if size else _refusal(tokens, rules)
    return [_refused(blocks, index, rules.refusals[why])] if why else []


def _refused(blocks: Sequence[Block], index: int, why: str) -> Refused:
    return Refused(index, blocks[index].line, squeeze(blocks[index].text)[:_LONGEST_SHOWN], why)


def _refusal(tokens: Sequence[Token], rules: TableRules) -> str:
    """Return why what begins like a table is none, "" where it does not even look like one.

    It does with three header cells that lists know and as many figures as a row or two hold.
    """
    if len(tokens) > _MOST_TOKENS:
        return "size"
    head = header_cells(tokens, rules)
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
    announced = beginning.begins(blocks[shown[at]], rules)
    shape = announced or lined.begins(blocks, shown[at : at + 7], rules)
    if shape is None:
        return _in_line(blocks, shown, at, rules)
    if beginning.is_title(blocks, shown[at : at + 3], rules):
        return None, at + 1, ()
    region = _region(blocks, shown[at:], words)
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
    reading = _best(blocks, region, shape, tokens, rules)
    if reading is None:
        passed = beginning.header_lines(blocks, region, rules) if announced else 1
        return None, at + passed, tokens
    last = max(token.block for token in reading.body)
    held = tuple(index for index in region if index <= last)
    apart = reading.body[0].starts
    table = build(reading.layout, reading.cut, rules, held[0], lined=apart)
    table = structs.replace(table, lines=tuple(source_lines(reading, blocks)))
    named: Mechanism = "wide" if shape == "spaced" else shape
    found = Found(table, held, _whole_text(reading, tokens), named)
    return _placed(found, blocks, shown, at, words), at + len(held), tokens


def _best(
    blocks: Sequence[Block],
    region: Sequence[int],
    shape: beginning.Shape,
    tokens: Sequence[Token],
    rules: TableRules,
) -> Reading | None:
    """Return the best reading of a region; blank lines that part its rows are asked first."""
    if len(tokens) > _MOST_TOKENS:
        return None
    rowed = gapped.read(blocks, region, Typer(rules.lexicon)) if shape == "flat" else []
    reading = best_reading(rowed, rules) if rowed else None
    if reading is None and rowed:  # their blank lines stand for no empty cell
        tokens = [replace(token, starts=False) for token in rowed]
    return reading or best_reading(tokens, rules)


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
            ways.append((cost, first + above, reading_of(found, rest)))
    if not ways:
        return None, tokens
    _, start, reading = min(ways, key=lambda way: way[0])
    return _flat(reading, blocks, shown, start, rules), tokens


def _is_convincing(found: aligned.Hypothesis, rules: TableRules) -> bool:
    """Return whether rows are a table though nothing announces one: many, with a known name."""
    names = found.layout.lines[0]
    known = [
        role_of(name, rules.lexicon) is not None or bare(name).endswith(")") for name in names[1:]
    ]
    figures = sum(found.figures)
    return (
        found.plain
        and (len(found.cut.rows) > _FEWEST_CERTAIN or _is_broad(found))
        and len(names) >= _FEWEST_CERTAIN
        and any(known)
        and (figures > 1 or (figures == 1 and sum(known) > 1))
    )


def _is_broad(found: aligned.Hypothesis) -> bool:
    """Return whether three rows hold as many figures as more rows of other tables do."""
    return len(found.cut.rows) == _FEWEST_CERTAIN and sum(found.figures) > _FEWEST_CERTAIN


def _flat(
    reading: Reading,
    blocks: Sequence[Block],
    shown: Sequence[int],
    at: int,
    rules: TableRules,
) -> Found:
    """Return the table of a reading of lines from `at` on, one cell a line."""
    last = max(token.block for token in reading.body)
    held = tuple(index for index in shown[at:] if index <= last)
    table = build(reading.layout, reading.cut, rules, held[0])
    table = structs.replace(table, lines=tuple(source_lines(reading, blocks)))
    return _placed(Found(table, held, text_of(reading), "flat"), blocks, shown, at, rules.lexicon)


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
    return replace(found, table=structs.replace(found.table, title=title, unit=unit, notes=notes))


def _ruled(blocks: Sequence[Block], region: Sequence[int], rules: TableRules) -> Found | None:
    """Return the table of lines whose tabs or gutters keep every empty cell, None for others."""
    tabbed_lines = [at for at, index in enumerate(region) if "\t" in blocks[index].text]
    if tabbed_lines:
        held = tuple(region[: tabbed_lines[-1] + 1])
        lines = [tabs(blocks[index].text) for index in held]
    else:
        lines = gutters.read([blocks[index].text for index in region])
        held = tuple(region[: len(lines)])
    sheet = grid.read(tabbed.read(lines, rules.lexicon), rules)
    if sheet is None or not sheet.rows:
        return None
    rows = tuple(blocks[index].line for index in held[-len(sheet.rows) :])
    table = Table(
        sheet.title, sheet.header, sheet.rows, sheet.notes, unit=sheet.unit, block=held[0],
        lines=rows,
    )  # fmt: skip
    return Found(table, held, "\n".join(tabbed.text_of(lines)), "wide")


def _add_marked(
    found: list[Found],
    run: marked.Run,
    blocks: Sequence[Block],
    place: tuple[Sequence[int], int],
    rules: TableRules,
) -> list[Refused]:
    """Add the table of lines whose cells are marked; return why there is none where they fit none.

    `place` is where they begin among the blocks that are shown.
    """
    made = marked.read(run, rules)
    if made is None:
        return [_refused(blocks, run.held[0], rules.refusals["marks"])]
    sheet, ballot = made.sheet, made.ballot
    table = Table(
        sheet.title, sheet.header, sheet.rows, sheet.notes, unit=sheet.unit, block=run.held[0],
        lines=tuple(blocks[index].line for index in made.rows),
        doubts=ballot.doubts(rules.doubts), confidence=ballot.confidence(),
    )  # fmt: skip
    one = Found(table, run.held, made.text, "wide" if run.tabbed else "marked")
    _append(found, _placed(one, blocks, *place, rules.lexicon), blocks, rules)
    return []


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


def _tokens(
    blocks: Sequence[Block], region: Sequence[int], shape: beginning.Shape, rules: TableRules
) -> list[Token]:
    """Return the tokens of a region that is laid out in this shape."""
    typer = Typer(rules.lexicon)
    if shape == "flat":
        return read_lines(blocks, region, typer)
    if shape == "wide":
        return read_rows(blocks, region, typer)
    return read_rows(blocks, region, typer, lambda text: spaced(text, typer))
