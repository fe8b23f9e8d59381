"""Document → what metadata rules read of it.

In: the blocks of a page, its source and its address. Out: the short lines that may hold a label,
found by the words of the rules in one scan; the lines beside the title; the edges of paragraphs.
Never a judgement of what a line says.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice
from typing import NamedTuple

from pipeline import kept
from pipeline.records import Block
from pipeline.rules.metadata import Finder, MetadataRules

#: Lines longer than this (characters) are body: no label is looked for in them.
_LONGEST_LINE = 150
_LONGEST_BYLINE = 90
#: A line with a larger share of its characters in links leads to other pages, with other dates,
#: but for a label whose value is a link.
_MOST_LINKED = 0.6
_LABEL, _LONGEST_LABELLED = 8, 40
#: How many lines a byline may stand below the title, above it, or above the first line of body.
_BELOW_TITLE, _ABOVE_TITLE, _ABOVE_BODY = 8, 3, 4
_SHORTEST_SENTENCE, _SHORTEST_PARAGRAPH = 20, 60
_COMMA = kept.pattern("[，,]")
_ENDS = tuple("。；！？.")
#: How many paragraphs may begin with a dateline, and how much of one is read at either end.
_LEADS, _LEAD, _TAIL = 3, 100, 60
_BRACKETS = "）)"


class Piece(NamedTuple):
    """What a rule found: the value, the text it stands in and the line of the source, or 0.

    `around` is that text with what may be its label above it, and with the line below it.
    """

    value: str
    text: str
    line: int = 0
    around: str = ""


@dataclass(slots=True)
class Lines:
    """Short lines of a page, one below the other; `numbers` are those of the source.

    `rows` counts those of tables, under the index of the first. `hits` maps the keys of rules to
    the lines that hold them, in order.
    """

    texts: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    rows: dict[int, int] = field(default_factory=dict)
    whole: str = ""
    starts: list[int] = field(default_factory=list)
    hits: dict[str, list[int]] = field(default_factory=dict)

    def add(self, text: str, number: int) -> None:
        """Add a line, or the rows of a table, each a line."""
        if "\n" in text:
            rows = text.split("\n")
            self.rows[len(self.texts)] = len(rows)
            self.texts += rows
            self.numbers += [number] * len(rows)
        else:
            self.texts.append(text)
            self.numbers.append(number)

    def scan(self, hint: re.Pattern[str], keys: Collection[str]) -> None:
        """Join the lines and note where the `keys` of rules stand; `hint` finds them."""
        self.whole = whole = "\n".join(self.texts) + "\n"
        self.starts = starts = [0, *accumulate(len(text) + 1 for text in self.texts)]
        hits = self.hits
        for match in hint.finditer(whole):
            at = match.start()
            key = (whole[at] + whole[match.end()]).lower()
            if key in keys:
                line = bisect_right(starts, at) - 1
                found = hits.setdefault(key, [])
                if not found or found[-1] != line:
                    found.append(line)

    def holding(self, finder: Finder) -> Sequence[int]:
        """Return the lines where a match of `finder` may start."""
        if not finder.keys:
            return range(len(self.texts))
        found = [self.hits[key] for key in finder.keys if key in self.hits]
        return found[0] if len(found) == 1 else sorted({line for lines in found for line in lines})

    def matches(self, finder: Finder, line: int) -> Iterator[re.Match[str]]:
        """Yield the matches that start in `line`; but for a byline they may run into the next."""
        starts = self.starts
        rows = 1 if finder.rule.apply == "byline" else 2
        end = starts[min(line + rows, len(starts) - 1)] - 1
        for match in finder.pattern.finditer(self.whole, starts[line], end):
            if match.start() >= starts[line + 1]:
                return
            yield match

    def around(self, match: re.Match[str]) -> str:
        """Return the whole lines that `match` stands in."""
        start = self.whole.rfind("\n", 0, match.start()) + 1
        end = self.whole.find("\n", match.end())
        return self.whole[start : end if end >= 0 else len(self.whole)]

    def beside(self, match: re.Match[str]) -> str:
        """Return those lines with the line below, and above a bare day with what may name it."""
        first = bisect_right(self.starts, match.start()) - 1
        last = bisect_right(self.starts, max(match.end() - 1, match.start())) - 1
        above = self.texts[first - 1] if first else ""
        first -= 0 < len(above) <= _LABEL and self.texts[first].lstrip()[:1].isdigit()
        return "\n".join(self.texts[first : last + 2])


@dataclass(frozen=True, slots=True)
class Surface:
    """What metadata rules read of a page.

    `bylines` are the indices of the lines beside the title and right above the body, the likeliest
    first; below line `body` the body has begun. `edges` are heads and tails of paragraphs with
    their lines in the source, `titles` the page's title and <title>.
    """

    source: str = ""
    url: str = ""
    metas: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lines: Lines = field(default_factory=Lines)
    bylines: Collection[int] = ()
    body: int = 0
    edges: Sequence[tuple[str, int]] = ()
    titles: Sequence[str] = ()
    held: dict[str, bool] = field(default_factory=dict)

    def holds(self, word: str) -> bool:
        """Return whether the source holds `word`; it is long, so each word is looked for once."""
        if word not in self.held:
            self.held[word] = word in self.source
        return self.held[word]


@dataclass(frozen=True, slots=True)
class Layout:
    """The lines of a page, and where each block's first one is among them, -1 for no line.

    `closed` are the blocks of body that end in a bracket, with their indices.
    """

    lines: Lines
    first: list[int]
    closed: list[tuple[int, Block]]

    def of(self, blocks: Iterable[int]) -> list[int]:
        """Return the lines of `blocks`, in their order."""
        found = (self.first[i] for i in blocks if self.first[i] >= 0)
        return [
            line for first in found for line in range(first, first + self.lines.rows.get(first, 1))
        ]

    def tails(self, body: int) -> Iterator[tuple[str, int]]:
        """Yield the tail of each block from `body` on that ends in a bracket, and its line."""
        return ((block.text[-_TAIL:], block.line) for at, block in self.closed if at >= body)

    def below(self, block: int) -> int:
        """Return the first line from `block` on; their number for -1, which is no block."""
        end = len(self.lines.texts)
        return next((line for line in self.first[block:] if line >= 0), end) if block >= 0 else end


def lay_out(blocks: Iterable[Block], rules: MetadataRules) -> Layout:
    """Return the lines of `blocks` that may hold a label."""
    lines, first = Lines(), list[int]()
    closed: list[tuple[int, Block]] = []
    for block in blocks:
        text = block.text
        if len(text) > _LONGEST_BYLINE and text[-1] in _BRACKETS:
            closed.append((len(first), block))
        if block.links > _MOST_LINKED:
            labels = block.links < 1 and _is_labelled(text)
        else:
            labels = len(text) <= _LONGEST_LINE or block.kind == "table"
        first.append(len(lines.texts) if labels else -1)
        if labels:
            lines.add(text, block.line)
    lines.scan(rules.hint, rules.keys)
    return Layout(lines, first, closed)


def _is_labelled(text: str) -> bool:
    """Return whether a short text begins with a label."""
    head = text[:_LABEL] if len(text) <= _LONGEST_LABELLED else ""
    return "：" in head or ":" in head


def bylines(blocks: Sequence[Block], titles: Sequence[int], body: int) -> list[int]:
    """Return the indices of the blocks that may be the byline, those beside the title first.

    Below the title they end where the body starts: a day after that is the body's own. Above it
    there are none where a sentence stands there: an order is signed above the text it puts into
    force. `body` is the first paragraph.
    """
    near: dict[int, None] = {}
    for at in titles:
        for i in range(at, min(len(blocks), at + _BELOW_TITLE + 1)):
            if i > at and is_body(blocks[i]):
                break
            near[i] = None
    for at in titles:
        above = range(max(0, at - _ABOVE_TITLE), at)
        if not any(is_body(blocks[i]) for i in above):
            near.update(dict.fromkeys(above))
    title = max((at for at in titles if at < body), default=0)
    near.update(dict.fromkeys(range(max(title, body - _ABOVE_BODY), body)))
    return [i for i in near if len(blocks[i].text) <= _LONGEST_BYLINE]


def leads(blocks: Sequence[Block], start: int) -> Iterator[tuple[str, int]]:
    """Yield the heads of the first paragraphs from block `start` on, with their lines."""
    bodies = (block for block in islice(blocks, start, None) if is_body(block))
    return ((block.text[:_LEAD], block.line) for block in islice(bodies, _LEADS))


def is_body(block: Block) -> bool:
    """Return whether a block below the title is the body's, be it one sentence long."""
    text = block.text
    ended = len(text) >= _SHORTEST_SENTENCE and text.endswith(_ENDS)
    return block.links < _MOST_LINKED and (ended or len(text) > _LONGEST_BYLINE)


def first_sentence(blocks: Sequence[Block], start: int) -> int:
    """Return the index of the first block of body from block `start` on, -1 for none."""
    return next((i for i in range(start, len(blocks)) if is_body(blocks[i])), -1)


def first_paragraph(blocks: Sequence[Block]) -> int:
    """Return the index of the first block so long that only a body has its like, -1 for none."""
    return next((i for i, block in enumerate(blocks) if _is_paragraph(block)), -1)


def _is_paragraph(block: Block) -> bool:
    text = block.text
    return (
        len(text) >= _SHORTEST_PARAGRAPH
        and block.links < _MOST_LINKED
        and _COMMA.search(text) is not None
    )
