"""Every paragraph in one script: Traditional ones become Simplified, or the other way round.

In: a draft and a style. Out: edits of characters; of words where the style exchanges those too.
Never: a word of the mainland for one of Taiwan unasked, a paragraph that is in its script already
(显著 would turn 显着), one with kana, a digit.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from pipeline import kept
from pipeline.kept import remember
from pipeline.rules.script import VERSION, convert
from pipeline.rules.spelling import SpellingRules
from pipeline.spelling.context import HAN, KANA_PATTERN, lines_with
from pipeline.spelling.draft import Draft, Edit

# Variants of Taiwan (裡, 著 as a particle), then of Hong Kong (衞), then to Simplified.
_SIMPLIFIED: Final = ("tw2t", "hk2t", "t2s")
_TRADITIONAL: Final = ("s2t",)
_WORDS: Final = {
    ("simplified", "taiwan"): ("hk2t", "tw2sp"),
    ("simplified", "hongkong"): ("tw2t", "hk2sp"),
    ("traditional", "taiwan"): ("s2twp",),
    ("traditional", "hongkong"): ("s2hkp",),
}
_HAN: Final = ((0x3400, 0x4DC0), (0x4E00, 0xA000))
_LAST: Final = "\uffff"  # beyond the first plane few fonts show a character: 煇 stays
_HAN_RUN: Final = kept.pattern(f"[{HAN}]+")


def write_script(draft: Draft, rules: SpellingRules) -> list[Edit]:
    """Return edits of every paragraph with more Han of the other script than of the wanted one."""
    if rules.style.script == "keep":
        return []
    traditional = _one_sided()[0].difference(rules.lexicon.neutral_script)
    simplified = _plainly_simplified()
    to_simplified = rules.style.script == "simplified"
    other, wanted = (traditional, simplified) if to_simplified else (simplified, traditional)
    found = draft.seen & other
    if not found:
        return []
    pattern = re.compile(f"[{''.join(sorted(found))}]")
    against = re.compile(f"[{''.join(sorted(wanted))}]")
    edits: list[Edit] = []
    for start, line in lines_with(draft.text, pattern):
        if len(pattern.findall(line)) <= len(against.findall(line)) or KANA_PATTERN.search(line):
            continue
        edits += _converted(start, line, rules)
    return edits


def _converted(start: int, line: str, rules: SpellingRules) -> list[Edit]:
    """Return the edits that convert `line`; what is in the wanted script already stays."""
    style = rules.style
    to_simplified = style.script == "simplified"
    after = _through(_SIMPLIFIED if to_simplified else _TRADITIONAL, line)
    if to_simplified:
        after = _with_own_words(line, after, rules.lexicon.script_words)
    stays = _one_sided()[1 if to_simplified else 0]
    after = "".join(
        old if old in stays or new > _LAST else new for old, new in zip(line, after, strict=True)
    )
    rule = rules.id_of("script" if to_simplified else "traditional")
    chain = _WORDS.get((style.script, style.vocabulary))
    if chain:
        return list(_with_words(start, line, after, chain, (rule, rules.id_of("vocabulary"))))
    return _differences(start, line, after, rule)


def _with_own_words(line: str, after: str, words: Mapping[str, str]) -> str:
    """Return `after`, but where `line` has one of `words`, its spelling from there."""
    for word, spelling in words.items():
        place = line.find(word)
        while place >= 0:
            after = after[:place] + spelling + after[place + len(word) :]
            place = line.find(word, place + len(word))
    return after


def _through(chain: tuple[str, ...], text: str) -> str:
    for step in chain:
        text = convert(text, step)
    return text


def _with_words(
    start: int, line: str, after: str, chain: tuple[str, ...], names: tuple[str, str]
) -> Iterator[Edit]:
    """Yield the edits of `line` to `after`, and to the words of `chain` where they are others."""
    runs = list(_HAN_RUN.finditer(line))
    exchanged = _through(chain, "\n".join(run[0] for run in runs)).split("\n")
    for run, words in zip(runs, exchanged, strict=True):
        plain, place = after[run.start() : run.end()], start + run.start()
        if len(words) == len(plain):
            yield from _differences(place, run[0], words, names[words != plain])
        else:
            yield _trimmed(place, run[0], words, names[1])


def _trimmed(start: int, before: str, after: str, rule: str) -> Edit:
    """Return the edit of `before` to `after` without what both begin and end with."""
    least = min(len(before), len(after))
    head = next((i for i in range(least) if before[i] != after[i]), least)
    tail = next((i for i in range(least - head) if before[-1 - i] != after[-1 - i]), least - head)
    return (start + head, start + len(before) - tail, after[head : len(after) - tail], rule)


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
    traditional, simplified = remember("one-sided-variants", VERSION, _worked_out)
    return frozenset(traditional), frozenset(simplified)


def _worked_out() -> tuple[str, str]:
    every = [chr(code) for first, last in _HAN for code in range(first, last)]
    to_simplified = convert("\n".join(every), "t2s").split("\n")
    to_traditional = convert("\n".join(every), "s2t").split("\n")
    pairs = list(zip(every, to_simplified, to_traditional, strict=True))
    return (
        "".join(c for c, simple, full in pairs if simple != c and full == c and simple <= _LAST)
        + _variants("".join(every)),
        "".join(c for c, simple, full in pairs if simple == c and full != c),
    )


def _variants(every: str) -> str:
    """Return what only Taiwan and Hong Kong write, 衞 and 藴; 台 and 着 are Simplified as well."""
    to_simplified = _through(_SIMPLIFIED, "\n".join(every)).split("\n")
    plain = convert("\n".join(every), "t2s").split("\n")
    return "".join(
        c
        for c, simple, bare in zip(every, to_simplified, plain, strict=True)
        if bare == c != simple <= _LAST and not c.encode("gb2312", "ignore")
    )


@cache
def _plainly_simplified() -> frozenset[str]:
    """Return the Simplified Han outside Big5's first level: 后 里 台 are no sign of Simplified."""
    trails = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    codes = (bytes([lead, trail]) for lead in range(0xA4, 0xC7) for trail in trails)
    both = frozenset("".join(code.decode("big5", "ignore") for code in codes))
    return _one_sided()[1] - both
