"""The lines around a table: title and unit above it, notes and 续表 below.

In: blocks and the place of a table among them. Out: strings of the page. Never a change to these
lines: they stay in the text as they are.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.records import Block
from pipeline.rules.tables import Lexicon
from pipeline.tables.tokens import pieces, plain, squeeze

_LONGEST_TITLE = 60
_LONGEST_CELL = 80
_MOST_ABOVE = 3
_MOST_NOTES = 12
#: Prose has no more pieces that stand apart; a row of cells has.
_MOST_PROSE = 2
_SENTENCE = re.compile(r"[。；;！？]")
_NUMBERED_NOTE = re.compile(r"[(（]?(?:\d{1,2}|[①-⑳])[)）.、．:：]?\D")


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
    for index in above[:_MOST_ABOVE]:
        if blocks[index].kind == "table":
            break
        text = squeeze(plain(blocks[index].text))
        found = words.unit_line.match(text)
        if found and not unit:
            unit = next(group for group in found.groups() if group)
        elif is_title(text, words):
            return clean_title(text, words), unit
        elif _SENTENCE.search(text):
            break
    return "", unit


def is_title(text: str, words: Lexicon) -> bool:
    """Return whether a line names a table: 表 1 …, 专栏 2 …, or a short line that ends like one."""
    if len(text) > _LONGEST_TITLE or _SENTENCE.search(text) or words.continued.match(text):
        return False
    return bool(words.caption.match(text) or words.caption_end.search(text))


def clean_title(text: str, words: Lexicon) -> str:
    """Return a title without the number of its 专栏."""
    found = words.box.match(text)
    return found[2].strip() if found else text


def belongs_to_table(text: str, words: Lexicon) -> bool:
    """Return whether a line between two parts of a table is part of it: 续表, its unit."""
    return bool(words.continued.match(text) or words.unit_line.match(text))


def read_notes(lines: Sequence[str], words: Lexicon) -> tuple[str, ...]:
    """Return the notes that `lines` begin with; numbered lines after a note belong to it."""
    notes: list[str] = []
    for line in lines:
        text = squeeze(line)
        if words.note.match(text) or (notes and _NUMBERED_NOTE.match(text) and len(text) < 400):
            notes.append(text)
        else:
            break
    return tuple(notes)


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
