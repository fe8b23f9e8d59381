"""Lines → folded lines, and the rule that takes each.

In: lines, and the rules that hold on their page. Out: lines as patterns see them; of one of them
the rule that takes it, or None. Never looks at other lines; never backtracks over a line: pieces
are taken from left to right.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from pipeline.rules.chrome import CLOSING, SHORT, ChromeRule, RuleSet, Zone, forms
from pipeline.rules.index import Places, each

LONGEST = 2000  # no chrome line is longer, however wordy the disclaimer
_BLANKS = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u3000"
_WIDE = "\uff01-\uff5e"  # the full-width forms of ASCII
# Most pages have no other; to look for the rest they must be gone.
_COMMON = tuple(zip("，：；（）\u3000", ",:;() ", strict=True))
_END = "\0"  # parts lines; a NUL in one of them is read as a blank
# Ornaments that part pieces; a line may open and close with them too.
_ORNAMENTS = ' |·•●○■◆▪│┃/\\,;:、。….—_()[]【】〖〗「」<>《》»›→~*=+"“”-'


def fold(lines: Sequence[str], variants: str = "") -> list[str]:
    """Return `lines` as patterns see them: half-width signs, single blanks, none at the ends.

    `variants` are characters, each with its other forms; of these the first is seen. All lines of
    a page are folded at once, for what is rare is then looked for once.
    """
    page = _END.join(lines)
    if page.count(_END) >= len(lines):
        page = _END.join(line.replace(_END, " ") for line in lines)
    for wide, common in _COMMON:
        page = page.replace(wide, common)
    rare, narrow = _other_forms(variants)
    for other in set(rare.findall(page)):
        page = page.replace(other, narrow.get(other, " "))
    return [" ".join(line.split()) if " " in line else line for line in page.split(_END)]


@cache
def _other_forms(variants: str) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """Return a pattern for characters that are folded, and what they become if no blank."""
    narrow = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    narrow |= {chr(code): first for code, first in forms(variants).items()}
    return re.compile(f"[{_BLANKS}{_WIDE}{''.join(narrow)}]"), narrow


def rule_anywhere(line: str, sets: tuple[RuleSet, ...]) -> ChromeRule | None:
    """Return the rule that takes the folded `line` where the rules of all zones hold."""
    ask = _rule_anywhere if len(line) <= SHORT else _rule_anywhere.__wrapped__
    return ask(line, sets)


@lru_cache(maxsize=1 << 15)  # the pages of a site have the same menus
def _rule_anywhere(line: str, sets: tuple[RuleSet, ...]) -> ChromeRule | None:
    return matching_rule(line, None, sets)


def matching_rule(
    line: str, zone: Zone | None, sets: Sequence[RuleSet], *, beside: bool = False
) -> ChromeRule | None:
    """Return the rule that takes the folded `line`: pieces cover it, one of them no filler.

    A piece that opens or closes the article wins over others on the line; two fillers that
    differ prove as much as a piece, and so does one `beside` chrome. Without a zone the rules of
    all zones hold.
    """
    if not 0 < len(line) <= LONGEST:
        return None
    asked = [(rules, rules.index.held(line)) for rules in sets]
    found: list[ChromeRule] = []
    fillers: set[str] = set()
    at = 0
    while at < len(line):
        piece = _piece(line, at, zone, asked)
        if piece is None and (bare := _skip(line, at)) > at:
            at = bare
            piece = _piece(line, at, zone, asked) if at < len(line) else None
        elif piece is None:
            return None
        if piece is None:
            break
        found.append(piece[0])
        if piece[0].apply == "filler":
            fillers.add(line[at : piece[1]])
        at = piece[1]
    if at < len(line):
        return None
    return _strongest(found, enough=beside or len(fillers) > 1)


def _strongest(found: Sequence[ChromeRule], *, enough: bool) -> ChromeRule | None:
    """Return the piece that decides; a filler only where there are `enough` of them."""
    for kinds in (("start", *CLOSING), ("piece",), ("mark",), ("filler",) if enough else ()):
        for rule in found:
            if rule.apply in kinds:
                return rule
    return None


def _skip(line: str, at: int) -> int:
    """Return the place behind the ornaments at `at`."""
    while at < len(line) and line[at] in _ORNAMENTS:
        at += 1
    return at


def _piece(
    line: str, at: int, zone: Zone | None, sets: Iterable[tuple[RuleSet, Places]]
) -> tuple[ChromeRule, int] | None:
    """Return the first rule with a piece at `at`, and where the piece ends.

    With each rule set come the places of its rules whose words the line holds.
    """
    for rules, held in sets:
        sure, wordy = rules.index.begun(line[at])
        asked = sure | (wordy & held)
        if len(line) > SHORT:
            asked &= rules.for_long
        # Only the rules for long lines know of a second sentence.
        if not asked or (_is_long(line) and not _begins_long(rules, asked, line, at)):
            continue
        for place in each(asked):
            rule, find = rules.lines[place]
            if len(line) <= rule.limit and (zone is None or zone in rule.zone):
                match = find.match(line, at)
                if match and match.end() > at:
                    return rule, match.end()
    return None


def _is_long(line: str) -> bool:
    return len(line) > SHORT or "。" in line[:-1]


def _begins_long(rules: RuleSet, asked: Places, line: str, at: int) -> bool:
    """Return whether, of the rules `asked`, one for long lines has a piece at `at`."""
    places = each(asked & rules.for_long)
    return any(rules.lines[place][1].match(line, at) for place in places)
