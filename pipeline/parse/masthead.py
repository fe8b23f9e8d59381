"""A line without line ends → where its title and its first paragraph begin.

In: a long line, and what bylines and the ends of page heads look like. Out: the place of the title,
of the byline and of the text. Never a place below the first full stop, nor one inside a sentence.
"""

import re
from collections.abc import Sequence

from pipeline.rules.metadata import Heads

_TITLE = 100  # characters from the end of the page's head to the byline
_LONGEST = 6000  # characters of a page's head
_WORD = 6  # characters of a menu's name
_WORDS = 5  # fewer may be parts of a title
_SHORTEST = 7  # characters of a title, or a part of one, that stands beside a menu
_ITEM = 12  # characters of a name on the way to the page
_ARROWS = ">»›"


def head(line: str, heads: Heads) -> Sequence[int]:
    """Return where title, byline and text of `line` begin; nothing where that is not sure."""
    stop = line.find("。", 0, _LONGEST)
    if stop < 0:
        return ()
    top = max((match.end() for match in heads.toolbar.finditer(line, 0, stop)), default=0)
    arrow = max(line.rfind(sign, 0, stop) for sign in _ARROWS) + 1
    if arrow > top:
        top = _below_way(line, arrow, heads)
    byline = heads.byline.search(line, top, min(stop, top + _TITLE * 2) if top else stop)
    if not byline or (top and byline.start() - top > _TITLE):
        return ()
    top = top or _below_menu(line, byline.start())
    title = line[top : byline.start()].strip()
    return (top, byline.start(), byline.end()) if top and title else ()


def _below_way(line: str, arrow: int, heads: Heads) -> int:
    """Return where the way to the page ends, whose last `arrow` stands before its last name."""
    while line[arrow : arrow + 1].isspace():
        arrow += 1
    name = heads.column.match(line, arrow)
    if name:
        return name.end()
    for size in range(_ITEM, 1, -1):  # a name that the menu has too
        known = line[arrow : arrow + size]
        if heads.column.search(known, max(0, size - 2)) and 0 <= line.find(known) < arrow - size:
            return arrow + size
    blank = line.find(" ", arrow + 1, arrow + _ITEM)
    return blank if blank > 0 and len(line[arrow:blank].strip()) <= _WORD else arrow


def _below_menu(line: str, end: int) -> int:
    """Return where a title that ends at `end` begins, below many short names; 0 for nowhere."""
    words = list(re.finditer(r"\S+", line[:end]))
    place = end
    while words and len(words[-1][0]) >= _SHORTEST:
        place = words.pop().start()
    short = words[-_WORDS:]
    sure = len(short) == _WORDS and all(len(word[0]) <= _WORD for word in short)
    return place if sure and place < end else 0
