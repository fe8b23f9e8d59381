"""Lines before the figures → category, parent indicator and name: what each reading costs.

In: lines of text in their order. Out: costs, 0.0 for what plans usually do. Never a reading that
loses or repeats a line.

A name is one line or wrapped over several. What tells a wrapped name from two cells: a unit closes
a name; a name ends with a head (…率, …数) and a broken one mostly does not; a bare unit or a bare
head cannot begin one; categories and the usual parents are known words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from pipeline import kept
from pipeline.rules.tables import Lexicon
from pipeline.tables.tokens import bare, prefix

_HAN = kept.pattern(r"[\u3400-\u9fff、，]{2,24}")
_LAST_BRACKETS = kept.pattern(r"\(([^()]{1,14})\)[*＊﹡①-⑳]?$")
_MOST_CATEGORY = 8
_USUAL_CATEGORY = 4
_LONGEST_CATEGORY = 12
_LONGEST_HEADING = 10
_USUAL_LINES = 3
_SHORT = 3
#: What it costs that a line which lists know as a parent or a category begins a longer name.
_KNOWN = 1.6
#: What it costs at most that a name is broken early: lines of a narrow cell are filled.
_UNEVEN = 2.0


@dataclass(frozen=True)
class Names:
    """The costs of readings, for the words of one lexicon and the habits of one table."""

    words: Lexicon
    units: bool
    """Whether names of this table close with their unit in brackets."""
    numbered: bool
    """Whether names of this table begin with a serial number."""
    categories: bool = False
    """Whether the table has a column of categories."""
    width: int = 0
    """How many characters a line of a name has room for, 0 where nothing tells."""

    def has_unit(self, text: str) -> bool:
        """Return whether a name closes with a unit in brackets."""
        found = _LAST_BRACKETS.search(bare(text))
        return bool(found and self.words.units.fullmatch(found[1]))

    def stem(self, text: str) -> str:
        """Return a name without blanks, serial number and unit."""
        key = bare(text)
        if self.has_unit(key):
            key = key[: key.rindex("(")]
        return re.sub(r"^[(]?\d{1,3}[)).．、]", "", key)

    def is_whole(self, text: str) -> bool:
        """Return whether a line may be a name by itself: it ends with a head, or a unit."""
        stem = self.stem(text)
        return bool(self.words.heads.search(stem)) and not self.is_rest(text)

    def is_rest(self, text: str) -> bool:
        """Return whether a line cannot begin a name: a bare unit or head, a closing bracket."""
        key = bare(text)
        stem = self.stem(text)
        if key[:1] in tuple("()、,，"):
            return not prefix(text)
        opened = key.count("(") < key.count(")")
        return opened or len(stem) < 2 or bool(self.words.bare.match(stem))

    def category(self, lines: Sequence[str]) -> float:
        """Return what it costs to read `lines` as the name of a category."""
        key = bare("".join(lines))
        wrapped = 0.2 * (len(lines) - 1)
        if self.words.parents.fullmatch(key):
            return 2.5 + wrapped
        if self._is_known(key):
            return wrapped
        if not _HAN.fullmatch(key) or self.words.unfinished.search(key):
            return 6.0
        if self.words.category_ends.search(key):
            return 0.5 + wrapped
        long = max(0, len(key) - _MOST_CATEGORY)
        headed = bool(self.words.heads.search(key))
        cost = wrapped + 0.1 * long + headed * (0.2 if len(key) <= _USUAL_CATEGORY else 1.2)
        return cost + (0.5 if self._may_be_category(key) else 1.0)

    def _may_be_category(self, line: str) -> bool:
        """Return whether an unknown word has the size of a category and no indicator's opening."""
        fits = len(line) == _USUAL_CATEGORY and _HAN.fullmatch(line) is not None
        return fits and not self.words.openings.match(line)

    def may_part(self, above: str, below: str) -> bool:
        """Return whether two lines may be a heading and a name, though no list knows the first."""
        return (
            self._may_be_category(bare(above))
            and not self.is_rest(below)
            and len(self.stem(below)) >= _USUAL_CATEGORY
        )

    def looks_category(self, line: str) -> bool:
        """Return whether a line is a category that is known by its word."""
        return self._is_known(bare(line))

    def _is_known(self, key: str) -> bool:
        """Return whether a word is a known category, or two of them in a row."""
        known = self.words.categories.fullmatch
        return bool(known(key)) or any(
            known(key[:at].rstrip("、和与")) and known(key[at:])
            for at in range(2, min(len(key), _LONGEST_CATEGORY) - 1)
        )

    def name(self, lines: Sequence[str]) -> float:
        """Return what it costs to read `lines` as one name, wrapped where they are several."""
        cost = sum(self._join(a, b) for a, b in pairwise(lines))
        cost += 0.4 * (len(lines) > 1 and self.categories and self.may_part(*lines[:2]))
        cost += 2.0 * max(0, len(lines) - _USUAL_LINES)
        if self.is_rest(lines[0]):
            cost += 3.0 if len(lines) > 1 else 1.5
        return cost + 4.0 * sum(1 for line in lines[1:] if prefix(line))

    def _join(self, above: str, below: str) -> float:
        if self.words.section.match(above) and len(bare(above)) <= _LONGEST_HEADING:
            return 2.5
        if self.is_rest(below) or self.words.unfinished.search(bare(above)):
            return 0.0
        if self.has_unit(above):
            return 6.0
        known = bool(self.words.parents.fullmatch(self.stem(above))) or self.looks_category(above)
        if self.is_whole(above):
            return 1.5 + _KNOWN * known + 0.5 * (not prefix(above))
        closed = len(bare(above)) > _SHORT and bool(self.words.category_ends.search(above))
        spaced = len(bare(above)) == 1  # 硫 酸: spaced out, not broken
        uneven = 0.0 if spaced else _UNEVEN * _shorter(len(bare(above)), self.width)
        return 0.3 + 0.2 * (len(bare(above)) < _SHORT) + _KNOWN * known + 0.7 * closed + uneven

    def unitless(self, name: str, parent: str) -> float:
        """Return what it costs that a name closes without the unit that others have."""
        missing = self.units and not self.has_unit(name) and not self.has_unit(parent)
        return 1.0 * missing

    def parent(self, lines: Sequence[str], child: Sequence[str]) -> float:
        """Return what it costs to read `lines` as the parent of the indicator `child`."""
        text, below = "".join(lines), "".join(child)
        cost = 1.0 + self.name(lines)
        if self.words.parents.fullmatch(self.stem(text)):
            cost -= 0.5
        else:
            cost += 1.0 if self.is_whole(text) else 3.0
        if self.words.unfinished.search(bare(text)):
            cost += 4.0
        if self.is_rest(child[0]) or (prefix(child[0]) and prefix(text)):
            cost += 8.0
        if self.has_unit(text):
            cost += 4.0 if self.has_unit(below) else -1.0
        elif self.units and not self.has_unit(below):
            cost += 2.0
        if self.numbered and not prefix(text):
            cost += 3.0
        return cost - 0.3 * self.kin(text, below)

    def in_family(self, name: str) -> bool:
        """Return whether a name is one of those that often stand below a parent."""
        return any(family.search(name) for family in self.words.families)

    def kin(self, one: str, other: str) -> bool:
        """Return whether two names are of one family: the same known words, or shared ones."""
        if any(family.search(one) and family.search(other) for family in self.words.families):
            return True
        return _share(self.stem(one), self.stem(other)) >= 3

    def sibling(self, name: str, parent: str, before: str) -> float:
        """Return what it costs that a row belongs to the parent of the row before it."""
        if self.numbered and prefix(name):
            return 6.0
        cost = 0.0
        if self.has_unit(parent):
            cost += 4.0 if self.has_unit(name) else -0.5
        elif self.units and not self.has_unit(name):
            cost += 0.7
        related = self.kin(name, before) or self.kin(name, parent)
        return cost + (-0.5 if related else 0.6)


