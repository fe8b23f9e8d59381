"""Boxes of numbered items (专栏) → item tables.

In: blocks. Out: for each box its table; the lines stay as they are. Never an item out of order: a
box ends where its numbers do.

An item is a line that begins with the next number. Its title ends with the first full stop, or is
the whole line when the text follows on lines of its own.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from pipeline import kept
from pipeline.records import Block, Table
from pipeline.rules.tables import TableRules
from pipeline.tables import around, boxline
from pipeline.tables.tokens import pieces, plain, squeeze, together

_MOST_OPENING = 2
_MOST_TEXT = 6
_LONGEST_TITLE = 60
_LONGEST_COLON_TITLE = 30
_UNFINISHED = ("。", "；", "，", "：")
#: How items are numbered; the first item of a box decides for all of it.
_MARKERS = (
    kept.pattern(r"(\d{1,2})\s*[.．、](?!\d)\s*"),
    kept.pattern(r"[(（](\d{1,2})[)）][.．、]?\s*"),
    kept.pattern(r"([①-⑳])\s*"),
    kept.pattern(r"(\d{2})\s*(?=[^\d\s.%％年月日])"),
    kept.pattern(r"(\d{1,2})\s+(?=[^\d\s.%％年月日])"),
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
    markers = (*_MARKERS, rules.lexicon.box_item)
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
        elif _may_hold_box(block, rules):
            text = "".join(blocks[at].text for at in _same_line(blocks, shown[place:end]))
            on_line = list(boxline.read(text, rules.lexicon, markers))
            made = (_table_of_line(one, block, shown[place], rules) for one in on_line)
            tables += [table for table in made if table is not None][::-1]
            end = place if on_line else end
    return tuple(reversed(tables))


def _may_hold_box(block: Block, rules: TableRules) -> bool:
    """Return whether a box may stand on a line, its parts apart by blanks."""
    if " " not in block.text or block.kind == "table":
        return False
    return rules.lexicon.box_number.search(block.text) is not None


def _same_line(blocks: Sequence[Block], shown: Sequence[int]) -> Iterator[int]:
    """Return the first of `shown` and those that are sentences of the same line of a text."""
    first = blocks[shown[0]]
    yield shown[0]
    for at in shown[1:]:
        if not first.line or blocks[at].line != first.line or blocks[at].path or first.path:
            return
        yield at


def _names_box(block: Block, rules: TableRules) -> bool:
    """Return whether a line is the title of a box or its number, not a sentence about one."""
    words = rules.lexicon
    # Prose is told by its length: this is all that a page without boxes pays.
    long = len(block.text) > 2 * _LONGEST_TITLE
    if long or block.kind == "table" or not words.box_number.search(block.text):
        return False
    line = _text(block)
    if not (words.box.match(line) or words.box_number.fullmatch(line)):
        return False
    return len(line) <= _LONGEST_TITLE and not line.endswith(_UNFINISHED)


def _text(block: Block) -> str:
    """Return the text of a line without marks of Markdown."""
    return squeeze(plain(block.text).lstrip("# "))


def _read_box(blocks: Sequence[Block], shown: Sequence[int], rules: TableRules) -> Table | None:
    """Return the box whose title is the first of `shown`, None where no two items follow."""
    named = _name(blocks, shown, rules)
    if named is None:
        return None
    number, title, above = named
    lines = [(blocks[at], text) for at, text in _lines(blocks, shown[above:], rules)]
    table = _table((number, title), [text for _, text in lines], shown[0], rules)
    if table is None or _are_rows([block.text for block, _ in lines[: len(table.rows)]]):
        return None
    return replace(table, lines=tuple(lines[at][0].line for at in table.lines))


def _table_of_line(one: boxline.Line, block: Block, index: int, rules: TableRules) -> Table | None:
    """Return the table of a box that stands on one line."""
    table = _table((one.number, one.title), one.parts, index, rules)
    return table and replace(table, lines=(block.line,) * len(table.rows))


def _table(
    named: tuple[str, str], lines: Sequence[str], index: int, rules: TableRules
) -> Table | None:
    """Return the box of this number and title, None where its lines hold no two items.

    Its `lines` are the places of its rows among `lines`.
    """
    opening, marker = _opening(lines, rules)
    items = _items(lines[len(opening) :], marker) if marker is not None else []
    if len(items) < 2:
        return None
    *header, preface = rules.columns.box
    rows = [(*named, "0", preface, together(opening))] if opening else []
    rows += [(*named, str(item.number), *_parts(item)) for item in items]
    places = [0] if opening else []
    places += [len(opening) + item.at for item in items]
    return Table(named[1], tuple(header), tuple(rows), block=index, lines=tuple(places))


def _name(
    blocks: Sequence[Block], shown: Sequence[int], rules: TableRules
) -> tuple[str, str, int] | None:
    """Return number and title of a box, and how many lines they take; the title may be below."""
    first = _text(blocks[shown[0]])
    found = rules.lexicon.box_number.fullmatch(first)
    if found is None:
        found = rules.lexicon.box.match(first)
        return (found[1], found[2].strip(), 1) if found else None
    title = _text(blocks[shown[1]]) if len(shown) > 1 else ""
    starts = any(_number(title, marker) for marker in (*_MARKERS, rules.lexicon.box_item))
    if not title or starts or len(title) > _LONGEST_TITLE or title.endswith(_UNFINISHED):
        return None
    return found[1], title, 2


def _are_rows(texts: Sequence[str]) -> bool:
    """Return whether lines are rows of a table after all: cells apart by tabs or blanks."""
    return sum(len(pieces(text)) > 2 for text in texts) * 2 > len(texts)


def _lines(
    blocks: Sequence[Block], shown: Sequence[int], rules: TableRules
) -> list[tuple[int, str]]:
    """Return the lines that may belong to a box: up to a table, a caption or a chapter.

    With each its block; a line that is drawn is none.
    """
    lines: list[tuple[int, str]] = []
    for index in shown:
        text = _text(blocks[index])
        words = rules.lexicon
        if blocks[index].kind == "table" or words.chapter.match(text) or words.note.match(text):
            break
        if words.caption.match(text) and not text.endswith("。"):
            break
        if text.strip("-—_=+|* "):
            lines.append((index, text))
    return lines


def _opening(lines: Sequence[str], rules: TableRules) -> tuple[list[str], re.Pattern[str] | None]:
    """Return the lines before item 1 and the way items are numbered, None where there are none.

    Numbers that the parts of a chapter have too are believed below sentences only, not below
    headings.
    """
    for count, line in enumerate(lines[: _MOST_OPENING + 1]):
        for marker in _MARKERS:
            if _number(line, marker) == 1:
                return list(lines[:count]), marker
        if _number(line, rules.lexicon.box_item) == 1 and _are_sentences(lines[:count]):
            return list(lines[:count]), rules.lexicon.box_item
    return [], None


def _are_sentences(lines: Sequence[str]) -> bool:
    return all(line.endswith(_UNFINISHED) for line in lines)


def _number(line: str, marker: re.Pattern[str]) -> int:
    """Return the number that a line begins with, 0 where it has none."""
    found = marker.match(line)
    return boxline.count(found[1]) if found is not None else 0


def _items(lines: Sequence[str], marker: re.Pattern[str]) -> list[_Item]:
    """Return the items in order; lines between two items belong to the first of them.

    Where all items so far are sentences, a heading with the next number is none of them.
    """
    items: list[_Item] = []
    waiting: list[str] = []
    for at, line in enumerate(lines):
        if _number(line, marker) == len(items) + 1:
            heading = marker not in _MARKERS and not line.endswith(_UNFINISHED)
            if heading and len(items) > 1 and all(_is_sentence(item) for item in items):
                break
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


def _is_sentence(item: _Item) -> bool:
    return item.line.endswith(_UNFINISHED)


def _has_text_below(items: Sequence[_Item]) -> bool:
    """Return whether every item but the last has its text on lines below the title."""
    return len(items) > 1 and all(item.below for item in items[:-1])


def _parts(item: _Item) -> tuple[str, str]:
    """Return title and text of an item."""
    below = together(item.below)
    title, stop, text = item.line.partition("。")
    if not stop and below:
        return item.line, below
    for colon in "：:":
        head, mark, rest = item.line.partition(colon)
        if mark and len(head) <= _LONGEST_COLON_TITLE and len(head) < len(title):
            return head, rest.strip() + below
    return title, text.strip() + below
