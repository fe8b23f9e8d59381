"""Half-width , ; : ? ! . beside Chinese become full width (GB/T 15834 §4).

In: a draft, its quotes paired. Out: edits of single marks. Never: a mark inside a number, a clock,
a ratio, a Latin phrase or a list marker.
"""

import re
from typing import Final

from pipeline import kept
from pipeline.rules.spelling import SpellingRules
from pipeline.spelling.context import (
    BLANK_SET,
    BLANKS,
    CLOSING,
    HAN,
    HAN_PATTERN,
    LATIN_PATTERN,
    OPENING,
    Lines,
    after,
    before,
    is_chinese,
    is_han,
    is_latin,
)
from pipeline.spelling.draft import Draft, Edit
from pipeline.spelling.numbers import follows_label

_WIDE: Final = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！", ".": "。"}
# One pattern a mark: a search for a literal is the quickest there is. Most commas and points stand
# inside numbers, and are passed over in C.
_CANDIDATES: Final = {
    ",": kept.pattern(",(?:(?<![0-9],)|(?![0-9]))"),
    ";": kept.pattern(";"),
    ":": kept.pattern(":"),
    "?": kept.pattern("\\?(?<![?!]\\?)[?!]*"),
    "!": kept.pattern("!(?<![?!]!)[?!]*"),
    ".": kept.pattern(
        f"\\.(?:(?<=[{HAN}{CLOSING}%]\\.)|(?<=[{HAN}{CLOSING}%][{BLANKS}]\\.)(?=[{BLANKS}]{{0,8}}$))",
        re.M,
    ),
}
# What needs no second look: Han on one side, and nothing on the other that speaks against it.
_PLAIN_HAN: Final = "[\u3400-\u4dbf\u4e00-\u9fff]"
_BESIDE_HAN: Final = {
    mark: kept.pattern(
        f"{sign}(?:(?={_PLAIN_HAN})(?<!{sign}{sign})|(?<={_PLAIN_HAN}{sign})(?![{sign}/)\\\\{CLOSING}]))"
    )
    for mark, sign in ((mark, re.escape(mark)) for mark in ",;:")
}
_PHRASE: Final = kept.pattern("[A-Za-z][A-Za-z'’.&-]* [A-Za-z'’&-]*[A-Za-z]$")
_PHRASE_LENGTH: Final = 60
_ENCLOSED_LENGTH: Final = 200  # how far back the opening mark of a Latin phrase is looked for
_OPENER: Final = kept.pattern(f"[{OPENING}(\n{CLOSING})]")
_TOKEN_ENDS: Final = frozenset("%‰℃°+")
_UNITS: Final = frozenset("%‰℃")
_MARKER_LENGTH: Final = 8


