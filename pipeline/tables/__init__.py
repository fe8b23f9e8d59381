"""Page → Page: rebuild tables, from markup and from flattened lines.

In: a page with chrome marked. Out: the same page with `tables`; the lines of a flattened table
respelled as one block, one row a line; what looked like a table and was left, in `refused`. Never
a number lost, a cell used twice, or a grid where the lines do not fit one.

`grid` reads tables that kept their markup, `flat` those that lost it, `boxes` the 专栏 of numbered
items. A page with a table in its markup is never searched for flattened ones.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from pipeline.records import Block, Change, Page, Refused
from pipeline.rules.tables import TableRules
from pipeline.tables import boxes, broken, flat, markup
from pipeline.tables.cases import try_rule

__all__ = ["rebuild_tables", "try_rule"]


def rebuild_tables(page: Page, rules: TableRules) -> Page:
    """Return `page` with its tables, in the order they stand in; no article has any."""
    if not page.is_article:
        return page
    grids = any(block.cells and not block.dropped_by for block in page.blocks)
    mended = broken.mend(page.blocks, rules.lexicon, spanned=not grids)
    found, refused = ((), ()) if grids else flat.find(mended, rules)
    taken = frozenset(i for one in found for i in one.blocks)
    tables = [one.table for one in found if one.table is not None]
    tables += markup.find(page.blocks, rules) if grids else ()
    tables += map(mended.placed, boxes.find(mended.blocks, taken, rules))
    known = {table.block for table in page.tables}
    new = [table for table in tables if table.block not in known]
    refused = _all_refused((*page.refused, *refused, *markup.refused(page.blocks, rules)))
    if not new and refused == page.refused:
        return page
    changes = tuple(change for one in found for change in _changes(one, page.blocks, rules))
    return replace(
        page,
        blocks=_respelled(page.blocks, found),
        changes=page.changes + changes,
        tables=tuple(sorted((*page.tables, *new), key=lambda table: table.block)),
        refused=refused,
    )


def _all_refused(refused: Sequence[Refused]) -> tuple[Refused, ...]:
    """Return one refusal a block, in the order of the page."""
    by_block = {one.block: one for one in refused}
    return tuple(by_block[block] for block in sorted(by_block))


def _respelled(blocks: tuple[Block, ...], found: Sequence[flat.Found]) -> tuple[Block, ...]:
    """Return the blocks with each flattened table in its first block, one row a line."""
    new = list(blocks)
    for one in found:
        for index in one.blocks:
            new[index] = replace(new[index], text="")
        first = one.blocks[0]
        new[first] = replace(new[first], kind="table", text=one.text)
    return tuple(new)


def _changes(one: flat.Found, blocks: Sequence[Block], rules: TableRules) -> Iterator[Change]:
    """Return what was done to the blocks of a table; a block dropped between them parts it."""
    rule = rules.id_of(one.mechanism)
    after = one.text
    for _, group in groupby(enumerate(one.blocks), key=lambda item: item[1] - item[0]):
        run = [index for _, index in group]
        yield Change(run[0], rule, "\n".join(blocks[i].text for i in run), after)
        after = ""
