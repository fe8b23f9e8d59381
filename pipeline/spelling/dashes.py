"""Dashes, ellipses, ranges and middle dots in Chinese lines.

In: a draft. Out: edits. Never swaps - — – −: a minus, a range and a dash are not told apart by
their looks.
"""

from typing import Final

from pipeline import kept
from pipeline.rules.spelling import SpellingRules
from pipeline.spelling.context import (
    BLANKS,
    CLOSING,
    HAN,
    LATIN_PATTERN,
    Lines,
    after,
    before,
    is_chinese,
    is_han,
)
from pipeline.spelling.draft import Draft, Edit

_DASH: Final = kept.pattern(
    "(?<!-)--(?![->])|(?<!―)――(?!―)|(?<![\u2500-\u257f])──(?![\u2500-\u257f])|⸺"
)
_DOTS: Final = kept.pattern(f"\\.{{3,}}|。(?:[{BLANKS}]*。){{2,}}|…+|⋯+")
_STOPS: Final = kept.pattern(f"。[{BLANKS}]*。")
_YEARS: Final = kept.pattern("(?:19|20)[0-9]{2}--(?:19|20)[0-9]{2}")
_TILDE: Final = kept.pattern("[~〜]+")
_MIDDLE: Final = kept.pattern(f"[•・‧∙･](?<=[{HAN}0-9].)(?=[{HAN}0-9])")


def write_dashes(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits that make -- ―― ── ⸺ the Chinese dash ——."""
    text = draft.text
    if "--" not in text and draft.seen.isdisjoint("―─⸺"):
        return []
    rule, lines = rules.id_of("dashes"), Lines(text)
    return [
        (match.start(), match.end(), "——", rule)
        for match in _DASH.finditer(text)
        if lines.chinese(match.start()) and (match[0] != "--" or _is_dash(text, match.start()))
    ]


def _is_dash(text: str, place: int) -> bool:
    """Return whether -- at `place` is a dash: no option of a command, nothing between letters."""
    left, right = before(text, place), after(text, place + 2)
    if left.isdigit() and right.isdigit():
        return _YEARS.fullmatch(text, max(0, place - 4), place + 6) is not None
    if text[place + 2 : place + 3].isascii() and text[place + 2 : place + 3].islower():
        return False
    return not left or is_chinese(left) or is_chinese(right)


def write_dots(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits that make ... and its kin ……, after Han or a closing mark."""
    text = draft.text
    if "..." not in text and draft.seen.isdisjoint("…⋯") and not _STOPS.search(text):
        return []
    rule = rules.id_of("dots")
    return [
        (match.start(), match.end(), "……", rule)
        for match in _DOTS.finditer(text)
        if _is_ellipsis(match[0]) and _ends_words(before(text, match.start()))
    ]


def _is_ellipsis(dots: str) -> bool:
    """Return whether `dots` are an ellipsis typed otherwise; …… is right, ……… is a leader."""
    return dots[0] in ".。" or len(dots) == 1 or dots == "⋯⋯"


def _ends_words(character: str) -> bool:
    return is_han(character) or (character != "" and character in CLOSING)


def write_tildes(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits that make ~ and 〜 beside a number or Han ～."""
    if draft.seen.isdisjoint("~〜"):
        return []
    rule, text, lines, edits = rules.id_of("tilde"), draft.text, Lines(draft.text), list[Edit]()
    for match in _TILDE.finditer(text):
        left, right = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        digits = [side.isascii() and side.isdigit() for side in (left, right)]
        beside = any(digits) or is_han(left) or is_han(right)
        latin = not all(digits) and LATIN_PATTERN.search(text, *lines.bounds(match.start()))
        if beside and (lines.chinese(match.start()) or not latin):
            edits.append((match.start(), match.end(), "～" * len(match[0]), rule))
    return edits


def write_middle_dots(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits that make bullets between Han or digits the middle dot ·."""
    if draft.seen.isdisjoint("•・‧∙･"):
        return []
    rule = rules.id_of("middle-dot")
    return [(m.start(), m.end(), "·", rule) for m in _MIDDLE.finditer(draft.text)]
