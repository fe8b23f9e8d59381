"""Traditional paragraphs become Simplified, characters only.

In: a draft. Out: edits of characters. Never: a word of the mainland for one of Taiwan, a paragraph
that is Simplified already (显著 would turn 显着), or one with kana.
"""

import re
from functools import cache
from typing import Final

from pipeline.rules.script import convert
from pipeline.rules.spelling import SpellingRules
from pipeline.spelling.context import KANA_PATTERN, lines_with
from pipeline.spelling.draft import Draft, Edit

# Variants of Taiwan (裡, 著 as a particle), then of Hong Kong (衞), then to Simplified.
_CHAIN: Final = ("tw2t", "hk2t", "t2s")
_HAN: Final = ((0x3400, 0x4DC0), (0x4E00, 0xA000))


def simplify(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits of every paragraph with more Traditional-only than Simplified-only Han."""
    traditional, simplified = _one_sided()
    found = (draft.seen & traditional).difference(rules.lexicon.neutral_script)
    if not found:
        return []
    pattern = re.compile(f"[{''.join(sorted(found))}]")
    against = re.compile(f"[{''.join(sorted(simplified - _two_sided()))}]")
    rule, edits = rules.id_of("script"), list[Edit]()
    for start, line in lines_with(draft.text, pattern):
        if len(pattern.findall(line)) <= len(against.findall(line)) or KANA_PATTERN.search(line):
            continue
        edits += _differences(start, line, _converted(line, rules), rule)
    return edits


def _converted(line: str, rules: SpellingRules) -> str:
    """Return `line` in Simplified characters; what was Simplified in it stays as it is."""
    after = line
    for word, spelling in rules.lexicon.script_words.items():
        after = after.replace(word, spelling)
    for step in _CHAIN:
        after = convert(after, step)
    simplified = _one_sided()[1]
    return "".join(old if old in simplified else new for old, new in zip(line, after, strict=True))


def _differences(start: int, line: str, after: str, rule: str) -> list[Edit]:
    """Return one edit for each run of characters that differ."""
    edits: list[Edit] = []
    for place, (old, new) in enumerate(zip(line, after, strict=True), start):
        if old == new:
            continue
        if edits and edits[-1][1] == place:
            begin, _, before, _ = edits[-1]
            edits[-1] = (begin, place + 1, before + new, rule)
        else:
            edits.append((place, place + 1, new, rule))
    return edits


@cache
def _one_sided() -> tuple[frozenset[str], frozenset[str]]:
    """Return the Han that OpenCC finds Traditional, and those it finds Simplified."""
    every = [chr(code) for first, last in _HAN for code in range(first, last)]
    to_simplified = convert("\n".join(every), "t2s").split("\n")
    to_traditional = convert("\n".join(every), "s2t").split("\n")
    pairs = list(zip(every, to_simplified, to_traditional, strict=True))
    return (
        frozenset(c for c, simple, full in pairs if simple != c and full == c),
        frozenset(c for c, simple, full in pairs if simple == c and full != c),
    )


@cache
def _two_sided() -> frozenset[str]:
    """Return the Han of Big5's first level: no sign of Simplified, as 后 里 台."""
    trails = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    codes = (bytes([lead, trail]) for lead in range(0xA4, 0xC7) for trail in trails)
    return frozenset("".join(code.decode("big5", "ignore") for code in codes))