def _shorter(length: int, room: int) -> float:
    """Return how much less than half of its room a line takes, 0.0 to 1.0."""
    return max(0.0, 1.0 - 2.0 * length / max(1, room))


@lru_cache(maxsize=4096)
def _share(one: str, other: str) -> int:
    """Return the length of the longest string that both hold, at most 3."""
    for size in (3, 2):
        parts = {one[i : i + size] for i in range(len(one) - size + 1)}
        if any(other[i : i + size] in parts for i in range(len(other) - size + 1)):
            return size
    return 0


def habits(texts: Sequence[str], words: Lexicon, *, categories: bool) -> Names:
    """Return the costs for a table whose text cells are `texts`."""
    plain = Names(words, units=False, numbered=False)
    units = sum(plain.has_unit(text) for text in texts)
    numbered = sum(prefix(text) > 0 for text in texts)
    return Names(
        words,
        units=units * 3 >= len(texts) > 0,
        numbered=numbered >= 3 and numbered * 4 >= len(texts),
        categories=categories,
        width=_room([len(plain.stem(text)) for text in texts]),
    )


def _room(lengths: Sequence[int]) -> int:
    """Return how long lines get: a fifth of them are longer, so that no odd one decides."""
    return sorted(lengths)[-1 - len(lengths) // 5] if lengths else 0
