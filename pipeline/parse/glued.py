"""A page on one line → the pieces it was glued of.

In: a line so long, on a page with so few, that a scraper took the line ends. Out: its pieces in
order; joined they are the line, but for the blanks between them. Never a sentence parted, nor a
line of a page that has lines of its own, nor one with the cells of a table.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline import kept
from pipeline.parse.masthead import head
from pipeline.rules.metadata import Heads

_LONG = 400  # characters; a paragraph of a page with few lines may have as many
_LINES = 15  # lines of a page that lost its line ends, at most
_MOST = 0.5  # or the share of the page that one line holds
_STOPS = 1  # full stops of a text, at least
_TITLE = (8, 80)  # characters of a title that stands on the page twice
_QUOTING = "《“「『（(，、：,"  # the text names its own title
_NEAR = 12  # characters from a title to its double
_INDENTED = 3  # fewer indents may part cells
_RARE = 150  # characters from one full stop to the next: below the text stand names and titles
_TAIL = 20  # characters
_BACK = 4  # the tail does not begin in the first fourth of a page
_SIGNATURE = 60
_PARAGRAPH = kept.pattern(
    r"(?<=[。！？!?][”’」）)])[ \u3000\xa0]+(?=\S)|(?<=[。！？])[ \u3000\xa0]+(?=\S)"
)
_INDENT = kept.pattern(r"(?<=\S)[ \xa0]*\u3000{2,}(?=\S)")
_FULL_STOP = kept.pattern(r"。[”’」）)】]{0,2}")
_BYLINE = kept.pattern(
    r"(?:\s*[【\[(（]?[一-龥]{2,6}\s?[:：]\s?[^\s:：，。]{1,24}(?:\s\d{1,2}:\d{2}(?::\d{2})?)?"
    r"(?:\s[一-龥](?=\s))?[】\])）]?){1,8}\s+(?=\S)"
)
_DAY = kept.pattern(
    r"\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日|[一二〇○零三四五六七八九]{4}年[一-十]{1,3}月[一-十]{1,3}日"
)
_AFTER_TITLE = kept.pattern(r"[-_—–|\s]")


def part(
    lines: Sequence[str], closes: re.Pattern[str] | None, heads: Heads | None = None
) -> list[Sequence[str]]:
    """Return for each of `lines` its pieces; most lines are of one.

    `closes` finds what may stand below a text: there it is parted too; and where a byline or the
    end of the page's head, of `heads`, stands above it.
    """
    size = sum(map(len, lines))
    filled = [line for line in lines if line.strip()]
    title = ""
    parts: list[Sequence[str]] = []
    for line in lines:
        if len(line) < _LONG or "\t" in line or line.count("。") < _STOPS:
            parts.append((line,))
            continue
        if len(filled) > _LINES and len(line) <= size * _MOST:
            parts.append((line,))
            continue
        title = title or _title(filled)
        below = closes.finditer(line, len(line) // _BACK) if closes else ()
        title_from = 1 if line == filled[0] else 0
        above = head(line, heads) if heads else ()
        cuts = sorted(
            {0, *_cuts(line, title, title_from), *above, *(match.start() for match in below)}
            | {len(line)}
        )
        parts.append([line[start:end] for start, end in pairwise(cuts)])
    return parts


def _title(lines: Sequence[str]) -> str:
    """Return the longest head of the page that stands on it again, "" where that is no title."""
    page = "\n".join(lines).lstrip()
    shortest, longest = _TITLE
    if page.find(page[:shortest], shortest) < 0:
        return ""
    low, high = shortest, min(longest, len(page) // 2)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if page.find(page[:middle], middle) > 0 else (low, middle - 1)
    title = page[:low].rstrip("-_—–| \u3000\n")
    return title if _AFTER_TITLE.match(page, len(title)) else ""


def _cuts(line: str, title: str, start: int) -> Iterator[int]:
    """Yield where one piece ends and the next begins; from `start` on the title is looked for."""
    body = 0
    if title:
        place = _place(line, title, start)
        if place >= 0:
            body = place + len(title)
            yield place
            yield body
            byline = _BYLINE.match(line, body)
            if byline:
                yield byline.end()
    paragraphs = [match.start() for match in _PARAGRAPH.finditer(line, body)]
    yield from paragraphs
    indents = [match.start() for match in _INDENT.finditer(line, body)]
    if len({*indents} & {*paragraphs}) >= _INDENTED:
        yield from indents
    yield from _tail(line, body)


def _place(line: str, title: str, start: int) -> int:
    """Return where the title stands above the text; -1 for nowhere."""
    first = line.find("。")
    place = line.find(title, start, first)
    below = line.find(title, place + 1, first)
    while 0 <= place < below <= place + len(title) + _NEAR:  # the way to the page ends with it
        place, below = below, line.find(title, below + 1, first)
    return -1 if place > 0 and line[place - 1] in _QUOTING else place


def _tail(line: str, body: int) -> Iterator[int]:
    """Yield where the text ends, and where a signature below it does."""
    place = len(line)
    for end in reversed([match.end() for match in _FULL_STOP.finditer(line, body)]):
        if place - end < (_RARE if place < len(line) else _TAIL):
            break
        place = end
    if place < len(line):
        yield place
        day = _DAY.search(line, place, place + _SIGNATURE)
        if day:
            yield day.end()