class _Marks:
    """Decides mark by mark; keeps what it knows of the line."""

    def __init__(self, text: str, rules: SpellingRules) -> None:
        self.text = text
        self.rules = rules
        self.lines = Lines(text)

    def is_clause_mark(self, place: int) -> bool:
        """Return whether , ; or : at `place` belongs to a Chinese sentence."""
        text, mark = self.text, self.text[place]
        left, right = text[place - 1 : place] or "\n", text[place + 1 : place + 2] or "\n"
        if left.isdigit() and right.isdigit():
            labelled = mark == ":" and self._follows_label(place)
            return labelled or (mark == ";" and self._chinese(place))
        if right == mark or left == mark or (mark == ":" and right in ")/\\"):
            return False
        if is_chinese(left) or is_chinese(right):
            return self._chinese(place) and not self._ends_enclosed_phrase(place, right)
        return self._is_beside_blank(place, left, right) or self._joins_tokens(place, left, right)

    def _is_beside_blank(self, place: int, left: str, right: str) -> bool:
        """Return whether Chinese stands beyond the blanks around `place`, or nothing at all."""
        near, far = before(self.text, place), after(self.text, place + 1)
        if left in _UNITS and right in BLANK_SET and is_latin(far):
            return self._chinese(place)  # 6.5%, CPI: no phrase has a % before its comma
        if right == "\n" and (is_latin(left) or left in _TOKEN_ENDS):
            return self._chinese(place)
        beside = (left in BLANK_SET and is_chinese(near)) or (
            right in BLANK_SET and is_chinese(far)
        )
        return beside and self._chinese(place)

    def _joins_tokens(self, place: int, left: str, right: str) -> bool:
        """Return whether two Latin or number tokens of a Chinese sentence meet at `place`."""
        starts = is_latin(right)
        return starts and (is_latin(left) or left in _TOKEN_ENDS) and self._chinese(place)

    def is_tone_mark(self, start: int, end: int) -> bool:
        """Return whether the run of ? and ! belongs to a Chinese sentence."""
        text = self.text
        left, right = before(text, start), text[end : end + 1] or "\n"
        if right == "=":
            return False
        if not self._chinese(start):
            return False
        if is_chinese(left):
            return not self._ends_enclosed_phrase(start, right)
        if not (is_latin(left) or left in _TOKEN_ENDS) or _PHRASE.search(self._words(start)):
            return False
        beyond = after(text, end)
        if is_chinese(right):
            return not self._ends_enclosed_phrase(start, right)
        return right == "\n" or is_chinese(beyond)

    def is_full_stop(self, place: int) -> bool:
        """Return whether . at `place` ends a Chinese sentence."""
        text = self.text
        left, right = before(text, place), after(text, place + 1)
        if not left or not (is_han(left) or left in CLOSING or left == "%"):
            return False
        if not self._chinese(place):
            return False
        if right and not (is_han(right) or right in CLOSING or right in OPENING):
            return False
        if right and left in CLOSING and right in CLOSING:
            return False
        start, end = self.lines.bounds(place)
        marker = place - start <= _MARKER_LENGTH and self.rules.item.match(text, start)
        if marker and marker.end() in (place, place + 1):
            return False
        return not self._is_domain(text[place + 1 : min(end, place + 6)])

    def _is_domain(self, rest: str) -> bool:
        """Return whether `rest` is a Chinese top-level domain and no more Han."""
        for domain in self.rules.lexicon.top_domains:
            if rest.startswith(domain):
                return not is_han(rest[len(domain) : len(domain) + 1])
        return False

    def _follows_label(self, place: int) -> bool:
        return follows_label(self.text, place, self.rules)

    def _chinese(self, place: int) -> bool:
        return self.lines.chinese(place)

    def _words(self, place: int) -> str:
        start = max(self.lines.bounds(place)[0], place - _PHRASE_LENGTH)
        return self.text[start:place]

    def _ends_enclosed_phrase(self, place: int, right: str) -> bool:
        """Return whether a closing mark follows, and all it closes is a Latin phrase."""
        if right not in CLOSING and right != ")":
            return False
        text, begin = self.text, max(self.lines.bounds(place)[0], place - _ENCLOSED_LENGTH)
        inside = text[begin:place]
        for opener in reversed(list(_OPENER.finditer(inside))):
            if opener[0] in OPENING or opener[0] == "(":
                content = inside[opener.end() :].strip()
                latin = LATIN_PATTERN.search(content) and not HAN_PATTERN.search(content)
                return bool(latin) and " " in content
            break
        return False


def widen_beside_han(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Widen , ; : that touch Han, by far the most, in C; return no edits of its own."""
    rule = rules.id_of("marks")
    if rule in rules.skipped:
        return []
    for mark, pattern in _BESIDE_HAN.items():
        if mark in draft.seen:
            draft.substitute(pattern, _WIDE[mark], rule)
    return []


def widen_marks(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits that make the half-width marks of Chinese sentences full width."""
    if draft.seen.isdisjoint(",;:?!."):
        return []
    marks, edits = _Marks(draft.text, rules), list[Edit]()
    rule, stop = rules.id_of("marks"), rules.id_of("full-stop")
    found = (m for mark in _CANDIDATES for m in _CANDIDATES[mark].finditer(draft.text))
    for match in sorted(found, key=re.Match.start):
        place, mark = match.start(), match[0]
        if mark == ".":
            if marks.is_full_stop(place):
                edits.append((place, place + 1, "。", stop))
        elif mark[0] in "?!":
            if marks.is_tone_mark(place, match.end()):
                wide = "".join(_WIDE[character] for character in mark)
                edits.append((place, match.end(), wide, rule))
        elif marks.is_clause_mark(place):
            edits.append((place, place + 1, _WIDE[mark], rule))
    return edits
