"""Page → lines to mark, and back.

In: a page and the rules of its site. Out: a `Sheet`, the blocks as the mechanisms see them; and
the page again with its marks. A sheet never outlives one call of `strip`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from msgspec.structs import replace

from pipeline import kept
from pipeline.chrome.lines import fold, rule_anywhere
from pipeline.chrome.surface import seen, wrapped
from pipeline.records import Block, Origin, Page
from pipeline.rules.chrome import ChromeRule, Known, Mechanism, RuleSet
from pipeline.rules.patterns import Pattern

_SENTENCE = kept.pattern("[。!?;！？；]")
# An ellipsis ends no sentence: sites cut titles so.
_LATIN_SENTENCE = kept.pattern("(?<![.])[.](?:[ ”’\"')]|$)")
_NUMBERED = kept.pattern(r"\s*\d{1,3}[.]\s")
_CLAUSE = kept.pattern("[,、，]")
_ANYTHING = Pattern("(?s:.*)", "")
_SENTENCE_WEIGHT = 12  # a button or a greeting with an exclamation mark is shorter
_GOES_ON = "，。、；！？）》”’"  # no line begins so
_OPEN = "，、（《“‘"  # nor ends so
_END = kept.pattern("[。！？]")
_CLAUSE_WEIGHT = 40  # headlines have commas too, and are shorter
_RUN_WEIGHT = 60  # without any mark; longer than any title in a list
_TITLE_LINKED = 0.2  # a title that is a link leads to another page
NEARBY = 12  # lines below the title where a body begins
_WORD = 12  # a list of names has a blank more often than every so many characters
_LINKED = 0.5
_LINKED_SHORT = 0.3  # a title with its author or date in a list of them


class Line:
    """One block as mechanisms see it.

    `text` is the folded text. `weight` is the length outside links in Chinese characters, three
    Latin letters to one. `prose` says that it is sentences: no title, no cell of a flattened table,
    no button. `mass` is how much of a body it is; 0 for what is chrome or no prose. `known` is what
    `Sheet.known` says, once it was asked.
    """

    __slots__ = ("block", "known", "mass", "prose", "rule", "text", "weight")

    def __init__(self, block: Block, text: str) -> None:
        self.block = block
        self.text = text
        self.rule: ChromeRule | None = None
        self.known: ChromeRule | Literal[False] | None = None
        links = block.links
        weight = len(block.text.strip().encode("utf-8", "replace")) / 3 * (1 - links)
        linked = links >= (_LINKED if weight >= _CLAUSE_WEIGHT else _LINKED_SHORT)
        self.prose = weight >= _SENTENCE_WEIGHT and not linked and _is_prose(block.text, weight)
        self.weight = weight
        self.mass = weight if self.prose else 0.0

    def mark(self, rule: ChromeRule | None) -> None:
        """Let `rule` take the line, or nothing."""
        self.rule = rule
        self.mass = self.weight if self.prose and rule is None else 0.0


@dataclass(slots=True)
class Sheet:
    """The lines of a page, one a block, and the rule sets that hold on it, its site's first.

    `markup` says that the page was markup: its blocks know where they stood. `facts` are what the
    page says of itself, and where.
    """

    title: str
    lines: list[Line]
    sets: tuple[RuleSet, ...]
    variants: str
    markup: bool
    facts: tuple[tuple[str, Origin], ...] = ()

    def place_of_title(self) -> int:
        """Return the place of the page's title among the lines, -1 where it is not."""
        if self.title:
            for i, line in enumerate(self.lines):
                if line.block.links < _TITLE_LINKED and same_title(line.text, self.title):
                    return i
        return -1

    def left(self) -> list[Line]:
        """Return the lines that no rule took yet, in reading order."""
        return [line for line in self.lines if line.rule is None]

    def known(self, line: Line) -> ChromeRule | None:
        """Return the rule that takes the line in one zone or another; whatever took it so far."""
        if line.known is None:
            line.known = rule_anywhere(line.text, self.sets) or False
        return line.known or None

    def knows(self, line: Line) -> bool:
        """Return whether some rule takes the line in one zone or another."""
        return self.known(line) is not None

    def of(self, mechanism: Mechanism) -> Iterator[Known]:
        """Return the rules of `mechanism`, each with its pattern."""
        return (pair for rules in self.sets for pair in rules.of(mechanism))

    def proof(self, rule: ChromeRule) -> Pattern:
        """Return the pattern of `rule.proof`; one that matches anything where it has none."""
        found = (s.proofs[rule.id] for s in self.sets if rule.id in s.proofs)
        return next(found, _ANYTHING)

    def keeps(self, rule: ChromeRule, line: Line) -> bool:
        """Return whether `rule` must leave `line`: the title, or what its `keep` lists."""
        return bool(self.title and line.text == self.title) or self.spares(rule, line)

    def spares(self, rule: ChromeRule, line: Line) -> bool:
        """Return whether `keep` of `rule` lists `line`, be it the title's double below the body."""
        for rules in self.sets:
            keep = rules.keeps.get(rule.id)
            if keep and keep.fullmatch(line.text):
                return True
        return False


