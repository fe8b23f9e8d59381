"""Paths → the elements on them whose names tell what they hold.

In: the path of a block. Out: the elements above it that a rule names, outermost first. Never looks
at text.
"""

import sys
from collections.abc import Sequence
from functools import lru_cache

from pipeline import kept
from pipeline.rules.chrome import ChromeRule, Known, Mechanism, RuleSet

# `div#main.article!hidden@2`: tag, id, classes and the mark are names, the place is none.
_NAMES = kept.pattern(r"[#.]([^#.@!/]+)|^([a-z0-9-]+)|(!hidden)")

_NOWHERE = sys.maxsize

Named = tuple[str, ChromeRule]


class Elements:
    """The named elements of one page. An answer is kept: blocks share most of their paths."""

    def __init__(self, sets: Sequence[RuleSet], mechanisms: Sequence[Mechanism]) -> None:
        self._sets = tuple(sets)
        self._mechanisms = tuple(mechanisms)
        self._of_path: dict[str, tuple[Named, ...]] = {"": ()}
        self._of_segment: dict[str, ChromeRule | None] = {}

    def on(self, path: str) -> tuple[Named, ...]:
        """Return the named elements on `path` with their rules, outermost first."""
        above, _, segment = path.rpartition("/")
        known = self._of_path.get(above)
        return self._with(self._climb(above) if known is None else known, path, segment)

    def _climb(self, path: str) -> tuple[Named, ...]:
        """Return and keep the named elements on `path`, and those on each path above it."""
        above: list[tuple[str, str]] = []
        known = None
        while known is None:  # a loop: tables may be nested deeper than Python calls
            element = path
            path, _, segment = path.rpartition("/")
            above.append((element, segment))
            known = self._of_path.get(path)
        for element, segment in reversed(above):
            known = self._of_path[element] = self._with(known, element, segment)
        return known

    def _with(self, known: tuple[Named, ...], element: str, segment: str) -> tuple[Named, ...]:
        rule = self._rule(segment)
        return (*known, (element, rule)) if rule else known

    def _rule(self, segment: str) -> ChromeRule | None:
        """Return the rule that names an element; most of a page's are named like another."""
        if segment not in self._of_segment:
            label = segment.rpartition("@")[0] or segment
            self._of_segment[segment] = rule_of(label, self._sets, self._mechanisms)
        return self._of_segment[segment]


@lru_cache(maxsize=1 << 16)  # elements are named alike on all pages of a site
def rule_of(
    label: str, sets: tuple[RuleSet, ...], mechanisms: tuple[Mechanism, ...]
) -> ChromeRule | None:
    """Return the first rule of `mechanisms` that names an element of this tag, id or class."""
    names = ["".join(parts) for parts in _NAMES.findall(label.lower())]
    place = min((_place(name, sets, mechanisms) for name in names), default=_NOWHERE)
    return None if place == _NOWHERE else _known(sets, mechanisms)[place][0]


@lru_cache(maxsize=1 << 16)  # and most names, a tag above all, are common to all sites
def _place(name: str, sets: tuple[RuleSet, ...], mechanisms: tuple[Mechanism, ...]) -> int:
    """Return the place of the first rule for `name` among those of `mechanisms`."""
    for i, (_, find) in enumerate(_known(sets, mechanisms)):
        if find.fullmatch(name):
            return i
    return _NOWHERE


@lru_cache(maxsize=1 << 10)
def _known(sets: tuple[RuleSet, ...], mechanisms: tuple[Mechanism, ...]) -> Sequence[Known]:
    return [pair for m in mechanisms for rules in sets for pair in rules.of(m)]
