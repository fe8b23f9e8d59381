"""Full-width marks inside numbers and addresses become half-width.

In: a draft. Out: edits of ． ： and ， there. Never: a mark between a label and its number, or the
comma between two figures of a list.
"""

import re
from typing import Final

from pipeline import kept
from pipeline.rules.spelling import SpellingRules
from pipeline.spelling.context import BLANK_SET, BLANKS, FILLER
from pipeline.spelling.draft import Draft, Edit

_DIGITS: Final = frozenset("0123456789０１２３４５６７８９")
# Typed wholly full width, so that ， can only be the separator of thousands.
_THOUSANDS: Final = kept.pattern("(?<![０-９．，])[０-９]{1,3}(?:，[０-９]{3})+(?![０-９])")
_COLON: Final = kept.pattern(
    f"(?<![{BLANKS}])([{BLANKS}]{{0,8}})：([{BLANKS}]{{0,8}})(?=[0-9０-９])"
)
_COUNTED: Final = kept.pattern(
    r"(?:19|20)\d\d年|\d{1,2}月\d|\d{1,4}(?:\.\d{1,2})?(?:[年万亿户亩吨项家个]|公里|日内)"
)
_SCHEME: Final = kept.pattern(
    f"(?:http|ftp|ｈｔｔｐ|ｆｔｐ)[sｓ]?(：)(?=[/／{FILLER}]{{2}})", re.IGNORECASE
)
_RUN: Final = kept.pattern("[!-~０-９Ａ-Ｚａ-ｚ．／－＿＠]+")
_ADDRESS: Final = kept.pattern(
    "//|@|www\\.|\\.(?:cn|com|net|org|gov|edu)(?:[/:.]|$)", re.IGNORECASE
)
_FOLD: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_LABEL: Final = 6  # how far back a label and the first half of its number begin
_TO_NUMBER: Final = kept.pattern(f"[{BLANKS}]?(?:[0-9０-９]{{1,2}}[-.—－])?")  # 图1-2
_LONGEST_LEFT: Final = 3  # 9：30 and 1：500; in 2023：15 the colon follows a year, not an hour


def respell_numbers(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits that make ．, ： and ， half-width inside numbers and addresses."""
    text, seen, found = draft.text, draft.seen, dict[int, str]()
    if "．" in seen:
        _points(text, found)
    if "：" in seen:
        _colons(text, rules, found)
    if "，" in seen and not seen.isdisjoint("０１２３４５６７８９"):
        for match in _THOUSANDS.finditer(text):
            places = (i for i in range(match.start(), match.end()) if text[i] == "，")
            found.update(dict.fromkeys(places, ","))
    rule = rules.id_of("full-width-number")
    return [(place, place + 1, found[place], rule) for place in sorted(found)]


def close_colons(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits of blanks beside a ： that two digits have around it: 9： 30."""
    if "：" not in draft.seen or draft.seen.isdisjoint(BLANK_SET):
        return []
    rule, text = rules.id_of("blanks"), draft.text
    found = (m for m in _COLON.finditer(text) if m[0] != "：" and _is_digit(text, m.start() - 1))
    return [(*m.span(part), "", rule) for m in found for part in (1, 2) if m[part]]


def _is_digit(text: str, place: int) -> bool:
    return place >= 0 and text[place] in _DIGITS


def _points(text: str, found: dict[int, str]) -> None:
    """Add ． between digits, and in whatever is an address once it is read half-width."""
    for match in _RUN.finditer(text):
        if "．" not in match[0]:
            continue
        folded = match[0].translate(_FOLD)
        address = _ADDRESS.search(folded) is not None
        for place in range(match.start(), match.end()):
            if text[place] != "．":
                continue
            beside = text[place - 1 : place], text[place + 1 : place + 2]
            number = beside[0] in _DIGITS and beside[1] in _DIGITS
            if number or (address and place + 1 < match.end()):
                found[place] = "."


def _colons(text: str, rules: SpellingRules, found: dict[int, str]) -> None:
    """Add ： of clocks and ratios, and of http：//.

    典型案例1：2022年5月 is neither: a label ends where a year, a month or a quantity begins.
    """
    for match in _SCHEME.finditer(text):
        found[match.start(1)] = ":"
    place = text.find("：")
    while place >= 0:
        counted = _COUNTED.match(text, place + 1) is not None
        if is_between_digits(text, place) and not (counted or follows_label(text, place, rules)):
            start = number_start(text, place)
            if place - start <= _LONGEST_LEFT:
                found[place] = ":"
        place = text.find("：", place + 1)


def is_between_digits(text: str, place: int) -> bool:
    """Return whether both neighbours of `place` are digits of either width."""
    return text[place - 1 : place] in _DIGITS and text[place + 1 : place + 2] in _DIGITS


def number_start(text: str, end: int) -> int:
    """Return where the digits before `end` begin; looks no further than a year is long."""
    start = end
    while start > max(0, end - _LONGEST_LEFT - 1) and text[start - 1] in _DIGITS:
        start -= 1
    return start


def follows_label(text: str, place: int, rules: SpellingRules) -> bool:
    """Return whether the number before `place` belongs to a label, as in 附件1：2023.

    It stands right behind the label: in 例如9:30 a clock follows a word that begins like one.
    """
    start = number_start(text, place)
    labels = rules.numbered_label.finditer(text, max(0, start - _LABEL), start)
    return any(_TO_NUMBER.fullmatch(text, label.end(), start) for label in labels)