def take(lines: Iterable[Line], rule: ChromeRule) -> None:
    """Mark `lines` with `rule`; what another rule took stays with it."""
    for line in lines:
        if line.rule is None:
            line.mark(rule)


def same_title(text: str, title: str) -> bool:
    """Return whether one is the other, or most of it: a page's title may end with the site."""
    if text == title:
        return True
    return len(text) > 3 and (text in title or title in text) and len(text) < 2 * len(title)


def read(page: Page, sets: tuple[RuleSet, ...], variants: str) -> Sheet:
    """Return the sheet of `page`; `variants` are other forms of characters that patterns have."""
    markup = any(block.path for block in page.blocks)
    blocks = page.blocks if markup else seen(page.blocks)
    title, *texts = fold([page.title, *(block.text for block in blocks)], variants)
    lines = [Line(block, text) for block, text in zip(blocks, texts, strict=True)]
    if not markup:
        _rejoin(lines, wrapped(page.blocks))
    return Sheet(title, lines, sets, variants, markup, page.facts)


def _rejoin(lines: Sequence[Line], full: Sequence[bool]) -> None:
    """Let pieces of a sentence count as the sentence they make up.

    It was cut at its links, or at the edge of a screen, up to which a line is `full`.
    """
    texts = [line.block.text for line in lines]
    cuts = (_is_cut(above, below) for above, below in pairwise(texts))
    ends = [i for i, (cut, on) in enumerate(zip(cuts, full, strict=False), 1) if not cut and not on]
    for start, end in pairwise([0, *ends, len(lines)]):
        if end - start > 1:
            weight = sum(line.weight for line in lines[start:end])
            text = "".join(texts[start:end])
            if _END.search(text) and _is_prose(text, weight):
                for line in lines[start:end]:
                    line.prose = True
                    line.mark(line.rule)


def _is_cut(above: str, below: str) -> bool:
    """Return whether a sentence goes on from one line to the next."""
    return bool(below) and (below[0] in _GOES_ON or above[-1:] in _OPEN)


def marked(page: Page, sheet: Sheet) -> Page:
    """Return `page` with the marks of `sheet` on its blocks; a mark already there stays."""
    blocks = tuple(
        replace(block, dropped_by=line.rule.id) if line.rule and not block.dropped_by else block
        for block, line in zip(page.blocks, sheet.lines, strict=True)
    )
    return replace(page, blocks=blocks)


def _is_prose(text: str, weight: float) -> bool:
    if weight < _SENTENCE_WEIGHT:
        return False
    if _SENTENCE.search(text) or ("." in text and _has_stop(text)):
        return True
    if weight >= _RUN_WEIGHT and text.count(" ") * _WORD < weight:
        return True
    return weight >= _CLAUSE_WEIGHT and _CLAUSE.search(text) is not None


def _has_stop(text: str) -> bool:
    """Return whether a Latin sentence ends in `text`; the dot behind its number ends none."""
    number = _NUMBERED.match(text)
    return _LATIN_SENTENCE.search(text, number.end() if number else 0) is not None
