"""Straight, wrong-way and corner quotes become “ ” and, inside, ‘ ’ (GB/T 15834 §4.8).

In: a draft, paragraphs whole. Out: edits of quotes and of << >>. Never: an odd quote, an inch
mark, an apostrophe, a prime; and never a guess at which of two readings is meant.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from pipeline import kept
from pipeline.rules.spelling import SpellingRules
from pipeline.spelling.context import (
    CHINESE_PATTERN,
    HAN_PATTERN,
    KANA_PATTERN,
    LATIN_PATTERN,
    is_chinese,
    is_han,
    is_latin,
    lines_having,
    lines_with,
)
from pipeline.spelling.draft import Draft, Edit

_STRAIGHT: Final = frozenset("\"＂'＇")
_DOUBLE: Final = kept.pattern('["“”＂]')
_SINGLE: Final = kept.pattern("['‘’＇]")
_UNEVEN: Final = kept.pattern("[“”\n]")
_CORNERS: Final = kept.pattern("[「」『』〝〞〟“”‘’]")
_CORNER: Final = kept.pattern("[「」『』〝〞〟]")
_OPENING: Final = frozenset("「『〝“‘")
_PARTNER: Final = {"」": "「", "』": "『", "〞": "〝", "〟": "〝", "”": "“", "’": "‘"}
_LEVELS: Final = (("“", "”"), ("‘", "’"))
_CORNER_LEVELS: Final = (("「", "」"), ("『", "』"))
# Which lines to look at, which opening marks to turn with their partners, and into what.
_TO_CURLY: Final = (_CORNER, "「『〝", _LEVELS)
_TO_CORNERS: Final = (kept.pattern("[“‘〝]"), "“‘「『〝", _CORNER_LEVELS)
_CONNECTION: Final = kept.pattern("[和与及或同跟以、，；, ]*|[，、；,].*|.*[，、；,]")
_TITLE: Final = kept.pattern("<<([^<>|｜\n]{1,200})>>")


def pair_straight(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits that pair straight and wrong-way quotes, line by line."""
    rule, edits = rules.id_of("quotes"), list[Edit]()
    lines = dict(lines_having(draft.text, draft.seen & _STRAIGHT)) | _uneven_lines(draft)
    for start in sorted(lines):
        line = lines[start]
        if CHINESE_PATTERN.search(line) and not _is_foreign(line):
            found = {**_doubles(line), **_singles(line)}
            edits += [
                (start + place, start + place + 1, found[place], rule) for place in sorted(found)
            ]
    return edits


def _uneven_lines(draft: Draft) -> dict[int, str]:
    """Return the lines whose “ and ” do not take turns, by their start."""
    if draft.seen.isdisjoint("“”"):
        return {}
    head, *opened = draft.text.split("“")
    if "”" not in head and all(part.count("”") == 1 for part in opened):
        return {}
    turns = "".join(_UNEVEN.findall(draft.text)).replace("“”", "").split("\n")
    odd = {number for number, left in enumerate(turns) if left}
    lines, start = {}, 0
    for number, line in enumerate(draft.text.split("\n")):
        if number in odd:
            lines[start] = line
        start += len(line) + 1
    return lines


def _is_foreign(line: str) -> bool:
    """Return whether `line` is Japanese: its quotes are its own."""
    return len(KANA_PATTERN.findall(line)) > 1


def _doubles(line: str) -> dict[int, str]:
    """Return place → mark for the double quotes of `line` that change."""
    places = [match.start() for match in _DOUBLE.finditer(line)]
    places = _without_inches(line, places)
    if len(places) % 2 or not places:
        return {}
    marks = [line[place] for place in places]
    inner = _inner_pairs(line, places)
    if inner:
        return inner
    nested = _nested(marks)
    if nested is None:
        nested = [_LEVELS[0][i % 2] for i in range(len(marks))]
    elif _all_curly(marks):
        return {}
    if not _plausible(line, places, nested):
        return {}
    pairs = zip(places, marks, nested, strict=True)
    return {place: new for place, old, new in pairs if old != new}


def _inner_pairs(line: str, places: Sequence[int]) -> dict[int, str]:
    """Return place → mark for straight pairs inside pairs of curly quotes.

    Nothing where not all straight marks are such pairs, or where one may as well end a quote that
    a curly one began: “双减"和"双增”.
    """
    found: dict[int, str] = {}
    inner: list[int] = []
    opened = False
    for place in places:
        if line[place] in '"＂':
            inner.append(place)
            if not opened:
                return {}
        elif (line[place] == "“") == opened or (opened and not _are_pairs(line, inner)):
            return {}
        else:
            found |= {spot: _LEVELS[1][i % 2] for i, spot in enumerate(inner)}
            opened, inner = not opened, []
    return {} if opened else found


def _are_pairs(line: str, inner: Sequence[int]) -> bool:
    """Return whether the straight quotes at `inner` pair, and hold more than a connection."""
    pairs = zip(inner[::2], inner[1::2], strict=False)
    return len(inner) % 2 == 0 and not any(
        _CONNECTION.fullmatch(line, left + 1, right) for left, right in pairs
    )


def _all_curly(marks: Sequence[str]) -> bool:
    return all(mark in "“”" for mark in marks)


