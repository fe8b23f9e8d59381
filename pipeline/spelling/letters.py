"""Characters that have a better self: radicals, ligatures, full-width letters, invisible ones.

In: a draft. Out: edits of single characters. Never NFKC: ① ㎡ ℃ ³ ½ ∶ say something that their
compatibility forms do not.
"""

import re
import unicodedata
from typing import Final

from pipeline import kept
from pipeline.rules.spelling import SpellingRules
from pipeline.spelling.context import HAN_PATTERN, lines_with
from pipeline.spelling.draft import Draft, Edit

_COMBINING: Final = kept.pattern("[A-Za-z\u00c0-\u024f\u0370-\u04ff\u1e00-\u1fff][\u0300-\u036f]+")
_COMPATIBILITY: Final = kept.pattern("[\uf900-\ufaff\U0002f800-\U0002fa1f]")
_COMPOSED: Final = frozenset(
    map(chr, [*range(0x300, 0x370), *range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20)])
)
# Zero-width joiners, variation selectors and directions: noise in Chinese, but they make an emoji
# or a word of Persian, Hindi or Hebrew what it is.
_JOINER: Final = kept.pattern("[\u200c-\u200f\u202a-\u202e\u2066-\u2069\ufe00-\ufe0f]+")
_OWN_SHAPING: Final = kept.pattern(
    "[\u0590-\u0dff\u1000-\u109f\u1780-\u18aa\ufb1d-\ufdff\ufe70-\ufefc]"
)
_EMOJI: Final = kept.pattern(
    "[\u0023\u002a0-9\u00a9\u00ae\u203c-\u2bff\u3030\u303d\u3297\u3299"
    "\U0001f000-\U0001faff\U000e0020-\U000e007f]"
)
_JOINERS: Final = frozenset(
    c for c in map(chr, [*range(0x200C, 0x2070), *range(0xFE00, 0xFE10)]) if _JOINER.match(c)
)
_ZEROS: Final = "○◯O0"
_ZERO_AFTER_NUMERAL: Final = kept.pattern(f"[一二三四五六七八九〇][{_ZEROS}]")
_YEAR: Final = kept.pattern(
    f"(?<![一二三四五六七八九十百千〇零{_ZEROS}0-9A-Za-z])"
    f"(?:[一二][一二三四五六七八九〇零{_ZEROS}]{{3}}(?=年)"
    f"|(?:一九|二[零〇{_ZEROS}])[一二三四五六七八九〇零{_ZEROS}]{{2}}"
    f"|[一二三四五六七八九][{_ZEROS}](?=年代))"
    f"(?![一二三四五六七八九〇零十百千{_ZEROS}0-9A-Za-z])"
)


def respell_characters(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits for every character that the tables of spelling.toml know."""
    found = draft.seen & rules.table.keys()
    if not found:
        return []
    table, pattern = rules.table, re.compile(f"[{re.escape(''.join(sorted(found)))}]")
    return [
        (match.start(), match.end(), *table[match[0]]) for match in pattern.finditer(draft.text)
    ]


def compose(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits to NFC of compatibility ideographs and of letters with combining marks."""
    rule, edits = rules.id_of("combining"), []
    if draft.seen.isdisjoint(_COMPOSED):
        return []
    for pattern in (_COMBINING, _COMPATIBILITY):
        for match in pattern.finditer(draft.text):
            composed = unicodedata.normalize("NFC", match[0])
            if composed != match[0]:
                edits.append((match.start(), match.end(), composed, rule))
    return sorted(edits)


def drop_joiners(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits that delete joiners, selectors and directions where they join nothing."""
    if draft.seen.isdisjoint(_JOINERS):
        return []
    rule, text = rules.id_of("joiners"), draft.text
    return [
        (match.start(), match.end(), "", rule)
        for match in _JOINER.finditer(text)
        if not _joins(text, match.start(), match.end())
    ]


def _joins(text: str, start: int, end: int) -> bool:
    """Return whether text[start:end] stands in an emoji or in a script that needs it."""
    left, right = text[max(0, start - 1) : start], text[end : end + 1]
    if _OWN_SHAPING.match(left) or _OWN_SHAPING.match(right):
        return True
    # A selector ends an emoji, and makes a digit a key; a joiner needs an emoji on both sides.
    if not _EMOJI.match(left) or HAN_PATTERN.match(left):
        return False
    if text[start] >= "\ufe00":
        return True
    return _EMOJI.match(right) is not None and not (left.isascii() or right.isascii())


def write_ideographic_zero(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits that make ○, O or 0 among the numerals of a year 〇 (GB/T 15835 §5.2.4)."""
    if draft.seen.isdisjoint(_ZEROS) or draft.seen.isdisjoint("一二三四五六七八九"):
        return []
    rule = rules.id_of("ideographic-zero")
    return [
        (start + place, start + place + 1, "〇", rule)
        for start, line in lines_with(draft.text, _ZERO_AFTER_NUMERAL)
        for match in _YEAR.finditer(line)
        for place in range(match.start(), match.end())
        if line[place] in _ZEROS
    ]
