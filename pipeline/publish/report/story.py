"""Entry → what the report tells of one page: its raw blocks and what was done to them.

In: an entry with the page as parsed, its matches, and how much may be said. Out: plain lists and
dictionaries, for JSON. The cleaned text is not in it: whoever shows the page carries the changes
out on the raw text, so that both stand in the file once. Never: a change without its rule; a text
cut without a word of it.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from pipeline.publish.entries import Entry
from pipeline.publish.report.plots import Plot, plots_of_table
from pipeline.publish.tables import Value, told_doubts, wide_name
from pipeline.records import Aside, Block, Change, Match, Page, Table

# A Han character takes three bytes.
_BYTES = 3
_BLOCK, _CHANGE = 24, 40
# What is shown of a block when there is no more room, and how many such blocks.
_CUT = 60
_CUT_BLOCKS = 400
_PLOTS = 40
# Blocks above a table that may hold its title.
_NEAR = 4
_RELATIVES = 200
_KINDS = {"heading": "h", "paragraph": "p", "item": "i", "table": "t"}


def story(entry: Entry, related: Sequence[tuple[int, Match]], room: int) -> dict[str, Any]:
    """Return the story of a page; `related` numbers its matches, `room` is in bytes."""
    outcome = entry.outcome
    told: dict[str, Any] = {
        "id": outcome.id,
        "raw": entry.raw,
        "status": entry.status,
        "reason": entry.reason,
        "canonical": entry.canonical,
        "relation": entry.relation,
        "why": entry.cluster.why if entry.cluster else "",
        "members": list(entry.cluster.members) if entry.cluster else [],
        "related": [_relative(outcome.id, *one) for one in related[:_RELATIVES]],
    }
    if isinstance(outcome, Aside):
        before = entry.parsed
        return (
            told | {"message": outcome.message} | (_blocks(before, before, room) if before else {})
        )
    return told | {
        "title": outcome.title,
        "url": outcome.url,
        "facts": [
            [origin.field, value[: _CUT * 5], origin.rule, origin.line, origin.text[: _CUT * 2]]
            for value, origin in outcome.facts
        ],
        **_blocks(entry.parsed or outcome, outcome, room),
    }


def _relative(page: str, number: int, match: Match) -> list[object]:
    other = match.b if match.a == page else match.a
    return [number, other, match.relation, match.a == page, len(match.disagreements)]


def _blocks(before: Page, after: Page, room: int) -> dict[str, Any]:
    """Return the raw blocks with the rules that took them, and the changes of the others.

    Blocks from the place on where `room` ends are shown by their first words, without changes.
    """
    changes = after.changes[len(before.changes) :] if before is not after else ()
    costs = _costs(before, changes)
    end = next((place for place, cost in enumerate(costs) if cost > room), len(before.blocks))
    rules: dict[str, int] = {}

    def number(rule: str) -> int:
        return rules.setdefault(rule, len(rules)) if rule else -1

    taken = [block.dropped_by or after.dropped_by for block in after.blocks]
    pairs = zip(before.blocks, taken, strict=True)
    blocks = [
        _block(block, number(rule), whole=place < end)
        for place, (block, rule) in enumerate(islice(pairs, end + _CUT_BLOCKS))
    ]
    return {
        "blocks": blocks,
        "more": len(before.blocks) - len(blocks),
        "changes": [
            [one.block, number(one.rule), one.start, one.before, one.after]
            for one in changes
            if 0 <= one.block < end
        ],
        "rules": list(rules),
    }


def _costs(page: Page, changes: Sequence[Change]) -> Iterator[int]:
    """Yield how many bytes the blocks up to each one take, with their changes."""
    own: dict[int, int] = {}
    for one in changes:
        size = _CHANGE + _BYTES * (len(one.before) + len(one.after))
        own[one.block] = own.get(one.block, 0) + size
    total = 0
    for place, block in enumerate(page.blocks):
        total += _BLOCK + _BYTES * len(block.text) + own.get(place, 0)
        yield total


def _block(block: Block, rule: int, *, whole: bool) -> list[object]:
    """Return line, kind, rule (-1: kept) and text; of a block cut short also how much is left."""
    told = [block.line, _KINDS[block.kind], rule]
    if whole or len(block.text) <= _CUT:
        return [*told, block.text]
    return [*told, block.text[:_CUT], len(block.text) - _CUT]


def sheet(page: Page, number: int, values: Sequence[Value], room: int) -> dict[str, Any]:
    """Return a table to be shown, `number` counting from 1; its rows as far as there is room."""
    table = page.tables[number - 1]
    rows = list(_rows_within(table, room))
    doubts = zip(table.doubts, told_doubts(table), strict=True)
    plots = islice(plots_of_table(values, f"{page.id}/{number}"), _PLOTS)
    return {
        "caption": caption(page, table),
        "header": table.header,
        "rows": rows,
        "more": len(table.rows) - len(rows),
        "notes": table.notes,
        "file": wide_name(table, number, page.id),
        "doubts": [
            [
                doubt.row,
                doubt.column,
                told.chosen,
                told.others,
                told.why,
                told.confidence,
                told.line,
            ]
            for doubt, told in doubts
            if doubt.row < len(rows)
        ],
        "plots": [drawing(plot) for plot in plots],
    }


def caption(page: Page, table: Table) -> str:
    """Return the line of the page that holds the title, with the number that stands before it."""
    near = page.blocks[max(0, table.block - _NEAR) : table.block + 1]
    lines = (block.text.partition("\n")[0].strip() for block in reversed(near))
    long = _CUT + len(table.title)
    found = (line for line in lines if table.title and table.title in line and len(line) < long)
    return next(found, table.title)


def _rows_within(table: Table, room: int) -> Iterator[tuple[str, ...]]:
    for row in table.rows:
        room -= _BLOCK + sum(_BYTES * len(cell) + _BYTES for cell in row)
        if room < 0:
            return
        yield row


def drawing(plot: Plot) -> dict[str, Any]:
    """Return what is drawn of a plot."""
    return {
        "name": plot.name,
        "unit": plot.unit,
        "told": plot.told,
        "years": plot.years,
        "lines": [[line.role, line.colour, line.path] for line in plot.lines],
        "marks": [
            [mark.role, mark.colour, mark.x, mark.y, mark.top, mark.label, mark.point.text]
            for mark in plot.marks
        ],
    }
