"""Line → the rule that takes it.

In: a folded line and the rules that hold on its page. Out: the rule, or None. Never looks at other
lines; never backtracks over a line: pieces are taken from left to right.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from pipeline.rules.chrome import SHORT, ChromeRule, RuleSet, Zone, compiled

LONGEST = 2000  # no chrome line is longer, however wordy the disclaimer
# The full-width forms of ASCII, and spaces that only look different.
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(
    (0x3000, 0xA0, 0x2002, 0x2003, 0x200B, 0x09), " "
)
_WIDE = re.compile("[\uff01-\uff5e\u3000\xa0\u2002\u2003\u200b]")
# Most lines have no other: to replace these first is five times as fast.
_COMMON = tuple(zip("，：；（）\u3000", ",:;() ", strict=True))
# Ornaments that part pieces; a line may open and close with them too.
_ORNAMENT = re.compile(r"[\s|·•●○■◆▪│┃/\\,;:、。….—_()\[\]【】〖〗「」<>《》»›→~*=+\"“”-]*")


def fold(text: str) -> str:
    """Return `text` as patterns see it: half-width signs, single spaces, none at the ends."""
    for wide, narrow in _COMMON:
        text = text.replace(wide, narrow)
    if _WIDE.search(text):
        text = text.translate(_WIDTH)
    return " ".join(text.split())


def may_match(line: str, sets: tuple[RuleSet, ...]) -> bool:
    """Return whether some rule takes the folded `line` in one zone or another."""
    ask = _may_match if len(line) <= SHORT else _may_match.__wrapped__
    return ask(line, sets)


@lru_cache(maxsize=1 << 14)  # cells repeat on a page, menus on the pages of a site
def _may_match(line: str, sets: tuple[RuleSet, ...]) -> bool:
    return matching_rule(line, None, sets) is not None


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
    found: list[ChromeRule] = []
    fillers: set[str] = set()
    at = 0
    while at < len(line):
        piece = _piece(line, at, zone, sets)
        if piece is None and (bare := _skip(line, at)) > at:
            at = bare
            piece = _piece(line, at, zone, sets) if at < len(line) else None
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
    for kinds in (("start", "end", "thread", "readers"), ("piece",), ("filler",) if enough else ()):
        for rule in found:
            if rule.apply in kinds:
                return rule
    return None


def _skip(line: str, at: int) -> int:
    match = _ORNAMENT.match(line, at)
    return match.end() if match else at


def _piece(
    line: str, at: int, zone: Zone | None, sets: Sequence[RuleSet]
) -> tuple[ChromeRule, int] | None:
    """Return the first rule with a piece at `at`, and where the piece ends."""
    # Only the rules for long lines know of a second sentence.
    long = len(line) > SHORT or "。" in line[:-1]
    for rules in sets:
        if long and not rules.long.match(line, at):
            continue
        match = rules.first.match(line, at)
        if match is None or match.lastindex is None:
            continue
        for rule in rules.lines[match.lastindex - 1 :]:
            if len(line) <= rule.limit and (zone is None or zone in rule.zone):
                match = match or compiled(rule.find).match(line, at)
                if match and match.end() > at:
                    return rule, match.end()
            match = None
    return None
