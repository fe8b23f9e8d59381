"""The lines around a table: title and unit above it, notes and 续表 below.

In: blocks and the place of a table among them. Out: strings of the page. Never a change to these
lines: they stay in the text as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pipeline import kept
from pipeline.records import Block
from pipeline.rules.tables import Lexicon
from pipeline.tables.tokens import pieces, plain, squeeze

_LONGEST_TITLE = 60
_LONGEST_CELL = 80
_MOST_ABOVE = 3
_MOST_NOTES = 12
#: Prose has no more pieces that stand apart; a row of cells has.
_MOST_PROSE = 2
_SENTENCE = kept.pattern(r"[。；;！？]")
_CLAUSE = kept.pattern(r"[。；;！？：:，…]|^[—\-•·]|^\d+$")
_SHORTEST_TITLE, _LONGEST_BARE_TITLE = 5, 40
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_NOTE_NUMBER = kept.pattern(r"\s*([(（]?)(\d{1,2}|[①-⑳])([)）.、．:：]?)(?![\d.%])")
_NUMBERED_NOTE = kept.pattern(r"[(（]?(?:\d{1,2}|[①-⑳])[)）.、．:：]?\D")


#: How something is numbered, and its number.
_Count: TypeAlias = tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around a table."""

    title: str = ""
    unit: str = ""
    notes: tuple[str, ...] = ()


def visible(blocks: Sequence[Block]) -> list[int]:
    """Return the indexes of the blocks that are published."""
    return [i for i, block in enumerate(blocks) if block.text and not block.dropped_by]


def read(
    blocks: Sequence[Block], above: Sequence[int], below: Sequence[int], words: Lexicon
) -> Surroundings:
    """Return title, unit and notes from the nearest blocks; `above` and `below` nearest first."""
    title, unit = read_above(blocks, above, words)
    return Surroundings(
        title, unit, read_notes([blocks[i].text for i in below[:_MOST_NOTES]], words)
    )


def read_above(blocks: Sequence[Block], above: Sequence[int], words: Lexicon) -> tuple[str, str]:
    """Return title and unit of the table below the blocks `above`, nearest first; "" if none."""
    unit = ""
    named = ""
    for index in above[:_MOST_ABOVE]:
        if blocks[index].kind == "table":
            break
        text = squeeze(plain(blocks[index].text))
        found = words.unit_line.match(text)
        if not text.strip("-=+| "):
            continue  # a line drawn above the table
        if found and not unit:
            unit = next(group for group in found.groups() if group)
        elif is_title(text, words):
            return named or clean_title(text, words), unit
        elif named or not may_name(text, words):
            break
        else:
            named = text
    return named, unit


def is_title(text: str, words: Lexicon) -> bool:
    """Return whether a line names a table: 表 1 …, 专栏 2 …, or a short line that ends like one."""
    if len(text) > _LONGEST_TITLE or _SENTENCE.search(text) or words.continued.match(text):
        return False
    if words.chapter.match(text):
        return False
    return bool(words.caption.match(text) or words.caption_end.search(text))


def may_name(text: str, words: Lexicon) -> bool:
    """Return whether a line right above a table may be its title though no word of it says so.

    It is short, no sentence, no label, and no heading of a chapter or of numbered parts.
    """
    return (
        _SHORTEST_TITLE <= len(text) <= _LONGEST_BARE_TITLE
        and not _CLAUSE.search(text)
        and not words.chapter.match(text)
        and not words.section.match(text)
        and not words.continued.match(text)
        and not _NUMBERED_NOTE.match(text)
    )


def clean_title(text: str, words: Lexicon) -> str:
    """Return a title without the number of its 专栏."""
    found = words.box.match(text)
    return found[2].strip() if found else text


def belongs_to_table(text: str, words: Lexicon) -> bool:
    """Return whether a line between two parts of a table is part of it: 续表, its unit."""
    return bool(words.continued.match(text) or words.unit_line.match(text))


def read_notes(lines: Sequence[str], words: Lexicon) -> tuple[str, ...]:
    """Return the notes that `lines` begin with; lines that count on from a note belong to it."""
    notes: list[str] = []
    counted: _Count = None
    for line in lines:
        text = squeeze(line)
        first = words.note.match(text)
        number = _number_of(text, 0) if not first else None
        if not first and not (notes and number and _counts_on(counted, number) and len(text) < 400):
            break
        notes.append(text)
        counted = _last_number(text, first.end() if first else 0)
    return tuple(notes)


def _number_of(text: str, start: int) -> _Count:
    """Return how a text is numbered at a place, and its number; None where it is not."""
    found = _NOTE_NUMBER.match(text, start)
    if found is None:
        return None
    mark = found[2]
    number = int(mark) if mark.isdecimal() else _CIRCLED.index(mark) + 1
    return found[1] + found[3] if mark.isdecimal() else "①", number


def _last_number(text: str, start: int) -> _Count:
    """Return the number of the last part of a note; an announcement alone counts from 0."""
    if not text[start:].strip(" ：:"):
        return "", 0
    last = _number_of(text, start) or _number_of(text, 1)  # 注①: the mark belongs to the word
    for found in _SENTENCE.finditer(text, start):
        further = _number_of(text, found.end())
        if further and _counts_on(last, further):
            last = further
    return last


def _counts_on(before: _Count, number: _Count) -> bool:
    """Return whether a number is the next one, written as the one before it."""
    if before is None or number is None:
        return False
    return number[1] == before[1] + 1 and before[0] in ("", number[0])


def is_stop(block: Block, words: Lexicon) -> bool:
    """Return whether a block cannot be part of a flattened table: prose, a note, a new caption."""
    if block.kind == "table":
        return True
    text = block.text.strip()
    if len(text) > _LONGEST_CELL:
        return len("".join(text.split())) > _LONGEST_CELL and not _is_spaced(block.text)
    return bool(
        ("。" in text and len(pieces(text)) <= _MOST_PROSE)
        or words.note.match(text)
        or words.caption.match(text)
        or words.continued.match(text)
        or words.chapter.match(text)
    )


def _is_spaced(text: str) -> bool:
    """Return whether a long line is cells with blanks between them."""
    parts = text.split()
    return len(parts) > 3 and max(map(len, parts)) <= _LONGEST_CELL
