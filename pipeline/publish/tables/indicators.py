"""The name of an indicator → its folded name and its unit, so that two documents can be joined.

In: the cells that name a row, the parent first. Out: the name as a person reads it, the unit that
stands in it, and the folded name. Never a synonym that no rule in values.toml tells.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.publish.tables.figures import narrow
from pipeline.rules import Rules

_UNIT = re.compile(r"\(([^()]*)\)$")
_MARKS = re.compile(r"[*\u2460-\u2473]+")
# The point of 2.5 and the plus of 5G+ stay; brackets, dots between words and the like go.
_SIGNS = re.compile(r"(?<!\d)\.|\.(?!\d)|[^\w.+%‰]|_")
_LEAST_SHARED = 2


@dataclass(frozen=True, slots=True)
class Indicator:
    """`name` is as on the page, its levels parted by /; `folded` is for comparison alone."""

    name: str
    folded: str
    unit: str


@dataclass(frozen=True)
class NameReader:
    """Reads names with the words of `rules`."""

    rules: Rules

    def read(self, levels: Sequence[str]) -> Indicator:
        """Return the indicator that `levels` name; an empty level is none."""
        told = [level for level in levels if level]
        parted = [self._part(level) for level in told]
        whole, unit = parted[-1] if parted else ("", "")
        for (parent, shared), (_, own) in zip(
            reversed(parted[:-1]), reversed(parted), strict=False
        ):
            # A leaf with a unit of its own is an indicator by itself below a mere heading.
            whole = whole if own else combine(parent, whole)
            unit = unit or shared
        return Indicator(" / ".join(told), _SIGNS.sub("", self._fold(whole)), unit)

    def _part(self, level: str) -> tuple[str, str]:
        """Return name and unit of one level, the name folded but for its signs."""
        text = _MARKS.sub("", narrow(level))
        found = _UNIT.search(text)
        if found and self.rules.tables.lexicon.units.fullmatch(found[1]):
            return self._fold(text[: found.start()]), found[1]
        return self._fold(text), ""

    def _fold(self, name: str) -> str:
        text = unicodedata.normalize("NFKC", name).lower()
        for pattern, replacement in self.rules.values.folds:
            text = pattern.sub(replacement, text)
        return text


def combine(parent: str, leaf: str) -> str:
    """Return one name of a parent and what stands below it, as a plan without levels writes it.

    >>> combine("城镇化率", "常住人口城镇化率"), combine("居民人均收入", "城镇居民")
    ('常住人口城镇化率', '城镇居民人均收入')
    >>> combine("排放总量", "氨氮")
    '排放总量氨氮'
    """
    if parent in leaf:
        return leaf
    for size in range(min(len(parent), len(leaf)), _LEAST_SHARED - 1, -1):
        if leaf.endswith(parent[:size]):
            return leaf + parent[size:]
    return parent + leaf