def _nested(marks: Sequence[str]) -> list[str] | None:
    """Return marks that respect the curly ones, or None where they contradict each other.

    A straight mark closes what a straight or curly one opened; inside, curly pairs are inner.
    """
    stack: list[str] = []
    after: list[str] = []
    for mark in marks:
        opens = mark == "“" or (mark != "”" and not stack)
        if opens:
            after.append(_LEVELS[min(len(stack), 1)][0])
            stack.append(mark)
        elif stack:
            stack.pop()
            after.append(_LEVELS[min(len(stack), 1)][1])
        else:
            return None
    return None if stack else after


def _plausible(line: str, places: Sequence[int], marks: Sequence[str]) -> bool:
    """Return whether no pair of quotes is empty."""
    pairs = zip(pairwise(places), pairwise(marks), strict=True)
    return all(
        line[left + 1 : right].strip() for (left, right), pair in pairs if pair == ("“", "”")
    )


def _without_inches(line: str, places: list[int]) -> list[int]:
    """Return `places` but for inch and second marks: straight, after a digit, opening nothing.

    65"电视 has one. Where the count leaves both readings open, two digits decide for inches.
    """
    kept: list[int] = []
    is_open = False
    for i, place in enumerate(places):
        straight_after_digit = line[place] in '"＂' and line[place - 1 : place].isdigit()
        if straight_after_digit and not is_open:
            rest = len(places) - i - 1
            second = rest and line[places[i + 1]] in '"＂' and line[places[i + 1] - 1].isdigit()
            if rest % 2 == 0 or second:
                continue
        kept.append(place)
        is_open = not is_open
    return kept


def _singles(line: str) -> dict[int, str]:
    """Return place → mark for the single quotes of `line` that change."""
    places = [match.start() for match in _SINGLE.finditer(line) if _is_quote(line, match.start())]
    marks = [line[place] for place in places]
    if len(places) % 2 or not places:
        return {}
    wanted = [_LEVELS[1][i % 2] for i in range(len(places))]
    found: dict[int, str] = {}
    for i in range(0, len(places), 2):
        left, right = places[i], places[i + 1]
        inside = line[left + 1 : right]
        chinese = HAN_PATTERN.search(inside) or (
            is_han(line[left - 1 : left]) and is_han(line[right + 1 : right + 2])
        )
        if not inside.strip() or not chinese:
            return {}
        found |= {left: wanted[i], right: wanted[i + 1]}
    return {place: new for place, new in found.items() if line[place] != new and marks}


def _is_quote(line: str, place: int) -> bool:
    """Return whether the single mark at `place` is a quote and no apostrophe or minute."""
    left, right = line[place - 1 : place] if place else "", line[place + 1 : place + 2]
    if LATIN_PATTERN.match(right) and (left.isalnum() and left.isascii()):
        return False
    if line[place] in "'＇" and left.isdigit() and not HAN_PATTERN.match(right):
        return False
    return not (line[place] in "'’" and is_latin(left) and right in ("", " "))


def turn_corners(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits that make 「」『』〝〞 the marks of their nesting level, outermost double.

    Where the style wants 「」, all quotes of a Chinese line become them instead.
    """
    wants_corners = rules.style.quotes == "「」"
    if draft.seen.isdisjoint("“‘〝" if wants_corners else "「」『』〝〞〟"):
        return []
    rule = rules.id_of("to-corner-quotes" if wants_corners else "corner-quotes")
    pattern, turned, levels = _TO_CORNERS if wants_corners else _TO_CURLY
    edits: list[Edit] = []
    for start, line in lines_with(draft.text, pattern):
        if KANA_PATTERN.search(line) or (wants_corners and not CHINESE_PATTERN.search(line)):
            continue
        for place, mark in _levels(line, turned, levels):
            if line[place] != mark:
                edits.append((start + place, start + place + 1, mark, rule))
    return sorted(edits)


def _levels(line: str, turned: str, levels: tuple[tuple[str, str], ...]) -> list[tuple[int, str]]:
    """Return (place, mark) for the quotes of `line` whose opening mark is one of `turned`.

    Nothing where they are unbalanced.
    """
    stack: list[tuple[int, str]] = []
    found: list[tuple[int, str]] = []
    for match in _CORNERS.finditer(line):
        mark, place = match[0], match.start()
        if mark in _OPENING:
            stack.append((place, mark))
        elif mark == "’" and _is_apostrophe(line, place):
            continue
        elif stack and stack[-1][1] == _PARTNER[mark]:
            begin, opener = stack.pop()
            if opener in turned:
                level = levels[len(stack) % 2]
                found += [(begin, level[0]), (place, level[1])]
        elif mark != "’":
            return []
    return [] if stack else found


def _is_apostrophe(line: str, place: int) -> bool:
    """Return whether the mark at `place` stands between two Latin letters."""
    return is_latin(line[place - 1 : place]) and is_latin(line[place + 1 : place + 2])


def write_title_marks(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits that make <<x>> in a Chinese line 《x》."""
    if "<" not in draft.seen or ">" not in draft.seen:
        return []
    rule, edits = rules.id_of("title-marks"), list[Edit]()
    for match in _TITLE.finditer(draft.text):
        beside = draft.text[match.start() - 1 : match.start()], draft.text[match.end() :][:1]
        if HAN_PATTERN.search(match[1]) or any(map(is_chinese, beside)):
            edits.append((match.start(), match.start() + 2, "《", rule))
            edits.append((match.end() - 2, match.end(), "》", rule))
    return edits
