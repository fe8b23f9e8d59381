"""Paths → the elements on them whose names tell what they hold.

In: the path of a block. Out: the elements above it that a rule names, outermost first. Never looks
at text.
"""

import re
from collections.abc import Sequence

from pipeline.rules.chrome import ChromeRule, Mechanism
from pipeline.strip.sheet import Sheet

# `div#main.article!hidden@2`: tag, id, classes and the mark are names, the place is none.
_NAMES = re.compile(r"[#.]([^#.@!/]+)|^([a-z0-9-]+)|(!hidden)")

Named = tuple[str, ChromeRule]


class Elements:
    """The named elements of one page. An answer is kept: blocks share most of their paths."""

    def __init__(self, sheet: Sheet, mechanisms: Sequence[Mechanism]) -> None:
        self._rules = [pair for mechanism in mechanisms for pair in sheet.of(mechanism)]
        self._of_path: dict[str, tuple[Named, ...]] = {"": ()}
        self._of_label: dict[str, ChromeRule | None] = {}

    def on(self, path: str) -> tuple[Named, ...]:
        """Return the named elements on `path` with their rules, outermost first."""
        known = self._of_path.get(path)
        if known is None:
            parent, _, segment = path.rpartition("/")
            rule = self._rule(segment[: segment.rfind("@")] if "@" in segment else segment)
            known = self.on(parent) + (((path, rule),) if rule else ())
            self._of_path[path] = known
        return known

    def _rule(self, label: str) -> ChromeRule | None:
        """Return the first rule that names an element of this tag, id or class."""
        if label not in self._of_label:
            names = ["".join(parts) for parts in _NAMES.findall(label)]
            self._of_label[label] = next(
                (r for r, pattern in self._rules if any(pattern.fullmatch(n) for n in names)), None
            )
        return self._of_label[label]
