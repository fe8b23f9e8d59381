"""Boxes of numbered items (专栏) → item tables.

In: blocks. Out: for each box its table; the lines stay as they are. Never an item out of order: a
box ends where its numbers do.

An item is a line that begins with the next number. Its title ends with the first full stop, or is
the whole line when the text follows on lines of its own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.records import Block, Table
from pipeline.rules.tables import TableRules
from pipeline.tables import around
from pipeline.tables.tokens import pieces, squeeze

_MOST_OPENING = 2
_MOST_TEXT = 6
_LONGEST_TITLE = 60
_LONGEST_COLON_TITLE = 30
_UNFINISHED = ("。", "；", "，", "：")
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
#: How items are numbered; the first item of a box decides for all of it.
_MARKERS = (
    re.compile(r"(\d{1,2})\s*[.．、](?!\d)\s*"),
    re.compile(r"[(（](\d{1,2})[)）][.．、]?\s*"),
    re.compile(rf"([{_CIRCLED}])\s*"),
    re.compile(r"(\d{2})\s*(?=[^\d\s.%％年月日])"),
    re.compile(r"(\d{1,2})\s+(?=[^\d\s.%％年月日])"),
)


@dataclass(slots=True)
class _Item:
    """A numbered item: the rest of its line, the lines below it, its place in the box."""

    number: int
    line: str
    at: int
    below: list[str] = field(default_factory=list)


def find(blocks: Sequence[Block], taken: frozenset[int], rules: TableRules) -> tuple[Table, ...]:
    """Return the item tables of `blocks`; blocks in `taken` belong to other tables."""
    shown = around.visible(blocks)
    tables: list[Table] = []
    end = len(shown)
    for place in range(len(shown) - 1, -1, -1):
        block = blocks[shown[place]]
        if shown[place] in taken:
            end = place
        elif _names_box(block, rules):
            table = _read_box(blocks, shown[place:end], rules)
            tables += [table] if table is not None else []
            end = place
    return tuple(reversed(tables))


def _names_box(block: Block, rules: TableRules) -> bool:
    """Return whether a line is the title of a box or its number, not a sentence about one."""
    line = block.text.strip()
    words = rules.lexicon
    if block.kind == "table" or not (words.box.match(line) or words.box_number.fullmatch(line)):
        return False
    text = squeeze(block.text)
    return len(text) <= _LONGEST_TITLE and not text.endswith(_UNFINISHED)


def _read_box(blocks: Sequence[Block], shown: Sequence[int], rules: TableRules) -> Table | None:
    """Return the box whose title is the first of `shown`, None where no two items follow."""
    named = _name(blocks, shown, rules)
    if named is None:
        return None
    number, title, above = named
    lines = _lines(blocks, shown[above:], rules)
    opening, marker = _opening(lines)
    if marker is None:
        return None
    items = _items(lines[len(opening) :], marker)
    if len(items) < 2 or _are_rows([blocks[i].text for i in shown[above : above + len(items)]]):
        return None
    *header, preface = rules.columns.box
    rows = [(number, title, "0", preface, "".join(opening))] if opening else []
    rows += [(number, title, str(item.number), *_parts(item)) for item in items]
    places = [above] if opening else []
    places += [above + len(opening) + item.at for item in items]
    sources = tuple(blocks[shown[place]].line for place in places)
    return Table(title, tuple(header), tuple(rows), block=shown[0], lines=sources)


def _name(
    blocks: Sequence[Block], shown: Sequence[int], rules: TableRules
) -> tuple[str, str, int] | None:
    """Return number and title of a box, and how many lines they take; the title may be below."""
    first = squeeze(blocks[shown[0]].text)
    found = rules.lexicon.box_number.fullmatch(first)
    if found is None:
        found = rules.lexicon.box.match(first)
        return (found[1], found[2].strip(), 1) if found else None
    title = squeeze(blocks[shown[1]].text) if len(shown) > 1 else ""
    starts = any(_number(title, marker) for marker in _MARKERS)
    if not title or starts or len(title) > _LONGEST_TITLE or title.endswith(_UNFINISHED):
        return None
    return found[1], title, 2


def _are_rows(texts: Sequence[str]) -> bool:
    """Return whether lines are rows of a table after all: cells apart by tabs or blanks."""
    return sum(len(pieces(text)) > 2 for text in texts) * 2 > len(texts)


def _lines(blocks: Sequence[Block], shown: Sequence[int], rules: TableRules) -> list[str]:
    """Return the lines that may belong to a box: up to a table, a caption or a chapter."""
    lines: list[str] = []
    for index in shown:
        text = squeeze(blocks[index].text)
        words = rules.lexicon
        if blocks[index].kind == "table" or words.chapter.match(text) or words.note.match(text):
            break
        if words.caption.match(text) and not text.endswith("。"):
            break
        lines.append(text)
    return lines


def _opening(lines: Sequence[str]) -> tuple[list[str], re.Pattern[str] | None]:
    """Return the lines before item 1 and the way items are numbered, None where there are none."""
    for count, line in enumerate(lines[: _MOST_OPENING + 1]):
        for marker in _MARKERS:
            if _number(line, marker) == 1:
                return list(lines[:count]), marker
    return [], None


def _number(line: str, marker: re.Pattern[str]) -> int:
    """Return the number that a line begins with, 0 where it has none."""
    found = marker.match(line)
    if found is None:
        return 0
    mark = found[1]
    return int(mark) if mark.isdecimal() else _CIRCLED.index(mark) + 1


def _items(lines: Sequence[str], marker: re.Pattern[str]) -> list[_Item]:
    """Return the items in order; lines between two items belong to the first of them."""
    items: list[_Item] = []
    waiting: list[str] = []
    for at, line in enumerate(lines):
        if _number(line, marker) == len(items) + 1:
            if items:
                items[-1].below += waiting
            items.append(_Item(len(items) + 1, marker.sub("", line, count=1).strip(), at))
            waiting = []
        else:
            waiting.append(line)
            if len(waiting) > _MOST_TEXT:
                break
    if items and waiting and _has_text_below(items):
        items[-1].below.append(waiting[0])
    return items


def _has_text_below(items: Sequence[_Item]) -> bool:
    """Return whether every item but the last has its text on lines below the title."""
    return len(items) > 1 and all(item.below for item in items[:-1])


def _parts(item: _Item) -> tuple[str, str]:
    """Return title and text of an item."""
    below = "".join(item.below)
    title, stop, text = item.line.partition("。")
    if not stop and below:
        return item.line, below
    for colon in "：:":
        head, mark, rest = item.line.partition(colon)
        if mark and len(head) <= _LONGEST_COLON_TITLE and len(head) < len(title):
            return head, rest.strip() + below
    return title, text.strip() + below
