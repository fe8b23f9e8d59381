"""Table blocks that kept their cells → tables, parts of one table joined.

In: blocks. Out: a table for each `<table>` that holds a grid; a table that goes on below (续表, or
the same header again) is one. Never a change to the text: these blocks have one row a line already.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from pipeline import kept
from pipeline.records import Block, Refused, Table
from pipeline.rules.tables import TableRules
from pipeline.tables import around, grid
from pipeline.tables.build import check_sums
from pipeline.tables.header import STUBS, role_of
from pipeline.tables.tokens import squeeze

_MOSTLY_LINKS = 0.5
#: Lines in one <table> that no layout has.
_MOST_LINES = 10_000
_LONGEST_SHOWN = 80
_TABLE = kept.pattern(r"(?:.*?/)?table[^/]*/")


def find(blocks: Sequence[Block], rules: TableRules) -> tuple[Table, ...]:
    """Return the tables of `blocks`, in their order."""
    shown = around.visible(blocks)
    tables: list[Table] = []
    between: list[str] = []
    for place, index in enumerate(shown):
        block = blocks[index]
        sheet = _sheet(block, rules)
        if sheet is None:
            between.append(squeeze(block.text))
            continue
        longer = _join(tables[-1], sheet, between, rules) if tables else None
        below = around.read_notes([blocks[i].text for i in shown[place + 1 :][:12]], rules.lexicon)
        if longer is not None:
            more = (block.line,) * (len(longer.rows) - len(tables[-1].rows))
            notes, lines = longer.notes + below, longer.lines + more
            tables[-1] = replace(longer, notes=notes, lines=lines)
        else:
            above = shown[max(0, place - 5) : place][::-1]
            title, unit = around.read_above(blocks, above, rules.lexicon)
            tables.append(
                Table(
                    sheet.title or title,
                    sheet.header,
                    sheet.rows,
                    sheet.notes + below,
                    unit=sheet.unit or unit,
                    block=index,
                    lines=(block.line,) * len(sheet.rows),
                )
            )
        between = []
    return tuple(check_sums(table, rules) for table in tables if table.rows)


def refused(blocks: Sequence[Block], rules: TableRules) -> tuple[Refused, ...]:
    """Return the tables of markup that are too large: for their spans, or for their cells."""
    spans = [
        _refused(blocks, index, rules.refusals["spans"])
        for index, block in enumerate(blocks)
        if block.cells and not block.dropped_by and grid.overflows(block.cells)
    ]
    return (*spans, *_dissolved(blocks, rules))


def _dissolved(blocks: Sequence[Block], rules: TableRules) -> Iterator[Refused]:
    """Return the tables that reading left as lines, for there were too many of them.

    They stand in one <table>; one that lays out a page has fewer.
    """
    if len(blocks) < _MOST_LINES:
        return
    named = ((at, _TABLE.match(block.path)) for at, block in enumerate(blocks))
    inside = [(at, found[0]) for at, found in named if found and not blocks[at].dropped_by]
    for _, group in groupby(inside, key=lambda item: item[1]):
        lines = [at for at, _ in group]
        if len(lines) >= _MOST_LINES:
            yield _refused(blocks, lines[0], rules.refusals["lines"])


def _refused(blocks: Sequence[Block], index: int, why: str) -> Refused:
    text = squeeze(blocks[index].text.partition("\n")[0])[:_LONGEST_SHOWN]
    return Refused(index, blocks[index].line, text, why)


def _sheet(block: Block, rules: TableRules) -> grid.Sheet | None:
    """Return the grid of a table block, None for other blocks and for lists of links."""
    if block.kind != "table" or not block.cells or block.links > _MOSTLY_LINKS:
        return None
    return grid.read(block.cells, rules)


def _join(
    table: Table, sheet: grid.Sheet, between: Sequence[str], rules: TableRules
) -> Table | None:
    """Return `table` with the rows of `sheet` below its own, None where it does not go on."""
    words = rules.lexicon
    marked = bool(words.continued.match(sheet.title)) or any(
        words.continued.match(text) for text in between
    )
    apart = [text for text in between if not around.belongs_to_table(text, words)]
    if apart or len(sheet.header) != len(table.header) or (sheet.title and not marked):
        return None
    if sheet.header == table.header:
        more = sheet.rows
    elif marked and (not sheet.headed or role_of(sheet.head[0][0], words) not in STUBS):
        more = sheet.head + sheet.rows
    else:
        return None
    title = sheet.title
    if title and not around.is_title(title, words) and not words.continued.match(title):
        # A heading inside, which the end of a page cut off from its rows.
        more = ((title, *([""] * (len(table.header) - 1))), *more)
    more = _carry_on(table, more, rules)
    return replace(table, rows=table.rows + more, notes=table.notes + sheet.notes)


def _carry_on(
    table: Table, rows: tuple[tuple[str, ...], ...], rules: TableRules
) -> tuple[tuple[str, ...], ...]:
    """Return `rows` with the category above, where the end of a page cut its merged cell."""
    first = role_of(table.header[0], rules.lexicon)
    if first != "category" or not table.rows:
        return rows
    category = table.rows[-1][0]
    cut = next((at for at, row in enumerate(rows) if row[0]), len(rows))
    return tuple((category, *row[1:]) for row in rows[:cut]) + rows[cut:]
