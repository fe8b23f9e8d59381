"""Document → what the page says of itself: title, date, source, document number, address.

In: a document, its source and the metadata rules. Out: the fields found, "" or None where the
page does not say. Never the day of the visit, a copyright year or a day of the body's own story: a
day counts where a label, a <meta> or the byline says that it is the publication's.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pipeline.parse.dates import read_date
from pipeline.parse.markup import Document
from pipeline.parse.title import anchors, choose_title
from pipeline.records import Block
from pipeline.rules.metadata import Field, Finder, MetadataRules, Place

#: Lines longer than this (characters) are body: no label is looked for in them.
_LONGEST_LINE = 150
_LONGEST_BYLINE = 90
#: A line with a larger share of its characters in links leads to other pages, with other dates.
_MOST_LINKED = 0.6
#: How many lines a byline may stand below the title, above it, or above the first line of body.
_BELOW_TITLE, _ABOVE_TITLE, _ABOVE_BODY = 8, 3, 4
_SHORTEST_SENTENCE, _SHORTEST_PARAGRAPH = 20, 60
#: The head of flattened text, in lines; and a line there that may be a title.
_HEAD = 12
_TITLE = re.compile("[^>＞»。，；：:]{5,60}")
_COMMA = re.compile("[，,]")
_ENDS = tuple("。；！？.")


@dataclass(frozen=True, slots=True)
class Found:
    """What a page says of itself."""

    title: str = ""
    published: date | None = None
    source: str = ""
    document_number: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Surface:
    """What metadata rules read of a page: its source, address and metas, and its short lines.

    `bylines` are the lines beside the title and right above the body.
    """

    source: str = ""
    url: str = ""
    metas: tuple[tuple[str, str], ...] = ()
    lines: str = ""
    bylines: tuple[str, ...] = ()


def describe(document: Document, source: str, url: str, rules: MetadataRules) -> Found:
    """Return what `document`, read from `source` and found at `url`, says of itself."""
    lines = "\n".join(block.text for block in document.blocks if _may_label(block))
    surface = Surface(source, url, document.metas, lines)
    title = choose_title(
        document, values(surface, "title", rules, "meta"), values(surface, "title", rules, "line")
    )
    title = title or _above_byline(document.blocks, rules)
    bylines = _bylines(document.blocks, anchors(document, title))
    surface = Surface(source, url, document.metas, lines, tuple(bylines))
    days = map(read_date, values(surface, "published", rules))
    return Found(
        title=title,
        published=next(filter(None, days), None),
        source=next(values(surface, "source", rules), ""),
        document_number=re.sub(r"\s+", "", next(values(surface, "document_number", rules), "")),
        url=url or next(values(surface, "url", rules), ""),
    )


def values(
    surface: Surface, field: Field, rules: MetadataRules, place: Place | None = None
) -> Iterator[str]:
    """Yield what the rules find for `field` (at one place, or at all), the most trusted first.

    Machine-written places come first, then the lines beside the title, then all lines, then the
    address.
    """
    finders = [f for f in rules.finders if f.rule.field == field and place in (None, f.rule.apply)]
    clocks = [f.pattern for f in rules.finders if f.rule.apply == "clock"]
    beside = "\n".join(surface.bylines)
    rounds: tuple[tuple[tuple[Place, ...], Callable[[Finder], Iterator[str]]], ...] = (
        (("meta", "source"), lambda finder: _from_machine(finder, surface)),
        (("line", "byline"), lambda finder: _from_lines(finder, beside, clocks)),
        (("line",), lambda finder: _from_lines(finder, surface.lines, clocks)),
        (("url",), lambda finder: _all(finder, surface.url)),
    )
    for places, read in rounds:
        for finder in finders:
            if finder.rule.apply in places:
                yield from filter(None, map(str.strip, read(finder)))


def _from_machine(finder: Finder, surface: Surface) -> Iterator[str]:
    if finder.rule.apply == "source":
        yield from _all(finder, surface.source)
    for wanted in finder.metas:
        for name, content in surface.metas:
            if name == wanted:
                yield from _all(finder, content) if finder.rule.find else (content,)


def _from_lines(finder: Finder, lines: str, clocks: Sequence[re.Pattern[str]]) -> Iterator[str]:
    """Yield what is found in `lines`, but for lines that hold another day than the page's."""
    for match in finder.pattern.finditer(lines):
        start = lines.rfind("\n", 0, match.start()) + 1
        end = lines.find("\n", match.end())
        line = lines[start : end if end >= 0 else len(lines)]
        if not any(clock.search(line) for clock in clocks):
            yield match.group(1)


def _all(finder: Finder, text: str) -> Iterator[str]:
    return (match.group(1) for match in finder.pattern.finditer(text))


def _may_label(block: Block) -> bool:
    return block.links <= _MOST_LINKED and (
        len(block.text) <= _LONGEST_LINE or block.kind == "table"
    )


def _bylines(blocks: tuple[Block, ...], titles: list[int]) -> Iterator[str]:
    """Yield the lines that may be the byline, those beside the title first.

    Below the title they end where the body starts: a day after that is the body's own.
    """
    near: dict[int, None] = {}
    for at in titles:
        for i in range(at, min(len(blocks), at + _BELOW_TITLE + 1)):
            if i > at and _is_body(blocks[i]):
                break
            near[i] = None
    for at in titles:
        near.update(dict.fromkeys(range(max(0, at - _ABOVE_TITLE), at)))
    body = next((i for i, block in enumerate(blocks) if _is_paragraph(block)), 0)
    near.update(dict.fromkeys(range(max(0, body - _ABOVE_BODY), body)))
    for i in near:
        block = blocks[i]
        if len(block.text) <= _LONGEST_BYLINE and block.links <= _MOST_LINKED:
            yield block.text


def _above_byline(blocks: tuple[Block, ...], rules: MetadataRules) -> str:
    """Return the line above the first byline, "" where there is none that could be a title."""
    finders = [f for f in rules.finders if f.rule.apply == "line" and f.rule.field == "source"]
    for i, block in enumerate(blocks[1:_HEAD], 1):
        if any(finder.pattern.search(block.text) for finder in finders):
            above = blocks[i - 1].text.strip()
            return above if _TITLE.fullmatch(above) else ""
    return ""


def _is_body(block: Block) -> bool:
    """Return whether a block below the title is the body's, be it one sentence long."""
    text = block.text
    ended = len(text) >= _SHORTEST_SENTENCE and text.endswith(_ENDS)
    return block.links < _MOST_LINKED and (ended or len(text) > _LONGEST_BYLINE)


def _is_paragraph(block: Block) -> bool:
    """Return whether a block is so long that only a body has its like."""
    text = block.text
    return (
        len(text) >= _SHORTEST_PARAGRAPH
        and block.links < _MOST_LINKED
        and bool(_COMMA.search(text))
    )
