"""A line that holds a whole box → the lines it would have had.

In: the text of one line whose parts are apart by blanks. Out: for each box on it its number, its
title, and lines as `boxes` reads them. Never a box whose items are not numbered on from 1, or of
which one does not end as a sentence: what follows the last of them could then not be told from it.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline import kept
from pipeline.rules.tables import Lexicon

_FEWEST_BLANKS, _MOST_BEFORE = 4, 12
_LONGEST_TITLE, _TEN = 40, 10
_ENDS = ("。", "；", "！")
_NUMBER = kept.pattern(r"\d{2}")
_WITHIN = kept.pattern(r"[。：:]")


@dataclass(frozen=True, slots=True)
class Line:
    """A box that stood on one line: its number, its title, what it holds, a line for each part."""

    number: str
    title: str
    parts: tuple[str, ...]


def read(text: str, words: Lexicon, markers: Sequence[re.Pattern[str]]) -> Iterator[Line]:
    """Return the boxes on a line; `markers` tell how items are numbered, the number in group 1."""
    if text.count(" ") < _FEWEST_BLANKS:
        return
    heads = [
        head
        for head in words.box_number.finditer(text)
        if not head.start() or text[head.start() - 1].isspace()
    ]
    ends = [*(head.start() for head in heads[1:]), len(text)]
    for head, end in zip(heads, ends, strict=True):
        box = _box(head[1], text[head.end() : end].split(), markers)
        if box is not None:
            yield box


def _box(number: str, pieces: Sequence[str], markers: Sequence[re.Pattern[str]]) -> Line | None:
    """Return a box of these pieces, None where its items are not surely told apart."""
    marker, first = _first(pieces, markers)
    opens = next((at for at in range(first) if pieces[at].endswith(_ENDS)), first)
    # An opening may hold blanks itself; it begins behind the first part of the title then.
    title = " ".join(pieces[:opens])
    if marker is None or not title or len(title) > _LONGEST_TITLE or "。" in title:
        return None
    items = list(_items(pieces[first:], marker))
    if len(items) < 2 or any(not _is_closed(item) for item in items[:-1]):
        return None
    last = next((at for at, piece in enumerate(items[-1]) if piece.endswith("。")), None)
    if last is None:
        return None
    items[-1] = items[-1][: last + 1]
    opening = " ".join(pieces[opens:first])
    lines = [opening] if opening else []
    lines += [line for item in items for line in _lines(item)]
    return Line(number, title, tuple(lines))


def _first(
    pieces: Sequence[str], markers: Sequence[re.Pattern[str]]
) -> tuple[re.Pattern[str] | None, int]:
    """Return how items are numbered and where the first of them begins, (None, 0) for none."""
    for at in range(1, min(len(pieces) - 1, _MOST_BEFORE)):
        for marker in markers:
            if _begins(pieces[at : at + 2], marker, 1):
                return marker, at
    return None, 0


def _begins(pieces: Sequence[str], marker: re.Pattern[str], number: int) -> bool:
    """Return whether an item with this number begins with the first of `pieces`.

    A number may stand apart from its title where it has two digits: 01; other numbers by
    themselves count the rows of a table.
    """
    head = pieces[0]
    if _NUMBER.fullmatch(head):
        head = " ".join(pieces[:2])
    found = marker.match(head)
    return found is not None and found.end() < len(head) and count(found[1]) == number


def count(mark: str) -> int:
    """Return the number that a mark of any writing stands for: 01, ②, 十二.

    >>> count("01"), count("②"), count("十二"), count("二十")
    (1, 2, 12, 20)
    """
    if mark.isdecimal():
        return int(mark)
    total = 0
    for value in (int(unicodedata.numeric(char)) for char in mark):
        total = max(total, 1) * value if value == _TEN and total < _TEN else total + value
    return total


def _items(pieces: Sequence[str], marker: re.Pattern[str]) -> Iterator[list[str]]:
    """Return the pieces of each item, as far as the numbers count on."""
    item: list[str] = []
    number = 1
    for at, piece in enumerate(pieces):
        if _begins(pieces[at : at + 2], marker, number) and (not item or _is_closed(item)):
            if item:
                yield item
            item, number = [], number + 1
        item.append(piece)
    yield item


def _is_closed(item: Sequence[str]) -> bool:
    """Return whether an item is one sentence, or several without a blank between them."""
    return item[-1].endswith(_ENDS) and not any(piece.endswith("。") for piece in item[:-1])


def _lines(item: Sequence[str]) -> Iterator[str]:
    """Return the lines of an item: its title and its text, where a blank parts them."""
    size = 2 if _NUMBER.fullmatch(item[0]) else 1
    head, rest = " ".join(item[:size]), " ".join(item[size:])
    if not rest or _WITHIN.search(head):
        yield " ".join(item)
    else:
        yield from (head, rest)
