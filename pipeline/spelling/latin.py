"""Latin-only lines: full-width marks become ASCII, with the blanks that belong to them.

In: a draft. Out: edits of ，。：！？（）． in lines without any Chinese. Never: a blank in a clock.
"""

import re
from typing import Final

from pipeline import kept
from pipeline.rules.spelling import SpellingRules
from pipeline.spelling.context import (
    BLANKS,
    CHINESE_PATTERN,
    KANA_PATTERN,
    LATIN_PATTERN,
    is_latin,
)
from pipeline.spelling.draft import Draft, Edit

_ASCII: Final = dict(zip("，。：！？（）．", ",.:!?().", strict=True))
_MARK: Final = kept.pattern(f"(?<![{BLANKS}])[{BLANKS}]*([，。：！？（）．])[{BLANKS}]*")
_MARKS: Final = kept.pattern("[，。：！？（）．]")


def respell_latin_lines(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits that give Latin-only lines their own marks."""
    if draft.seen.isdisjoint(_ASCII):
        return []
    rule, start, edits = rules.id_of("latin-line"), 0, list[Edit]()
    for line in draft.text.split("\n"):
        # ASCII has no full-width marks, and a line that begins with Han is Chinese.
        plain = line.isascii() or "\u4e00" <= line[0] <= "\u9fff"
        if not plain and _MARKS.search(line) and _is_latin(line):
            for match in _MARK.finditer(line):
                after = _spelled(line, match)
                edits.append((start + match.start(), start + match.end(), after, rule))
        start += len(line) + 1
    return edits


def _is_latin(line: str) -> bool:
    """Return whether `line` has Latin letters and neither Chinese nor kana."""
    if CHINESE_PATTERN.search(line) or KANA_PATTERN.search(line):
        return False
    return LATIN_PATTERN.search(line) is not None


def _spelled(line: str, match: re.Match[str]) -> str:
    """Return the ASCII mark for `match`, with one blank where a word meets it."""
    mark = _ASCII[match[1]]
    left, right = line[match.start() - 1 : match.start()], line[match.end() : match.end() + 1]
    had_blank = match.end() > match.end(1)
    if mark == "(":
        return " (" if match.start() and left not in "([“‘《" else "("
    if left.isdigit() and right.isdigit() and mark in ":." and not had_blank:
        return mark
    if mark == "." and match[1] == "．" and not had_blank:
        return mark
    return f"{mark} " if is_latin(right) or (had_blank and right) else mark
