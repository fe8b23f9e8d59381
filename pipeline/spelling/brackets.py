"""Round brackets of Chinese text are full width, both of a pair (GB/T 15834 §4.9).

In: a draft. Out: edits of ( and ). Never: one bracket of a pair alone, brackets of code, formulas
or Latin phrases.
"""

from typing import Final

from pipeline import kept
from pipeline.rules.spelling import SpellingRules
from pipeline.spelling.context import (
    CHINESE_PATTERN,
    HAN,
    after,
    before,
    is_chinese,
    is_latin,
    lines_having,
)
from pipeline.spelling.draft import Draft, Edit

_ANY: Final = kept.pattern("[()（）]")
_CHINESE_INSIDE: Final = kept.pattern(f"[{HAN}、。，；：？！《》“”（）]")
_CALL: Final = kept.pattern("(?<![A-Za-z0-9])(?:[A-Za-z]|[a-z_][a-z0-9_]*)$")
_MARKER: Final = kept.pattern("[ \u3000]*[0-9]{1,2}")
_NUMBERED: Final = kept.pattern("[ \u3000]*\\([0-9]{1,2}\\)")
_CALL_LENGTH: Final = 24


def widen_brackets(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits that make round brackets with Chinese inside or beside them full width."""
    pairing, marker = rules.id_of("brackets"), rules.id_of("list-marker")
    edits: list[Edit] = []
    for start, line in lines_having(draft.text, "()"):
        if not CHINESE_PATTERN.search(line):
            continue
        found = dict[int, str]()
        for place in _single(line, _pairs(line, found, pairing)):
            is_marker = line[place] == ")" and _MARKER.fullmatch(line, 0, place)
            found[place] = marker if is_marker else pairing
        edits += [
            (start + place, start + place + 1, "（" if line[place] == "(" else "）", found[place])
            for place in sorted(found)
            if line[place] in "()"
        ]
    return edits


def _pairs(line: str, found: dict[int, str], rule: str) -> list[int]:
    """Add the places of pairs that widen to `found`; return the places that have no partner."""
    stack: list[tuple[int, bool]] = []
    alone: list[int] = []
    inside, last = False, 0
    for match in _ANY.finditer(line):
        place = match.start()
        inside = inside or _CHINESE_INSIDE.search(line, last, place) is not None
        last = match.end()
        if match[0] in "(（":
            stack.append((place, inside))
            inside = False
        elif stack:
            opened, outside = stack.pop()
            wide = line[opened] == "（" or match[0] == "）" or inside
            wide = wide or _NUMBERED.fullmatch(line, 0, place + 1) is not None
            if wide or _is_beside_chinese(line, opened, place):
                found |= {opened: rule, place: rule}
                inside = True
            inside = inside or outside
        else:
            alone.append(place)
            inside = False
    return alone + [place for place, _ in stack]


def _is_beside_chinese(line: str, opened: int, closed: int) -> bool:
    """Return whether the sentence around a pair with nothing Chinese inside is Chinese."""
    left = line[opened - 1 : opened]
    if is_latin(left) and _CALL.search(line[max(0, opened - _CALL_LENGTH) : opened]):
        return False  # f(x), print()
    if left == " " and is_latin(before(line, opened)) and not is_chinese(line[closed + 1 :][:1]):
        return False  # part of a Latin phrase
    return is_chinese(before(line, opened)) or is_chinese(after(line, closed + 1))


def _single(line: str, alone: list[int]) -> list[int]:
    """Return which of the brackets without a partner widen: those that touch Chinese."""
    return [
        place
        for place in alone
        if line[place - 1 : place] not in (":", ";")
        and (
            is_chinese(before(line, place))
            or is_chinese(after(line, place + 1))
            or (line[place] == ")" and _MARKER.fullmatch(line, 0, place) is not None)
        )
    ]
