"""Blanks: runs become one, and none stays where Chinese has none.

In: a draft, its marks settled. Out: edits of blanks inside lines. Never: the blank between two
Latin words, two numbers, or two cells of a row.
"""

import re
from functools import cached_property
from typing import Final

from pipeline import kept
from pipeline.rules.spelling import SpellingRules
from pipeline.spelling.context import (
    BLANK_SET,
    BLANKS,
    CLOSING,
    HAN,
    HAN_PATTERN,
    OPENING,
    PROSE_PATTERN,
    STOPS,
    UNITS,
    is_han,
    is_latin,
    lines_having,
)
from pipeline.spelling.draft import Draft, Edit

_RUN: Final = kept.pattern(f"[{BLANKS}]+")
_NUMERAL: Final = "[0-9]{1,2}|[一二三四五六七八九十]{1,3}"
_DATE: Final = kept.pattern(
    "(?:[0-9]{4}|[一二三四五六七八九〇零○]{4}) ?年"
    f"(?: ?(?:{_NUMERAL}) ?月(?: ?(?:{_NUMERAL}) ?日)?)?"
    "|(?<![0-9])[0-9]{1,2} ?月 ?[0-9]{1,2} ?日"
)
_JUSTIFIED: Final = kept.pattern(f"[{HAN}](?: [{HAN}])+")
_WITH_BLANKS: Final = frozenset("（(第")  # what markers begin with that blanks may part: （ 一 ）
_WORD_SIGNS: Final = frozenset(UNITS + "+#")  # C++, C#
_WINDOW: Final = 24  # a date is not longer


class _Line:
    """One line with its blanks already single, as far as decisions about them go."""

    def __init__(self, line: str, rules: SpellingRules) -> None:
        self.line = line
        self.rules = rules
        self.prose = PROSE_PATTERN.search(line) is not None
        self.marker = self.division = -1
        if HAN_PATTERN.search(line):
            self.marker, self.division = map(self._end, (rules.list_marker, rules.division))

    def _end(self, pattern: re.Pattern[str]) -> int:
        """Return where the marker at line start ends, blanks in it or not; -1 for none."""
        found = pattern.match(self.line)
        if found:
            return -1 if self._is_box(found[0]) else found.end()
        if self.line[0] not in _WITH_BLANKS:
            return -1
        places = [i for i, c in enumerate(self.line[:_WINDOW]) if c not in BLANK_SET]
        found = pattern.match("".join(map(self.line.__getitem__, places)) + self.line[_WINDOW:])
        return places[found.end() - 1] + 1 if found and 0 < found.end() <= len(places) else -1

    def _is_box(self, marker: str) -> bool:
        """Return whether `marker` is a box or bullet that parts the choices of a form."""
        return not marker[0].isalnum() and len(marker) == 1 and self.line.count(marker) > 1

    @cached_property
    def justified(self) -> int:
        """From where on the line is single Han characters, -1 where it is not."""
        start = max(0, self.division)
        rest = _RUN.sub(" ", self.line[start:]).strip()
        if not _JUSTIFIED.fullmatch(rest):
            return -1
        letters = rest.replace(" ", "")
        columns = self.rules.lexicon.columns
        return -1 if any(re.fullmatch(column, letters) for column in columns) else start

    def goes(self, start: int, end: int) -> bool:
        """Return whether the blanks between `start` and `end` go."""
        left, right = self.line[start - 1], self.line[end]
        if self._touches_mark(left, right):
            return True
        if start == self.marker:
            return not (right.isdigit() and left in ".．")
        if start <= self.division:
            return start < self.division
        return (
            (right in "%‰" and left.isdigit())
            or (self.prose and self._is_gap_of_layout(left, right))
            or self._in_date(start, end)
            or 0 <= self.justified < start
        )

    def _touches_mark(self, left: str, right: str) -> bool:
        """Return whether a mark stands here that has its own air."""
        if left in STOPS or right in STOPS or left in OPENING:
            return True
        if right in CLOSING:
            return not (right == "’" and is_latin(left))
        return "…" in (left, right)

    def _in_date(self, start: int, end: int) -> bool:
        """Return whether the blanks part a number of a date from 年, 月 or 日."""
        if not {self.line[start - 1], self.line[end]} & {"年", "月", "日"}:
            return False
        begin = max(0, start - _WINDOW)
        head, tail = self.line[begin:start], self.line[end : end + _WINDOW]
        window = f"{_RUN.sub(' ', head)} {_RUN.sub(' ', tail)}"
        place = len(_RUN.sub(" ", head))
        return any(m.start() < place < m.end() - 1 for m in _DATE.finditer(window))

    def _is_gap_of_layout(self, left: str, right: str) -> bool:
        """Return whether a layout engine makes the gap itself (CLREQ): Han beside a word."""
        if left in CLOSING or right in OPENING:
            return True
        words = [is_han(c) or is_latin(c) or c in _WORD_SIGNS for c in (left, right)]
        if self.rules.style.gaps == "space" and is_han(left) != is_han(right):
            return False
        return all(words) and (is_han(left) or is_han(right))


def drop_blanks(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits of every blank inside a line that goes, or that stands for several."""
    rule, edits = rules.id_of("blanks"), list[Edit]()
    for start, text in lines_having(draft.text, draft.seen & BLANK_SET):
        line = _Line(text, rules)
        for match in _RUN.finditer(text):
            first, last = match.span()
            if first == 0 or last == len(text):
                continue  # trimmed by rejoin.py, which keeps an indent that means something
            after = "" if line.goes(first, last) else " "
            if after != match[0]:
                edits.append((start + first, start + last, after, rule))
    return edits
