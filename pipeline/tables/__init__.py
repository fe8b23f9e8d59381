"""Page → Page: rebuild tables, from markup and from flattened lines.

In: a page with chrome marked. Out: the same page with `tables`; the lines of a flattened table
respelled as one block, one row a line. Never a number lost, a cell used twice, or a grid where
the lines do not fit one.

`grid` reads tables that kept their markup, `flat` those that lost it, `boxes` the 专栏 of numbered
items. A page with a table in its markup is never searched for flattened ones.
"""

from dataclasses import replace

from pipeline.records import Change, Page
from pipeline.rules.tables import TableRules
from pipeline.tables import boxes, flat, markup
from pipeline.tables.cases import try_rule

__all__ = ["rebuild_tables", "try_rule"]


def rebuild_tables(page: Page, rules: TableRules) -> Page:
    """Return `page` with its tables, in the order they stand in; no article has any."""
    if not page.is_article:
        return page
    grids = any(block.cells for block in page.blocks)
    found = () if grids else flat.find(page.blocks, rules)
    tables = [*(table.table for table in found)]
    if grids:
        tables += markup.find(page.blocks, rules)
    taken = frozenset(i for table in found for i in table.blocks)
    tables += boxes.find(page.blocks, taken, rules)
    if not tables:
        return page
    blocks = list(page.blocks)
    changes = []
    for table in found:
        first, rest = table.blocks[0], table.blocks[1:]
        before = "\n".join(blocks[i].text for i in range(first, table.blocks[-1] + 1))
        changes.append(Change(first, rules.id_of(table.mechanism), before, table.text))
        blocks[first] = replace(blocks[first], kind="table", text=table.text)
        for index in rest:
            blocks[index] = replace(blocks[index], text="")
    return replace(
        page,
        blocks=tuple(blocks),
        changes=page.changes + tuple(changes),
        tables=tuple(sorted(tables, key=lambda table: table.block)),
    )
