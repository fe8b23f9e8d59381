"""Entry → what the report tells of one page: its raw blocks and what was done to them.

In: an entry with the page as parsed, and the values of its tables. Out: plain lists and
dictionaries, for JSON; whatever other pages there are, they are the same. The cleaned text is not
in it: whoever shows the page carries the changes out on the raw text, so that both stand in the
file once. Never: a change without its rule; a text cut without a word of it.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from typing import Any

from pipeline.publish.entries import Entry
from pipeline.publish.report.pieces import packed
from pipeline.publish.report.plots import Plot, plots_of_table
from pipeline.publish.tables import Value, Values, told_doubts, wide_name
from pipeline.records import Aside, Page, Table

# A Han character takes three bytes.
_BYTES = 3
_BLOCK, _CHANGE = 24, 40
# What is shown of a block where there is not enough room, and the share of it for whole ones.
_CUT = 60
_WHOLE = 0.75
# What grows with a page and is cut; the rest of a story is short.
_SIZED = ("blocks", "changes", "tables")
_PLOTS = 40
# Blocks above a table that may hold its title.
_NEAR = 4
_KINDS = {"heading": "h", "paragraph": "p", "item": "i", "table": "t"}


def story(entry: Entry, text: str = "", values: Values = ()) -> dict[str, Any]:
    """Return the story of a page; `text` is where its cleaned text lies."""
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
    }
    if isinstance(outcome, Aside):
        before = entry.parsed
        return told | {"message": outcome.message} | (_blocks(before, before) if before else {})
    told |= {
        "title": outcome.title,
        "url": outcome.url,
        "facts": [
            [origin.field, value[: _CUT * 5], origin.rule, origin.line, origin.text[: _CUT * 2]]
            for value, origin in outcome.facts
        ],
        **_blocks(entry.parsed or outcome, outcome),
    }
    if entry.kept is None:
        return told
    return told | {
        "text": text,
        "tables": [sheet(outcome, number, one) for number, one in enumerate(values, 1)],
        "refused": [[one.line, one.text[: _CUT - 10], one.why] for one in outcome.refused],
    }


def _blocks(before: Page, after: Page) -> dict[str, Any]:
    """Return the raw blocks with the rules that took them, and the changes of the others."""
    changes = after.changes[len(before.changes) :] if before is not after else ()
    taken = [block.dropped_by or after.dropped_by for block in after.blocks]
    rules = {"": -1}
    for rule in (*taken, *(one.rule for one in changes if one.block >= 0)):
        if rule not in rules:
            rules[rule] = len(rules) - 1
    blocks = [
        [block.line, _KINDS[block.kind], rules[rule], block.text]
        for block, rule in zip(before.blocks, taken, strict=True)
    ]
    return {
        "blocks": blocks,
        "more": 0,
        "changes": [
            [one.block, rules[one.rule], one.start, one.before, one.after]
            for one in changes
            if one.block >= 0
        ],
        "rules": list(rules)[1:],
    }


def cut(told: dict[str, Any], room: int) -> dict[str, Any]:
    """Return the story in `room` bytes: blocks whole, then by their first words, then counted.

    Text and tables have half of it each; what one of them leaves is the other's.
    """
    room -= len(packed({name: one for name, one in told.items() if name not in _SIZED}))
    costs = list(_costs(told))
    text = costs[-1] if costs else 0
    tables = sum(len(packed(table)) for table in told.get("tables", ()))
    if text + tables <= room:
        return told
    for_tables = min(tables, max(room // 2, room - text))
    for_text = room - for_tables
    end = len(costs)
    if text > for_text:
        end = next(at for at, cost in enumerate(costs) if cost > for_text * _WHOLE)
    shown = told.get("blocks", [])
    left = for_text - (costs[end - 1] if end else 0)
    blocks = [*shown[:end], *_outlined(shown[end:], left)]
    return told | {
        "blocks": blocks,
        "more": told.get("more", 0) + len(shown) - len(blocks),
        "changes": [one for one in told.get("changes", ()) if one[0] < end],
        "tables": list(_cut_tables(told.get("tables", ()), for_tables)),
    }


def _costs(told: dict[str, Any]) -> Iterator[int]:
    """Yield how many bytes the blocks up to each one take, with their changes."""
    blocks: Sequence[Any] = told.get("blocks", ())
    sizes = [_BLOCK + _BYTES * len(block[3]) for block in blocks]
    for at, _, _, before, after in told.get("changes", ()):
        sizes[at] += _CHANGE + _BYTES * (len(before) + len(after))
    return accumulate(sizes)


def _outlined(blocks: Sequence[list[Any]], room: float) -> Iterator[list[Any]]:
    """Yield the first words of as many blocks as there is room for."""
    for block in map(_shortened, blocks):
        room -= _BLOCK + _BYTES * len(block[3])
        if room < 0:
            return
        yield block


def _shortened(block: list[Any]) -> list[Any]:
    """Return line, kind, rule, the first words of the text, and how much is left of it."""
    line, kind, rule, text, *rest = block
    if len(text) <= _CUT:
        return block
    return [line, kind, rule, text[:_CUT], len(text) - _CUT + sum(rest)]


def _cut_tables(tables: Sequence[dict[str, Any]], room: int) -> Iterator[dict[str, Any]]:
    """Yield tables with as many rows as there is room for."""
    for table in tables:
        rows = list(_rows_within(table["rows"], room))
        doubts = [doubt for doubt in table["doubts"] if doubt[0] < len(rows)]
        more = table["more"] + len(table["rows"]) - len(rows)
        told = table | {"rows": rows, "more": more, "doubts": doubts}
        room -= len(packed(told))
        yield told


def _rows_within(rows: Sequence[Sequence[str]], room: int) -> Iterator[Sequence[str]]:
    for row in rows:
        room -= _BLOCK + sum(_BYTES * len(cell) + _BYTES for cell in row)
        if room < 0:
            return
        yield row


def sheet(page: Page, number: int, values: Sequence[Value]) -> dict[str, Any]:
    """Return a table to be shown, `number` counting from 1."""
    table = page.tables[number - 1]
    doubts = zip(table.doubts, told_doubts(table), strict=True)
    plots = islice(plots_of_table(values, f"{page.id}/{number}"), _PLOTS)
    return {
        "caption": caption(page, table),
        "header": table.header,
        "rows": table.rows,
        "more": 0,
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
