"""A case of a rule → what is made of it: how the cases of tables.toml are run and read.

In: a rule and the `before` of a case. Out: its tables as CSV, or the text where the rule's
mechanism makes none. Never used by the flow.

For `grid` and `continued` a line is a row of markup, its cells apart by `|`; `<` is a cell that
reaches in from the left, `^` one that reaches in from above; a line without `|` is a paragraph.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from pipeline.records import Block, Cell, Table
from pipeline.rules.tables import TableRule, TableRules
from pipeline.tables import boxes, broken, flat, markup

_MARKUP = ("grid", "continued")


def try_rule(rule: TableRule, text: str, rules: TableRules) -> str:
    """Return the tables that the mechanism of `rule` makes of `text`, as CSV; else `text`."""
    if rule.apply in _MARKUP:
        parts = _markup(text.strip("\n"))
        tables = markup.find(parts, rules)
        joined = len(tables) < sum(block.kind == "table" for block in parts)
        made = tables if rule.apply == "grid" or joined else ()
    elif rule.apply == "box":
        made = boxes.find(_lines(text), frozenset(), rules)
    else:
        found, _ = flat.find(broken.mend(_lines(text), rules.lexicon, spanned=True), rules)
        made = tuple(one.table for one in found if one.table and one.mechanism == rule.apply)
    return "\n".join(_csv(table) for table in made) if made else text


def _lines(text: str) -> tuple[Block, ...]:
    """Return a block for each line that is not blank."""
    numbered = enumerate(text.split("\n"), 1)
    return tuple(Block("paragraph", line, line=number) for number, line in numbered if line.strip())


def _markup(text: str) -> list[Block]:
    """Return the blocks of lines that stand for markup; rows that follow each other are a table."""
    blocks: list[Block] = []
    rows: list[list[str]] = []
    for line in [*text.split("\n"), ""]:
        if "|" in line:
            rows.append(line.split("|"))
            continue
        if rows:
            blocks.append(Block("table", "\n".join("\t".join(r) for r in rows), cells=_cells(rows)))
            rows = []
        if line:
            blocks.append(Block("paragraph", line))
    return blocks


def _cells(rows: Sequence[Sequence[str]]) -> tuple[Cell, ...]:
    """Return the cells of rows, those that reach further with their spans."""
    placed: dict[tuple[int, int], tuple[int, int]] = {}
    cells: dict[tuple[int, int], Cell] = {}
    for row, line in enumerate(rows):
        for column, text in enumerate(line):
            if text not in ("<", "^"):
                placed[row, column] = row, column
                cells[row, column] = Cell(row, column, text)
                continue
            origin = placed[(row, column - 1) if text == "<" else (row - 1, column)]
            placed[row, column] = origin
            cell = cells[origin]
            cells[origin] = replace(
                cell,
                rowspan=row - cell.row + 1,
                colspan=max(cell.colspan, column - cell.column + 1),
            )
    return tuple(cells.values())


def _csv(table: Table) -> str:
    """Return header and rows as lines of CSV."""
    out = io.StringIO()
    rows: Iterable[Sequence[str]] = (table.header, *table.rows)
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().rstrip("\n")
