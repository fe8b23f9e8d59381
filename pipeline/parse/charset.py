"""Evidence: how much decoded text looks like text. What the charsets are weighed by.

In: text, or bytes with the charset they may be in. Out: a weight, or the text with its broken
bytes marked. Never a label: what a page says of itself is read in `decode`.

The two national sets hold their common characters in a range of their own (GB/T 2312-1980 rows
16 to 55, sorted by sound; Big5 0xA440 to 0xC67E, sorted by strokes), so that no table of
frequent characters is needed: bytes read in the wrong set fall outside both.
"""

import re
from collections import Counter
from collections.abc import Iterable

#: One broken byte, as the Unicode Standard has it (chapter 5.22).
BROKEN = "\ufffd"

_BEYOND_ASCII = re.compile("[^\x00-\x7f]+")
_SEARCHED, _WEIGHED = 200_000, 3_000
# Private use is where shifted pairs land when they are valid at all.
_SUSPECT = re.compile("[\udc80-\udcff\ue000-\uf8ff]")
_LONE = re.compile("[\udc80-\udcff]+")
_STRETCH = re.compile(r"([\s<>]+)")
_LONGEST = 20_000  # characters; no paragraph is longer, and the reading takes time


def _range(codec: str, leads: range, trails: Iterable[int]) -> set[str]:
    """Return the characters that `codec` has at these lead and trail bytes."""
    tails = list(trails)
    text = "".join(bytes((lead, tail)).decode(codec, "ignore") for lead in leads for tail in tails)
    return set(text)


_COMMON = frozenset(
    _range("gb2312", range(0xB0, 0xD8), range(0xA1, 0xFF))
    | _range("big5", range(0xA4, 0xC7), [*range(0x40, 0x7F), *range(0xA1, 0xFF)])
)
_CJK_MARKS = frozenset("　、。，．·：；？！…—～《》〈〉「」『』【】〔〕（）“”‘’％①②③④⑤⑥⑦⑧⑨⑩")


def weight(char: str) -> int:
    """Return what one character says for the charset that gave it, -4 to 2.

    Common Han and the marks between them speak for it, rare Han hardly, and what no page is
    written in (private use, box drawing, controls, a lone half of a pair) against it.
    """
    if char in _COMMON:
        return 2
    if char in _CJK_MARKS:
        return 1
    code = ord(char)
    if code < 0x80:
        return 0
    if char == BROKEN or 0x80 <= code < 0xA0 or 0xD800 <= code < 0xF900:
        return -4
    if 0x3400 <= code < 0xA000 or code >= 0xAC00 or code < 0x250 or code >= 0x20000:
        return -1
    return -2


def evidence(text: str) -> float:
    """Return the mean weight of the characters beyond ASCII in `text`, 0.0 where there are none.

    The first few thousand are weighed; a page is not in two charsets.
    """
    beyond = "".join(_BEYOND_ASCII.findall(text, 0, _SEARCHED))[:_WEIGHED]
    total = sum(weight(char) * count for char, count in Counter(beyond).items())
    return total / len(beyond) if beyond else 0.0


def read(body: bytes, codec: str) -> str:
    """Return `body` read in `codec`; a byte that fits nowhere becomes a lone surrogate."""
    return body.decode(codec, "surrogateescape")


def mend(text: str, codec: str) -> str:
    """Return what `read` gave for `codec`, its broken stretches read anew.

    A lost byte shifts every later pair up to the next blank or bracket. So of all readings of
    such a stretch the one with the most evidence is taken; a byte that fits nowhere, even then,
    becomes U+FFFD, bytes side by side one.
    """
    if not _SUSPECT.search(text):
        return text
    return "".join(
        _best_reading(part.encode(codec, "surrogateescape"), codec)
        if _SUSPECT.search(part) and len(part) < _LONGEST
        else _LONE.sub(BROKEN, part)
        for part in _STRETCH.split(text)
    )


def _best_reading(line: bytes, codec: str) -> str:
    """Return the reading of `line` with the most evidence: a path over one, two or four bytes."""
    best: list[tuple[int, int, str]] = [(0, 0, "")] + [(-1 << 30, 0, "")] * len(line)
    for at in range(len(line)):
        score = best[at][0]
        for size, char, worth in _steps(line, at, codec):
            if score + worth > best[at + size][0]:
                best[at + size] = (score + worth, at, char)
    chars, at = [], len(line)
    while at:
        _, before, char = best[at]
        chars.append(char)
        at = before
    return re.sub(BROKEN + "+", BROKEN, "".join(reversed(chars)))


def _steps(line: bytes, at: int, codec: str) -> list[tuple[int, str, int]]:
    """Return the characters that may start at `at`: bytes taken, character, worth."""
    if line[at] < 0x80:
        return [(1, chr(line[at]), 0)]
    steps = [(1, {0x80: "€", 0xA0: "\xa0"}.get(line[at], BROKEN), -6)]
    for size in (2, 4):
        try:
            char = line[at : at + size].decode(codec)
        except UnicodeDecodeError:
            continue
        if len(char) == 1 and at + size <= len(line):
            steps.append((size, char, weight(char)))
    return steps
